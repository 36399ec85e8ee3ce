"""A user's labelled samples as a data set of a genotype: arrays, tensors, or batches of them."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import Genotype
from litesnn.search.data.dataset import Array, Labels, as_labels

Given = tuple[Any, Any] | Iterable[tuple[Any, Any]]


def labelled(data: Given, spec: Genotype) -> tuple[Array, Labels]:
    """Samples (N, C, H, W), or spikes (N, T, C, H, W), and their classes.

    Raises
    ------
    DataError
        For shapes that do not fit, spikes that are none, and labels that are no classes.
    """
    if isinstance(data, (tuple, list)) and len(data) == 2 and not isinstance(data[0], (tuple, list)):
        x, y = _array(data[0]), _array(data[1])
    else:
        batches = [(_array(x), _array(y)) for x, y in data]
        if not batches:
            raise DataError("data: found no batches; allowed: (x, y), or batches of such pairs")
        x, y = (np.concatenate([batch[part] for batch in batches]) for part in (0, 1))
    x = _shaped(x, spec)
    labels = as_labels("data", y)
    if len(labels) != len(x) or not len(x):
        raise DataError(f"data: found {len(x)} samples and {len(labels)} labels; allowed: one label for each, N >= 1")
    return x, labels


def _array(values: Any) -> Array:
    found: Array = np.asarray(values.detach().cpu() if hasattr(values, "detach") else values)
    return found


def _shaped(x: Array, spec: Genotype) -> Array:
    spikes = spec.input.encoding == "spikes"
    leading = x.shape[:2] if spikes else x.shape[:1]
    steps = not spikes or leading[1:] == (spec.timesteps,)
    if not steps or prod(x.shape[len(leading) :]) != prod(spec.input.shape):
        wanted = f"(N, {spec.timesteps}" if spikes else "(N"
        raise DataError(
            f"data: found samples of shape {x.shape}; allowed: {wanted}, *{spec.input.shape}), or the same values in other axes"
        )
    shaped: npt.NDArray[Any] = x.reshape(*leading, *spec.input.shape)
    if spikes and not np.isin(shaped, (0, 1)).all():
        raise DataError(
            f"data: found values {shaped.min()} .. {shaped.max()}; allowed for an input of spikes: 0 and 1. For real values give "
            "input=InputCoding('direct', scale=...)"
        )
    return shaped.astype(np.uint8) if spikes else shaped

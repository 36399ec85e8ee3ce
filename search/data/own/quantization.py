"""How raw values become the integers of a direct input, chosen from the training samples; the genotype keeps the choice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import InputSpec
from litesnn.search.data.dataset import Array
from litesnn.search.data.own.axes import chunks, whole_numbers

Reals = npt.NDArray[np.float64]
LARGEST = 127
_GREYS = 255
_COLORS = 3
_DEVIATIONS = 4.0
"""Real values further from their mean are clipped."""


def chosen_input(name: str, x: Array) -> tuple[InputSpec, str]:
    """A quantization for samples (N, C, H, W), and its reason in words.

    Whole numbers 0 .. 127 are taken as they are. Bytes of one or two channels lose their lowest bit. Anything else is normalized per
    channel, and up to four deviations fill the signed byte.

    Raises
    ------
    DataError
        Where all values are the same.
    """
    low, high = min(part.min().item() for part in chunks(x)), max(part.max().item() for part in chunks(x))
    if low == high:
        raise DataError(f"{name}: found the value {low:g} alone in all training samples; allowed: samples that differ")
    channels, height, width = x.shape[1:]
    shape = (channels, height, width)
    whole = low >= 0 and high <= _GREYS and whole_numbers(x)
    if whole and high <= LARGEST:
        most = int(high)
        spec = InputSpec(shape=shape, std=(float(most),), scale=1 / most, minimum=0, maximum=most)
        return spec, f"whole numbers 0 .. {most} enter as they are"
    if whole and channels != _COLORS:
        spec = InputSpec(shape=shape, std=(float(_GREYS),), scale=1 / LARGEST, minimum=0, maximum=LARGEST)
        return spec, "whole numbers 0 .. 255 become 0 .. 127: two neighbouring values become one"
    mean, deviation = _moments(x)
    furthest = max(float(np.abs((part.astype(np.float64) - _map(mean)) / _map(deviation)).max()) for part in chunks(x))
    scale = float(f"{min(furthest, _DEVIATIONS) / LARGEST:.6g}")
    spec = InputSpec(shape=shape, mean=tuple(mean.tolist()), std=tuple(deviation.tolist()), scale=scale)
    return spec, f"normalized per channel, {min(furthest, _DEVIATIONS):.3g} deviations become {LARGEST}"


def _moments(x: Array) -> tuple[Reals, Reals]:
    """Mean and deviation per channel, of six digits; 1 where a channel is constant."""
    count = len(x) * x.shape[2] * x.shape[3]
    mean = sum(part.astype(np.float64).sum(axis=(0, 2, 3)) for part in chunks(x)) / count
    squares = sum(((part.astype(np.float64) - _map(mean)) ** 2).sum(axis=(0, 2, 3)) for part in chunks(x)) / count
    deviation = np.sqrt(squares)
    deviation[deviation <= 1e-12 * np.abs(mean)] = 1.0
    return _six_digits(mean), _six_digits(np.where(deviation > 0, deviation, 1.0))


def _map(values: Reals) -> Reals:
    return values.reshape(-1, 1, 1)


def _six_digits(values: Reals) -> Reals:
    return np.array([float(f"{value:.6g}") for value in values])

"""A user's array of samples as (N, C, H, W), or as spikes (N, T, C, H, W): which axis is which, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.genotype.schema import MAX_CHANNELS, MAX_SIDE, MAX_TIMESTEPS
from litesnn.search.data.dataset import Array

_COLORS = (1, 2, 3)
"""An axis of so many values is taken for channels: grey or on, on and off, red, green and blue."""
_LARGEST = 2.0**53
_CHUNK_BYTES = 2**24
ALLOWED = "images (N, H, W), (N, C, H, W) or (N, H, W, C), features (N, F), or spikes per step (N, T, C, H, W)"


def samples_of(place: str, values: Array) -> tuple[Array, tuple[str, ...]]:
    """Samples in the axes of a network, and what was decided on the way, in words.

    Raises
    ------
    DataError
        For axes, sizes, types and values that no network takes, naming `place`.
    """
    _check_type(place, values)
    if values.dtype.kind == "b":
        values = values.astype(np.uint8)
    x, notes = _in_order(place, values)
    if 0 in x.shape:
        raise DataError(f"{place}: found shape {values.shape}; allowed: no axis of 0")
    channels, height, width = x.shape[-3:]
    if channels > MAX_CHANNELS or max(height, width) > MAX_SIDE:
        raise DataError(
            f"{place}: found samples of {channels} channels, {height} x {width}; allowed: up to {MAX_CHANNELS}, "
            f"{MAX_SIDE} x {MAX_SIDE}"
        )
    _check_finite(place, x)
    if x.ndim == 4:
        return x, notes
    if x.shape[1] > MAX_TIMESTEPS:
        raise DataError(f"{place}: found {x.shape[1]} steps; allowed: up to {MAX_TIMESTEPS}")
    spikes, counted = _spikes(place, x)
    return spikes, (*notes, *counted)


def chunks(x: Array) -> Iterator[Array]:
    """The samples in pieces of a bounded size."""
    step = max(1, _CHUNK_BYTES // max(1, x[:1].nbytes))
    for start in range(0, len(x), step):
        yield x[start : start + step]


def whole_numbers(x: Array) -> bool:
    """Whether every value is one."""
    return x.dtype.kind in "iu" or all(bool((part == np.rint(part)).all()) for part in chunks(x))  # type: ignore[call-overload]


def _check_type(place: str, values: Array) -> None:
    if values.dtype.kind not in "biuf":
        hint = "; text and objects are no samples" if values.dtype.kind in "OUS" else ""
        raise DataError(
            f"{place}: found elements of type {values.dtype}; allowed: truths, integers or floating point numbers{hint}"
        )


def _in_order(place: str, values: Array) -> tuple[Array, tuple[str, ...]]:
    if values.ndim == 2:
        said = f"{place}: {values.shape[1]} features, taken as channels of one pixel"
        return values[:, :, None, None], (said,)
    if values.ndim == 3:
        return values[:, None], ()
    if values.ndim not in (4, 5):
        raise DataError(f"{place}: found shape {values.shape}; allowed: {ALLOWED}")
    first = values.ndim - 3
    if values.shape[-1] in _COLORS and values.shape[first] not in _COLORS:
        return np.moveaxis(values, -1, first), (f"{place}: the last axis of {values.shape} is taken for channels",)
    if values.ndim == 4 and values.shape[1] not in _COLORS:
        said = f"{place}: {values.shape} is taken as (N, C, H, W), {values.shape[1]} channels; spikes per step have five axes"
        return values, (said,)
    return values, ()


def _check_finite(place: str, x: Array) -> None:
    if x.dtype.kind != "f":
        return
    seen = 0
    for part in chunks(x):
        values = part.astype(np.float64)
        finite = np.isfinite(values)
        if not finite.all():
            sample = seen + int(np.argmin(finite.reshape(len(part), -1).all(axis=1)))
            raise DataError(f"{place}: found NaN or infinite values, first in sample {sample}; allowed: finite numbers")
        if np.abs(values).max() > _LARGEST:
            raise DataError(f"{place}: found values up to {np.abs(values).max():.3g}; allowed: up to 2^53")
        seen += len(part)


def _spikes(place: str, x: Array) -> tuple[npt.NDArray[np.uint8], tuple[str, ...]]:
    low = min(part.min().item() for part in chunks(x))
    if low < 0 or not whole_numbers(x):
        found = f"values from {low:g}" if low < 0 else "fractions"
        raise DataError(
            f"{place}: found {found} in samples with steps, {x.shape}; allowed: spikes 0 and 1, or counts of them (real values are "
            "given as images, (N, C, H, W), and held for all steps)"
        )
    high = max(part.max().item() for part in chunks(x))
    taken: npt.NDArray[np.uint8] = (x > 0).astype(np.uint8)  # type: ignore[operator]
    return taken, (f"{place}: counts up to {high:g} become spikes, 1 where there is any",) if high > 1 else ()

"""A user's array in the shape that a network reads: axes of 1 may be left out or stand anywhere, the values stay in order.

A layer without height and width is (C, 1, 1) on the chip and (C,) to whoever recorded it; a grey image is (H, W).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError

Shape = tuple[int, int, int]
Inputs = npt.NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Accepted:
    """Integers for the network, and what is to be said of how they came about (clipped values), or nothing."""

    inputs: Inputs
    note: str = ""


def shaped(
    values: npt.NDArray[np.generic], shape: Shape, *, steps: int | None, held: bool, stepwise: bool
) -> npt.NDArray[np.generic]:
    """The array as (N, C, H, W), held for all steps, or (N, T, C, H, W).

    Parameters
    ----------
    shape : (C, H, W) of the network's input
    steps : T of a sample; None where each array says its own
    held, stepwise : which of the two the network takes

    Raises
    ------
    DataError
        Where the array fits neither, or both.
    """
    found = values.shape
    whole = held and len(found) > 1 and _same(found[1:], shape)
    each = stepwise and len(found) > 2 and _same(found[2:], shape) and (steps is None or found[1] == steps)
    if len(found) in (4, 5):  # written out: one reading
        whole, each = whole and len(found) == 4, each and (len(found) == 5 or not whole)
    if found and found[0] >= 1 and whole != each:
        return values.reshape(found[0], *shape) if whole else values.reshape(*found[:2], *shape)
    time = "T" if steps is None else str(steps)
    readings = ["(N, C, H, W) held for all steps"] * held + [f"(N, {time}, C, H, W)"] * stepwise
    both = "; it could be either, so write all axes" if whole and each else ""
    raise DataError(
        f"input: found shape {found}; allowed: {' or '.join(readings)}, with N >= 1 and (C, H, W) = {shape}; axes of 1 of (C, H, W) may be "
        f"left out{both}"
    )


def clipped_to(values: npt.NDArray[np.float64], low: int, high: int) -> Accepted:
    """Rounded real values within low .. high, and the share that was not.

    Raises
    ------
    DataError
        For NaN and infinity.
    """
    if not np.isfinite(values).all():
        raise DataError("input: found NaN or infinite values; allowed: finite numbers")
    rounded = np.rint(values)
    return Accepted(np.clip(rounded, low, high).astype(np.int16), clipped_note(rounded, low, high))


def clipped_note(values: npt.NDArray[np.float64], low: int, high: int) -> str:
    """How many values lie outside low .. high, in words; nothing where none do."""
    outside = int(((values < low) | (values > high)).sum())
    if not outside:
        return ""
    return (
        f"{outside:,} of {values.size:,} values ({100 * outside / values.size:.2g} %) were clipped to {low} .. {high}"
    )


def _same(found: tuple[int, ...], shape: Shape) -> bool:
    return [side for side in found if side != 1] == [side for side in shape if side != 1]

"""Weights as integer codes: the step of each block, and one unit per membrane that all its blocks are powers of two of.

Where the weights already lie on a grid of at most the wanted width (the file came from a quantized network), that grid is taken
and nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.options import RealOptions

Floats = npt.NDArray[np.float64]
ON_GRID = 2.0**-18  # relative: what float32 can hold of a multiple of a step of up to 8 bits
EXPONENT_MAX = 7  # how far apart the steps of one membrane's blocks may be, in powers of two
CANDIDATES = np.linspace(0.3, 1.0, 71)  # of the largest magnitude, for the step of least squared error


@dataclass(frozen=True, eq=False)
class Codes:
    """Integer codes of one block: weight = code * 2^exponent * unit. `clipped` counts weights outside the range."""

    codes: npt.NDArray[np.int32]
    exponent: int
    clipped: int


def quantized(blocks: Sequence[tuple[Floats, int]], options: RealOptions) -> tuple[float, list[Codes]]:
    """The unit of a membrane and the codes of its blocks.

    Parameters
    ----------
    blocks : real weights and width in bits of every block into one population
    """
    shared = _shared_grid(blocks)
    if shared is not None:
        return shared, [_coded(weights, bits, shared, shared) for weights, bits in blocks]
    steps = [_step(weights, bits, options) for weights, bits in blocks]
    real = [step for step in steps if step > 0]
    unit = min(real, default=1.0)
    if real:
        # Steps too far apart for the weight exponent: the smaller ones become coarser.
        unit = max(unit, max(real) / 2.0**EXPONENT_MAX)
    return unit, [_coded(weights, bits, step, unit) for (weights, bits), step in zip(blocks, steps, strict=True)]


def largest_code(bits: int) -> int:
    """Codes of b bits run from minus this to this."""
    return int(2 ** (bits - 1)) - 1


def _shared_grid(blocks: Sequence[tuple[Floats, int]]) -> float | None:
    """One step that all weights of all blocks are whole multiples of, within each block's width; None where there is none."""
    if len(blocks) < 2:
        return None
    magnitudes = [np.abs(weights[weights != 0]) for weights, _ in blocks]
    together = np.concatenate(magnitudes)
    grid = _grid(together, max(largest_code(bits) for _, bits in blocks)) if together.size else None
    if grid is None:
        return None
    largest = [values.max(initial=0.0) / grid for values in magnitudes]
    fits = all(code <= largest_code(bits) + 0.5 for code, (_, bits) in zip(largest, blocks, strict=True))
    return grid if fits else None


def _step(weights: Floats, bits: int, options: RealOptions) -> float:
    """What code 1 is worth, by the file's own grid or the scale rule; 0 for a block without weights."""
    magnitudes = np.abs(weights[weights != 0])
    if not magnitudes.size:
        return 0.0
    top = largest_code(bits)
    grid = _grid(magnitudes, top)
    if grid is not None:
        return grid
    if options.scale_rule == "mse":
        errors = [_squared_error(magnitudes, float(magnitudes.max() * part / top), top) for part in CANDIDATES]
        return float(magnitudes.max() * CANDIDATES[int(np.argmin(errors))] / top)
    if options.scale_rule == "percentile":
        return float(np.percentile(magnitudes, options.percentile)) / top
    return float(magnitudes.max()) / top


def _grid(magnitudes: Floats, top: int) -> float | None:
    """The coarsest step that all magnitudes are whole multiples of, at most `top`; None where there is none."""
    values = np.unique(magnitudes)
    for part in range(1, top + 1):
        step = values[0] / part
        multiples = values / step
        if multiples[-1] > top + 0.5:
            return None
        if (np.abs(multiples - np.rint(multiples)) <= multiples * ON_GRID).all():
            # The largest multiple says the step best.
            return float(values[-1] / np.rint(multiples[-1]))
    return None


def _squared_error(magnitudes: Floats, step: float, top: int) -> float:
    return float(((np.minimum(np.rint(magnitudes / step), top) * step - magnitudes) ** 2).sum())


def _coded(weights: Floats, bits: int, step: float, unit: float) -> Codes:
    top = largest_code(bits)
    exponent = 0 if step <= unit else int(np.ceil(np.log2(step / unit) - ON_GRID))
    codes = np.rint(weights / (unit * 2.0**exponent))
    clipped = int((np.abs(codes) > top).sum())
    return Codes(np.clip(codes, -top, top).astype(np.int32), exponent, clipped)

"""Weights as integer codes: one unit per membrane (or per output channel) that the steps of all its blocks are powers of two of.

Where the file's weights lie on grids of the chosen widths (the file came from a quantized network), nothing is rounded: what chains of
nodes make of them may then take more bits, which the chip holds as several blocks. Elsewhere every output channel has a unit of its own,
for every neuron has its own threshold and bias; a layer has one where that rounds less, and a readout always, whose integers are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.discretize import StepRule
from litesnn.compiler.frontends.real.grids import ON_GRID, Grid, common_grid
from litesnn.compiler.frontends.real.linear_map import LinearMap
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.steps import Magnitudes, group_grids, group_steps
from litesnn.compiler.graph import VTH_MAX
from litesnn.compiler.profile import portable_accumulator

Floats = npt.NDArray[np.float64]
EXPONENT_MAX = 7  # how far apart the steps of one membrane's blocks may be, in powers of two
COMPOSED_MAX = 2**15 - 1  # the largest code of composed weights: two blocks on the chip
FINEST = 2.0**-13  # of a channel's threshold: a finer unit is of no use to it, and its register would be full
TINY = np.finfo(np.float64).tiny
ROUNDED = 2.0**-17  # relative: a multiple of a step that went through float32 is the same number


@dataclass(frozen=True, eq=False)
class Codes:
    """Integer codes of one block: weight = code * 2^exponent * unit of the channel. `clipped` counts weights outside the range."""

    codes: npt.NDArray[np.int32]
    exponent: int
    clipped: int


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of one block into a population: the map, the width of their codes, the largest message that its source sends."""

    map: LinearMap
    bits: int
    peak: int

    @property
    def top(self) -> int:
        """The largest code."""
        return largest_code(self.bits)


@dataclass(frozen=True, eq=False)
class Quantized:
    """The unit of each channel, (C,), and the codes of every block."""

    unit: Floats
    blocks: tuple[Codes, ...]


def quantized(blocks: Sequence[Weights], scale: Floats, own_units: bool, options: RealOptions) -> Quantized:
    """The codes of all blocks into one population.

    Parameters
    ----------
    scale : (C,) what errors matter against, in the unit of what arrives: thresholds, or biases where they are larger
    own_units : whether channels may have units of their own, where that rounds less; those of a readout never do
    """
    exact = _on_grid(blocks, scale)
    if exact is not None:
        return exact
    layer = _by_layer(blocks, len(scale), options)
    if not own_units or not any(block.map.values.any() for block in blocks):
        return layer
    found = [layer, *_by_channel(blocks, scale, layer, options)]
    against = np.maximum(scale, layer.unit)
    return found[int(np.argmin([_error(blocks, candidate, against) for candidate in found]))]


def what_matters(rule: StepRule, biases: Mapping[int, Floats], register: Floats) -> Floats:
    """What errors of a layer's sums matter against, (C,): its thresholds, and biases that are larger."""
    worth = rule.gain * (1.0 if rule.current_gain is None else rule.current_gain)
    most = np.abs(register) if rule.threshold is None else np.maximum(rule.threshold, np.abs(register))
    largest: Floats = np.max([most / worth, *(np.abs(bias) for bias in biases.values())], axis=0)
    return largest


def largest_code(bits: int) -> int:
    """Codes of b bits run from minus this to this."""
    return int(2 ** (bits - 1)) - 1


def _on_grid(blocks: Sequence[Weights], scale: Floats) -> Quantized | None:
    """Whole multiples of one step, where every node's weights fit their width and the chip holds what became of them; else None."""
    weighted = [block for block in blocks if block.map.values.any()]
    if not weighted or any(b.map.grid is None or b.map.grid.largest > b.top for b in weighted):
        return None
    shared = [int(np.gcd.reduce(np.abs(block.map.values).astype(np.int64), axis=None)) for block in weighted]
    steps = [block.map.step * factor for block, factor in zip(weighted, shared, strict=True)]
    common = common_grid([Grid(step) for step in steps])
    if common is None:
        return None
    blocks_codes = [_whole(block.map, common.step) for block in blocks]
    if any(_largest(code.codes) > block.top for code, block in zip(blocks_codes, blocks, strict=True)):
        sums = sum(_sums(block, code) for block, code in zip(blocks, blocks_codes, strict=True))
        composed = max(_largest(code.codes) for code in blocks_codes)
        if composed > COMPOSED_MAX or np.max(sums) > portable_accumulator() or scale.max() / common.step > VTH_MAX:
            return None
    return Quantized(np.full(len(scale), common.step), tuple(blocks_codes))


def _whole(found: LinearMap, step: float) -> Codes:
    """A map on a grid in whole numbers of a finer step; powers of two that all have in common are the exponent."""
    codes = np.rint(found.values * np.rint(found.step / step)).astype(np.int64)
    shared = int(np.bitwise_or.reduce(np.abs(codes), axis=None))
    exponent = min((shared & -shared).bit_length() - 1, EXPONENT_MAX) if shared else 0
    return Codes((codes >> exponent).astype(np.int32), exponent, 0)


def _by_layer(blocks: Sequence[Weights], channels: int, options: RealOptions) -> Quantized:
    """One unit for all channels; the blocks' steps are powers of two of it."""
    steps = np.array([group_steps(_magnitudes(block, 1), block.top, options)[0][0] for block in blocks])
    real = steps[steps > 0]
    # Steps too far apart for the weight exponent: the smaller ones become coarser.
    unit = max(real.min(), real.max() / 2.0**EXPONENT_MAX) if real.size else 1.0
    return _coded(blocks, np.full(channels, unit), _exponents(steps / unit))


def _by_channel(
    blocks: Sequence[Weights], scale: Floats, layer: Quantized, options: RealOptions
) -> Iterator[Quantized]:
    """A unit for each channel: all blocks of one step there, or of the powers of two that most channels would have alone."""
    channels = len(scale)
    found = [_magnitudes(block, channels) for block in blocks]
    steps = np.stack([group_steps(one, block.top, options)[0] for one, block in zip(found, blocks, strict=True)])
    finest = np.minimum(layer.unit, scale * FINEST)
    together, top = Magnitudes.joined(found), min(block.top for block in blocks)
    grid = group_grids(together, top)
    largest = together.at(1.0)
    if not ((grid > 0) | (largest == 0)).all():
        # Codes are wide elsewhere in the block: a finer unit costs nothing, and rounds the threshold less.
        room = np.minimum(top * grid / np.where(largest > 0, largest, 1.0), grid / np.maximum(finest, TINY))
        grid = grid / 2.0 ** np.floor(np.log2(np.maximum(room, 1.0)))
    unit = np.where(grid > 0, np.maximum(grid, scale / VTH_MAX), np.maximum(steps.max(0), finest))
    yield _coded(blocks, np.where(largest > 0, unit, layer.unit), [0] * len(blocks))
    filled = (steps > 0).sum(0) > 1
    if filled.any():
        ratios = np.where(steps > 0, steps, np.nan)[:, filled]
        present = ~np.isnan(ratios).all(1)
        usual = np.ones(len(blocks))
        usual[present] = np.nanmedian(ratios[present] / np.nanmin(ratios, axis=0), axis=1)
        exponents = _exponents(usual)
        unit = np.maximum((steps / 2.0 ** np.array(exponents)[:, None]).max(0), finest)
        yield _coded(blocks, np.where(largest > 0, unit, layer.unit), exponents)


def _magnitudes(block: Weights, groups: int) -> Magnitudes:
    real = block.map.real
    members = block.map.channels(groups) if groups > 1 else np.zeros(real.shape, np.int64)
    return Magnitudes.of(real, members, groups)


def _exponents(ratios: Floats) -> list[int]:
    """The powers of two that are at least so many units."""
    found = np.ceil(np.log2(np.maximum(ratios, 1.0)) - ON_GRID).astype(np.int64)
    return [int(exponent) for exponent in np.clip(found, 0, EXPONENT_MAX)]


def _coded(blocks: Sequence[Weights], unit: Floats, exponents: Sequence[int]) -> Quantized:
    return Quantized(unit, tuple(_rounded(b, unit, exponent) for b, exponent in zip(blocks, exponents, strict=True)))


def _rounded(block: Weights, unit: Floats, exponent: int) -> Codes:
    codes = np.rint(block.map.real / (block.map.template.by_target(unit) * 2.0**exponent))
    clipped = int((np.abs(codes) > block.top).sum())
    return Codes(np.clip(codes, -block.top, block.top).astype(np.int32), exponent, clipped)


def _error(blocks: Sequence[Weights], found: Quantized, scale: Floats) -> float:
    """The sum of squares of what is rounded off, each in what errors of its channel matter against."""
    return sum(
        float(((rounded_off(b.map, found.unit, code) / b.map.template.by_target(scale)) ** 2).sum())
        for b, code in zip(blocks, found.blocks, strict=True)
    )


def rounded_off(weights: LinearMap, unit: Floats, code: Codes) -> Floats:
    """How far codes are from the weights they stand for, in the layout of the codes; what float32 cannot tell from 0 is 0."""
    real = weights.real
    off = np.abs(real - code.codes * (weights.template.by_target(unit) * 2.0**code.exponent))
    result: Floats = np.where(off <= np.abs(real) * ROUNDED, 0.0, off)
    return result


def _largest(codes: npt.NDArray[np.int32]) -> int:
    return int(np.abs(codes).max(initial=0))


def _sums(block: Weights, code: Codes) -> npt.NDArray[np.int64]:
    """The largest sum of either sign that arrives at each channel, (C,), in units."""
    sums = block.map.geometry(code.codes).sums(block.map.in_shape, block.map.out_shape)
    largest: npt.NDArray[np.int64] = np.maximum(*sums) * block.peak << code.exponent
    return largest

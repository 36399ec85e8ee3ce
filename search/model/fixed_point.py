"""Normalization, threshold and bias on the chip's integer grid: `docs/numbers.md` in torch.

Written from that page alone and shared with no other package: the compiler has its own, and their agreement is evidence.
Everything is float64 in the page's order of operations; rounded values carry straight-through gradients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ldexp

import torch
from torch import Tensor

from litesnn.search.quantizer.straight_through import straight_through

VTH_MAX = 2**17 - 1
MEMBRANE_MAX = 2**23 - 1
BIAS_MANT_MAX = 4095
BIAS_EXP_MAX = 7


@dataclass(frozen=True)
class Folded:
    """The integers of one population; every tensor is float64 holding whole numbers, but for `unit`.

    Attributes
    ----------
    multipliers : per edge (C,); integer weight = multiplier * code
    unit : (C,) real value of one unit of the accumulator `a`
    threshold : (C,) in membrane units, above which a membrane spikes
    highest : the largest threshold there is
    bias_mant, bias_exp : (C,)
    bias : (C,) bias_mant * 2^bias_exp, in membrane units
    bias_exact : (C,) the bias before rounding
    live : (C,) bool, False where the normalization silences the channel
    """

    multipliers: tuple[Tensor, ...]
    unit: Tensor
    threshold: Tensor
    highest: int
    bias_mant: Tensor
    bias_exp: Tensor
    bias: Tensor
    bias_exact: Tensor
    live: Tensor


COARSE: set[str] = {"zero"}
"""Resets of neurons whose threshold stands in the register of 17 bits; a plugin's population says which."""


@dataclass(frozen=True)
class Threshold:
    """A real threshold, and how fine the chip holds it.

    Attributes
    ----------
    grain : membrane units that it is a multiple of: 64 in the register of 17 bits, 1 in a program's word
    highest : the largest there is, membrane units
    """

    value: float
    grain: int = 64
    highest: int = 64 * VTH_MAX

    @classmethod
    def of(cls, value: float, reset: str) -> Threshold:
        """The threshold of neurons with this reset: a reset to 0 is the fixed unit's, any other of ours a program's."""
        return cls(value) if reset in COARSE else cls(value, grain=1, highest=MEMBRANE_MAX)

    def rounded(self, unit: Tensor) -> Tensor:
        """In membrane units of accumulators worth `unit` (C,), with the gradient of the exact one."""
        per_grain = 64 // self.grain
        exact = self.value / unit * per_grain
        nearest = torch.clamp(torch.round(exact), 0, self.highest // self.grain)
        return straight_through(exact, nearest) * self.grain


@dataclass(frozen=True)
class Gain:
    """Normalization as `gain * x + offset`, each (C,) float64."""

    gain: Tensor
    offset: Tensor


def gain_of_norm(weight: Tensor, bias: Tensor, running_mean: Tensor, running_var: Tensor, eps: float) -> Gain:
    """`g = weight / sqrt(running_var + eps)` and `o = bias - running_mean * g`."""
    gain = weight.double() / torch.sqrt(running_var.double() + eps)
    return Gain(gain, bias.double() - running_mean.double() * gain)


def fold_node_norm(norm: Gain, code_values: Sequence[Tensor], membrane_exp: int, threshold: Threshold) -> Folded:
    """`norm: node`: one gain for the sum of the edges, whose values of code 1 are powers of two apart in every channel.

    A value is a scalar, or (C,), float64.
    """
    smallest = torch.stack([h.expand_as(norm.gain) for h in code_values]).amin(0)
    sign = torch.sign(norm.gain.detach())
    base = smallest * ldexp(1.0, -membrane_exp)
    live = sign != 0
    unit = torch.where(live, norm.gain.abs() * base, base)
    powers = [_power_of_two(h / smallest) for h in code_values]
    multipliers = tuple(sign * power * ldexp(1.0, membrane_exp) for power in powers)
    return _with_threshold(multipliers, unit, norm.offset, threshold, live)


def _power_of_two(ratio: Tensor) -> Tensor:
    assert bool((torch.frexp(ratio).mantissa == 0.5).all()), f"{ratio} are not all powers of two"
    return ratio


def fold_edge_norm(
    norms: Sequence[Gain], code_values: Sequence[Tensor], membrane_exp: int, threshold: Threshold, multiplier_max: int
) -> Folded:
    """`norm: edge`: integer multipliers m_ec for per-channel, per-edge scales; edges without norm have gain 1, offset 0."""
    offset = norms[0].offset
    for norm in norms[1:]:
        offset = offset + norm.offset
    scales = torch.stack([norm.gain * h for norm, h in zip(norms, code_values, strict=True)])
    largest = scales.abs().amax(0)
    live = largest > 0
    divisor = torch.where(live, largest, torch.ones_like(largest))
    ratios = scales / divisor
    denominator = _smallest_denominator(ratios.detach(), multiplier_max)
    scaled = ratios * denominator
    multipliers = straight_through(scaled, torch.round(scaled)) * ldexp(1.0, membrane_exp)
    grain = ldexp(1.0, -membrane_exp)
    unit = torch.where(live, (divisor / denominator) * grain, _largest(code_values, largest) * grain)
    return _with_threshold(tuple(multipliers.unbind(0)), unit, offset, threshold, live)


def _largest(code_values: Sequence[Tensor], like: Tensor) -> Tensor:
    return torch.stack([h.expand_as(like) for h in code_values]).amax(0)


def fold_pool(channels: int, pixels: int, membrane_exp: int, threshold: Threshold, device: torch.device) -> Folded:
    """The spiked global average pool: weight 2^S on every pixel, unit 2^-S / pixels, no bias."""
    unit = torch.full((channels,), ldexp(1.0, -membrane_exp) / pixels, dtype=torch.float64, device=device)
    weight = torch.full_like(unit, ldexp(1.0, membrane_exp))
    return _with_threshold((weight,), unit, torch.zeros_like(unit), threshold, weight > 0)


def fold_readout(bias: Tensor, code_value: float) -> Folded:
    """The readout: weight = code, unit = step / 2; its threshold is meaningless (the readout has none)."""
    unit = torch.full_like(bias, code_value, dtype=torch.float64)
    return _with_threshold((torch.ones_like(unit),), unit, bias.double(), Threshold(0.0), unit > 0)


def bias_to_mantissa(exact: Tensor) -> tuple[Tensor, Tensor]:
    """Mantissa -4095..4095 and the smallest exponent 0..7 that holds it; clipped where 7 is not enough."""
    exponent = torch.full_like(exact, BIAS_EXP_MAX)
    for candidate in range(BIAS_EXP_MAX - 1, -1, -1):
        fits = torch.round(exact / 2**candidate).abs() <= BIAS_MANT_MAX
        exponent = torch.where(fits, torch.full_like(exact, candidate), exponent)
    mantissa = torch.clamp(torch.round(exact / 2**exponent), -BIAS_MANT_MAX, BIAS_MANT_MAX)
    return mantissa, exponent


def _with_threshold(
    multipliers: tuple[Tensor, ...], unit: Tensor, offset: Tensor, threshold: Threshold, live: Tensor
) -> Folded:
    exact_bias = 64 * offset / unit
    with torch.no_grad():
        mantissa, exponent = bias_to_mantissa(exact_bias)
        rounded = mantissa * 2**exponent
    bias = straight_through(exact_bias, rounded)
    return Folded(
        multipliers=multipliers,
        unit=unit,
        threshold=threshold.rounded(unit),
        highest=threshold.highest,
        bias_mant=mantissa,
        bias_exp=exponent,
        bias=bias,
        bias_exact=exact_bias.detach(),
        live=live,
    )


def _smallest_denominator(ratios: Tensor, multiplier_max: int) -> Tensor:
    """(C,) smallest q in 1..P with |x q - rint(x q)| <= q / (2 P) for all edges; `ratios` is (E, C)."""
    best = torch.full_like(ratios[0], multiplier_max)
    for q in range(multiplier_max - 1, 0, -1):
        product = ratios * q
        fits = ((product - torch.round(product)).abs() <= q / (2 * multiplier_max)).all(0)
        best = torch.where(fits, torch.full_like(best, q), best)
    return best

"""The leaky integrate-and-fire neuron over T steps, in floating point and on the chip's integers.

    u[t] = decay * r[t - 1] + I[t] - d[t]        y[t] = 1 where u[t] > threshold (strict)

    zero            r[t] = u[t] * (1 - y[t])           d[t] = 0
    subtract        r[t] = u[t] - threshold * y[t]     d[t] = 0
    subtract_next   r[t] = u[t]                        d[t] = threshold where r[t - 1] > threshold

The reset to 0 lets gradients through, as in LitE-SNN's code; a subtraction is detached, as in snnTorch: the spike that causes it has no
gradient by it, the threshold has. Time is a loop; everything else of the model is parallel over T.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from litesnn.compiler.genotype import NeuronSpec
from litesnn.search.model.axes import per_channel
from litesnn.search.model.registers import DECAY_ONE, Registers
from litesnn.search.model.surrogate import Surrogate, spike
from litesnn.search.quantizer.straight_through import straight_through


@dataclass(frozen=True)
class LifConstants:
    """What a population's neurons share.

    Attributes
    ----------
    decay_mantissa : the rounded decay is `decay_mantissa / 4096`
    threshold : in real units
    """

    decay_mantissa: int
    threshold: float
    surrogate: Surrogate
    reset: str = "zero"

    @classmethod
    def of(cls, neuron: NeuronSpec, threshold: float | None = None) -> LifConstants:
        """Of a genotype's neurons, or of those with a threshold of their own."""
        return cls(
            decay_mantissa=neuron.decay_mantissa,
            threshold=threshold or neuron.threshold,
            surrogate=Surrogate.of(neuron),
            reset=neuron.reset_kind,
        )


Left = Callable[[Tensor, Tensor, Tensor | float], Tensor]
"""Membranes, their spikes (0, 1) and the threshold -> r."""


@dataclass(frozen=True)
class Leaves:
    """r, what a membrane is after the spikes of its step: in real numbers, and on the chip's integers (whole numbers in float64).

    What is left has no larger magnitude than the membrane: registers are proved by that.
    """

    real: Left
    whole: Left


@dataclass(frozen=True)
class LifResult:
    """Spikes (T, N, C, H, W), where asked for membranes before the reset of the same shape, and what the last step leaves to the next."""

    spikes: Tensor
    membranes: Tensor | None
    rest: Tensor | None


def float_lif(
    current: Tensor, timesteps: int, constants: LifConstants, *, record: bool, rest: Tensor | None = None
) -> LifResult:
    """Floating-point neurons.

    Parameters
    ----------
    current : (T, N, C, H, W) in real units, or (1, N, C, H, W) where it is the same at every step
    rest : (N, C, H, W), r that an earlier call left (`LifResult.rest`); None starts a sample
    """
    decay, threshold = constants.decay_mantissa / DECAY_ONE, constants.threshold
    spikes, membranes = [], []
    for t in range(timesteps):
        u = current[t if current.shape[0] > 1 else 0]
        if rest is not None:
            u = _less_what_is_due(decay * rest + u, rest, threshold, constants.reset)
        y = spike(u - threshold, u > threshold, constants.surrogate)
        rest = LEFT[constants.reset].real(u, y, threshold)
        spikes.append(y)
        if record:
            membranes.append(u)
    return LifResult(torch.stack(spikes), torch.stack(membranes) if record else None, rest)


def float_spikes(current: Tensor, timesteps: int, constants: LifConstants) -> Tensor:
    """Spikes (T, N, C, H, W) of whole samples: what training needs of `float_lif`."""
    return float_lif(current, timesteps, constants, record=False).spikes


FloatSpikes = Callable[[Tensor, int, LifConstants], Tensor]
"""What computes as `float_spikes` does."""


def fixed_lif(
    accumulator: Tensor,
    registers: Registers,
    timesteps: int,
    constants: LifConstants,
    *,
    record: bool,
    rest: Tensor | None = None,
) -> LifResult:
    """Integer neurons, exactly `docs/numbers.md`, One time step; spikes and membranes are float64 holding whole numbers.

    `trunc(v * D / 4096)` is `sgn(v) * ((|v| * D) >> 12)`: the product stays below 2^53, the division by 4096 is exact. The
    surrogate sees the membrane in real units, `v * unit / 64`.

    Parameters
    ----------
    accumulator : `a`, whole numbers (T, N, C, H, W) or (1, N, C, H, W)
    registers : those of the population, with its integers, the threshold among them
    rest : as in `float_lif`

    Raises
    ------
    RegisterError
        Where a current leaves its register by more than one wrap.
    """
    folded, reset = registers.folded, constants.reset
    current = registers.current(accumulator.double(), timesteps) + per_channel(folded.bias)
    clips = registers.clips
    threshold, scale = per_channel(folded.threshold), per_channel(folded.unit) / 64
    spikes, membranes = [], []
    for t in range(timesteps):
        v = current[t if current.shape[0] > 1 else 0]
        if rest is not None:
            exact = rest * constants.decay_mantissa / DECAY_ONE
            v = straight_through(exact, torch.trunc(exact)) + v
            v = _less_what_is_due(v, rest, threshold, reset)
        if clips:
            v = registers.membrane(v)
        y = spike((v - threshold) * scale, v > threshold, constants.surrogate)
        rest = LEFT[reset].whole(v, y, threshold)
        spikes.append(y)
        if record:
            membranes.append(v)
    return LifResult(torch.stack(spikes), torch.stack(membranes) if record else None, rest)


def fixed_spikes(accumulator: Tensor, registers: Registers, timesteps: int, constants: LifConstants) -> Tensor:
    """Spikes (T, N, C, H, W) of whole samples: what training needs of `fixed_lif`."""
    return fixed_lif(accumulator, registers, timesteps, constants, record=False).spikes


FixedSpikes = Callable[[Tensor, Registers, int, LifConstants], Tensor]
"""What computes as `fixed_spikes` does."""


def _less_what_is_due(updated: Tensor, rest: Tensor, threshold: Tensor | float, reset: str) -> Tensor:
    """An updated membrane without the d that the step before left to subtract."""
    if reset != "subtract_next":
        return updated
    return updated - threshold * (rest > threshold).to(rest.dtype)


def _zeroed(membrane: Tensor, spikes: Tensor, threshold: Tensor | float) -> Tensor:
    left: Tensor = membrane * (1 - spikes)
    return left


def _subtracted(membrane: Tensor, spikes: Tensor, threshold: Tensor | float) -> Tensor:
    left: Tensor = membrane - threshold * spikes.detach()
    return left


def _untouched(membrane: Tensor, spikes: Tensor, threshold: Tensor | float) -> Tensor:
    return membrane


LEFT: dict[str, Leaves] = {
    "zero": Leaves(_zeroed, _zeroed),
    "subtract": Leaves(_subtracted, _subtracted),
    "subtract_next": Leaves(_untouched, _untouched),
}
"""By the genotype's reset; a plugin's are added here."""

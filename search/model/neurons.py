"""The leaky integrate-and-fire neuron over T steps, in floating point and on the chip's integers.

`u = decay * u * (1 - y) + I`, spike where `u > threshold` (strict), hard reset to 0. The reset lets gradients through, as in
LitE-SNN's code. Time is a loop; everything else of the model is parallel over T.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from litesnn.search.model.axes import per_channel
from litesnn.search.model.registers import DECAY_ONE, Registers
from litesnn.search.model.surrogate import Surrogate, spike
from litesnn.search.quantizer.straight_through import straight_through


@dataclass(frozen=True)
class LifResult:
    """Spikes (T, N, C, H, W), where asked for membranes before the reset of the same shape, and the membranes after the last step."""

    spikes: Tensor
    membranes: Tensor | None
    rest: Tensor | None


def float_lif(
    current: Tensor,
    timesteps: int,
    decay_mantissa: int,
    threshold: float,
    surrogate: Surrogate,
    *,
    record: bool,
    rest: Tensor | None = None,
) -> LifResult:
    """Floating-point neurons with the rounded decay `decay_mantissa / 4096`.

    Parameters
    ----------
    current : (T, N, C, H, W) in real units, or (1, N, C, H, W) where it is the same at every step
    rest : (N, C, H, W) membranes that an earlier call left (`LifResult.rest`); None starts a sample
    """
    decay = decay_mantissa / DECAY_ONE
    spikes, membranes = [], []
    for t in range(timesteps):
        u = current[t if current.shape[0] > 1 else 0]
        if rest is not None:
            u = decay * rest + u
        y = spike(u - threshold, u > threshold, surrogate)
        rest = u * (1 - y)
        spikes.append(y)
        if record:
            membranes.append(u)
    return LifResult(torch.stack(spikes), torch.stack(membranes) if record else None, rest)


def float_spikes(
    current: Tensor, timesteps: int, decay_mantissa: int, threshold: float, surrogate: Surrogate
) -> Tensor:
    """Spikes (T, N, C, H, W) of whole samples: what training needs of `float_lif`."""
    return float_lif(current, timesteps, decay_mantissa, threshold, surrogate, record=False).spikes


FloatSpikes = Callable[[Tensor, int, int, float, Surrogate], Tensor]
"""What computes as `float_spikes` does."""


def fixed_lif(
    accumulator: Tensor,
    registers: Registers,
    timesteps: int,
    decay_mantissa: int,
    surrogate: Surrogate,
    *,
    record: bool,
    rest: Tensor | None = None,
) -> LifResult:
    """Integer neurons, exactly `docs/numbers.md`, One time step; spikes and membranes are float64 holding whole numbers.

    `trunc(v * D / 4096)` is `sgn(v) * ((|v| * D) >> 12)`: the product stays below 2^53, the division by 4096 is exact. The
    surrogate sees the membrane in real units, `v * unit / 64`.

    Parameters
    ----------
    accumulator : `a`, float64 (T, N, C, H, W) or (1, N, C, H, W)
    registers : those of the population, with its integers
    rest : as in `float_lif`

    Raises
    ------
    RegisterError
        Where a current leaves its register by more than one wrap.
    """
    folded = registers.folded
    current = registers.current(accumulator, timesteps) + per_channel(folded.bias)
    clips = registers.clips
    vth, scale = 64 * per_channel(folded.vth), per_channel(folded.unit) / 64
    spikes, membranes = [], []
    for t in range(timesteps):
        v = current[t if current.shape[0] > 1 else 0]
        if rest is not None:
            exact = rest * decay_mantissa / DECAY_ONE
            v = straight_through(exact, torch.trunc(exact)) + v
        if clips:
            v = registers.membrane(v)
        y = spike((v - vth) * scale, v > vth, surrogate)
        rest = v * (1 - y)
        spikes.append(y)
        if record:
            membranes.append(v)
    return LifResult(torch.stack(spikes), torch.stack(membranes) if record else None, rest)

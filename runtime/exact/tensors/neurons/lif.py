"""The leaky integrate-and-fire step, integer for integer as Lava's `PyLifModelBitAcc` computes it (docs/numbers.md).

States are floats that hold whole numbers. Where the range proof shows that no register can overflow they are float32 and
nothing is checked; otherwise float64, with Lava's wrap of the current and clip of the membrane, counted. A readout is a neuron with
the largest threshold there is: a membrane above it spikes unseen and starts again from 0, as Lava's does.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from litesnn.compiler.graph import STATE_MAX, WEIGHT_SHIFT, Leaky, Membranes, ProgrammedLif
from litesnn.runtime.exact.sums import current_lost, state_peaks
from litesnn.runtime.exact.tensors.layout import per_neuron
from litesnn.runtime.exact.tensors.neurons.decay import Decay, DecayEach
from litesnn.runtime.exact.tensors.neurons.model import Setting, States

Mantissa = int | npt.NDArray[np.int64]
WRAP = STATE_MAX + 1  # 2^23


class LeakyModel:
    """Leaky membranes with LIF's threshold, or with none: a readout integrates and sends nothing."""

    def __init__(self, population: Leaky, setting: Setting) -> None:
        sums, device, accumulator_limit = setting.arithmetic.sums, setting.device, setting.accumulator_limit
        peaks = state_peaks(population, sums, setting.steps)
        self.name = population.name
        self.overflows: Counter[str] = Counter()
        self.checked = not (peaks.fits and setting.arithmetic.dtype == torch.float32)
        watched = accumulator_limit is not None and sums.largest > accumulator_limit
        self.most_units = accumulator_limit // sums.unit if watched and accumulator_limit is not None else None
        each = not (isinstance(population.du, int) and isinstance(population.dv, int))
        dtype = torch.float64 if self.checked or each else torch.float32
        self.scale = sums.unit << WEIGHT_SHIFT
        self.current_decay = _decay(population.current_mantissa, peaks.current, population, device)
        self.decay = _decay(population.decay_mantissa, peaks.membrane, population, device)
        self.bias = _constant(population.bias, population, dtype, device)
        self.threshold: Tensor | float | None = None
        if population.threshold is not None:
            self.threshold = _constant(population.threshold, population, dtype, device)
        # Above it a readout starts again; only where it can get there.
        ends_early = population.highest_membrane < STATE_MAX
        self.top = population.highest_membrane if ends_early and self.checked else None
        # Where nothing can wrap to the other sign.
        self.forgets = not self.checked and sums.low >= 0 and _always_spikes_or_rests(population)
        self.keep_states = setting.keep_states
        self.u, self.v, self.scratch = (_zeros(setting.shape, dtype, device) for _ in range(3))
        self.spikes = _zeros(setting.shape, torch.float32, device)
        self.potential = _zeros(setting.shape, dtype, device) if setting.keep_states else self.v
        self.fresh = True

    def step(self, drive: Tensor, reset: bool) -> Tensor:
        """See `NeuronModel.step`."""
        if reset and not self.fresh:
            self.u.zero_()
            self.v.zero_()
            self.fresh = True
        if self.most_units is not None:
            self.overflows["accumulator"] += int((drive.abs() > self.most_units).sum())
        self._integrate(drive)
        self.fresh = False
        if self.keep_states:
            self.potential.copy_(self.v)
        if self.top is not None:
            spent = self.v > self.top
            self.overflows["membrane"] += int((spent & (self.v < STATE_MAX)).sum())
            self.v.masked_fill_(spent, 0)
        if self.threshold is None:
            return self.spikes
        self._fire(self.threshold)
        return self.spikes

    def states(self) -> States:
        """See `NeuronModel.states`."""
        return States(self.u, self.potential, self.v)

    def _integrate(self, drive: Tensor) -> None:
        """Update u and v from the drive and the bias."""
        if not self.current_decay.forgets or self.checked or self.keep_states:
            self._update_current(drive)
            drive, scale = self.u, 1
        else:
            scale = self.scale
        if self.fresh or self.forgets:
            torch.mul(drive, scale, out=self.v)
        else:
            self._decay_membrane()
            self.v.add_(drive, alpha=scale)
        if isinstance(self.bias, Tensor) or self.bias:
            self.v.add_(self.bias)
        if self.checked:
            clipped = self.v.clamp(-STATE_MAX, STATE_MAX)
            self.overflows["membrane"] += int((clipped != self.v).sum())
            self.v = clipped

    def _decay_membrane(self) -> None:
        """What the step before left of v."""
        self.decay(self.v, self.scratch)

    def _update_current(self, drive: Tensor) -> None:
        if not self.current_decay.forgets and not self.fresh:
            self.current_decay(self.u, self.scratch)
        else:
            self.u.zero_()
        self.u.add_(drive.to(self.u.dtype), alpha=self.scale)
        if self.checked:
            wrapped = torch.where(self.u > WRAP, self.u - 2 * WRAP, self.u)
            wrapped = torch.where(self.u <= -WRAP, self.u + 2 * WRAP, wrapped)
            self.overflows["current"] += int((wrapped != self.u).sum())
            if bool(((wrapped > WRAP) | (wrapped <= -WRAP)).any()):
                raise current_lost(self.name, int(self.u.abs().max()))
            self.u = wrapped

    def _fire(self, threshold: Tensor | float) -> None:
        """Spikes where v is above the threshold, which resets it. `gt` writes floats: far quicker than booleans here."""
        if self.v.dtype == torch.float64:
            self.spikes.copy_(self.v > threshold)
            self._reset()
            return
        torch.gt(self.v, threshold, out=self.spikes)
        if not self.forgets or self.keep_states:
            self._reset()

    def _reset(self) -> None:
        """What a spike leaves of v."""
        self.v.addcmul_(self.v, self.spikes.to(self.v.dtype), value=-1)


class ProgrammedModel(LeakyModel):
    """LIF with a reset of choice: zero, by subtraction at the spike or with the next update, or none."""

    def __init__(self, population: ProgrammedLif, setting: Setting) -> None:
        super().__init__(population, setting)
        assert population.vth is not None
        self.kind = population.reset
        self.forgets = False
        self.subtracted = _constant(population.vth, population, self.v.dtype, setting.device)

    def _decay_membrane(self) -> None:
        if self.kind != "subtract_next":
            super()._decay_membrane()
            return
        assert self.threshold is not None
        due = (self.v > self.threshold) * self.subtracted
        super()._decay_membrane()
        self.v.sub_(due)

    def _reset(self) -> None:
        if self.kind == "zero":
            super()._reset()
        elif self.kind == "subtract":
            self.v.sub_(self.spikes * self.subtracted)


def _always_spikes_or_rests(population: Membranes) -> bool:
    """Without inhibition: what does not spike is 0, so the membrane never remembers anything (maxima, relays)."""
    if population.threshold is None:
        return False
    return not population.threshold.any() and bool((population.bias >= 0).all()) and not population.remembers_current


def _decay(mantissa: Mantissa, peak: int, population: Membranes, device: torch.device) -> Decay | DecayEach:
    if isinstance(mantissa, int):
        return Decay(mantissa, peak)
    return DecayEach(per_neuron(mantissa, population.shape, torch.float64, device))


def _constant(
    values: npt.NDArray[np.int64], population: Membranes, dtype: torch.dtype, device: torch.device
) -> Tensor | float:
    """A constant per channel: one number where all agree, otherwise a whole map, laid out as the states are."""
    if np.all(values == values[0]):
        return float(values[0])
    return per_neuron(values, population.shape, dtype, device)


def _zeros(shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    return torch.zeros(shape, dtype=dtype, device=device).contiguous(memory_format=torch.channels_last)

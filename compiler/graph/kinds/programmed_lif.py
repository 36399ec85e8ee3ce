"""Leaky integrate-and-fire neurons as a program: with a reset of choice, and a threshold as fine as the membrane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, final

import numpy as np

from litesnn.compiler.graph.kinds.document import MembranesDocument, PopulationDocument
from litesnn.compiler.graph.kinds.leaky import decayed
from litesnn.compiler.graph.kinds.membranes import NeuronGroup
from litesnn.compiler.graph.kinds.registers import (
    NO_CURRENT_MEMORY,
    STATE_MAX,
    WEIGHT_SHIFT,
    Floats,
    Interval,
    Ints,
)
from litesnn.compiler.graph.kinds.spiking import Spiking

Reset = Literal["zero", "subtract", "subtract_next", "none"]
RESETS: Mapping[Reset, str] = {
    "zero": "sets the membrane to 0 at the spike",
    "subtract": "subtracts the threshold at the spike, before the next decay",
    "subtract_next": "subtracts the threshold with the next update, after its decay",
    "none": "leaves the membrane as it is",
}


class ProgrammedLifDocument(MembranesDocument):
    """A population of programmed LIF neurons."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "neurons", "role": "programmed_lif"}

    kind: Literal["neurons"]
    role: Literal["programmed_lif"]
    reset: Reset
    spike_at: bool


@final
@dataclass(frozen=True, eq=False, repr=False)
class ProgrammedLif(Spiking):
    """LIF whose reset and comparison are a program's; `vth` is in membrane units, of 23 bits:

    u = sgn(u) * ((|u| * (4096 - (du + 1))) >> 12) + (arriving << 6)                      wraps once at +-2^23
    v = sgn(v) * ((|v| * (4096 - dv)) >> 12) + u + bias - (vth where subtraction is due)  clipped at +-(2^23 - 1)
    spike where v > vth, or v >= vth with `spike_at`; there, by `reset`:

    zero: v = 0. subtract: v = v - vth. subtract_next: vth is subtracted in the next update, after the decay. none: nothing.

    A fixed unit computes the first where thresholds are in its steps of 64, and the third in two compartments, of which the second
    spikes and takes vth from the first by a synapse. With dv 0 the second is the same: v' - vth, and u + bias added, is v' with
    u + bias - vth added, clipped once after either.

    A subtraction that is due is no state of its own: it is due where the membrane that the last step left would spike. Whatever
    clears the membrane between samples takes it away too.
    """

    kind: ClassVar[str] = "programmed_lif"
    highest_threshold: ClassVar[int] = STATE_MAX
    vth_shift: ClassVar[int] = 0
    in_registers: ClassVar[bool] = False
    document: ClassVar[type[PopulationDocument]] = ProgrammedLifDocument

    reset: Reset = "zero"
    spike_at: bool = False

    @property
    def shows(self) -> Literal["potential", "membrane"]:
        """See `Membranes.shows`; a subtraction that is due and no reset at all leave the membrane as it met the threshold."""
        return "potential" if self.reset in ("zero", "subtract") else "membrane"

    @property
    def threshold(self) -> Ints | None:
        """What has to be passed: `vth`, or one unit less where neurons spike at it too."""
        return None if self.vth is None else self.vth - int(self.spike_at)

    @property
    def threshold_register(self) -> Ints | None:
        """None: it is a word of the neuron's state."""
        return None

    @property
    def constants(self) -> NeuronGroup:
        """What its program does at the threshold."""
        return (self.reset, self.spike_at)

    @property
    def fixed_register(self) -> Ints | None:
        """See `Membranes.fixed_register`: `beyond_fixed` says where it drops something."""
        return None if self.threshold is None else self.threshold >> WEIGHT_SHIFT

    @property
    def own_synapse(self) -> Ints | None:
        """See `Membranes.own_synapse`."""
        return self.vth if self._subtracts and self.beyond_fixed() is None else None

    @property
    def state_bits(self) -> int:
        """See `Membranes.state_bits`: the threshold is one."""
        return super().state_bits + STATE_MAX.bit_length() + 1

    @property
    def _subtracts(self) -> bool:
        return self.reset in ("subtract", "subtract_next")

    def beyond_fixed(self) -> tuple[str, str] | None:
        """See `Membranes.beyond_fixed`."""
        name = self.name
        if self.gated:
            return super().beyond_fixed()
        if self.reset == "none":
            return (
                f"'{name}' keeps its membrane at a spike",
                "reset 'zero', or 'subtract_next' in two compartments a neuron",
            )
        if self._subtracts and self.remembers_current:
            text = (
                f"'{name}' subtracts its threshold and its current lasts: what a synapse subtracts would last as well"
            )
            return text, f"du {NO_CURRENT_MEMORY} (a current of one step), or reset 'zero'"
        if self.reset == "subtract" and np.any(self.dv):
            text = f"'{name}' subtracts its threshold before it leaks; a synapse subtracts it after"
            return text, "reset 'subtract_next', or dv 0, where both are the same"
        if self._subtracts and self.spike_at:
            text = f"'{name}' spikes at its threshold and subtracts it; a fixed unit spikes above what it subtracts"
            return text, "spike_at false"
        if self.threshold is not None and np.any(self.threshold % (1 << WEIGHT_SHIFT)):
            least = int(np.bitwise_or.reduce(self.threshold % (1 << WEIGHT_SHIFT)))
            text = f"'{name}' spikes above thresholds in steps of {least & -least} membrane units"
            at = f"; with spike_at, vth one above a multiple of {1 << WEIGHT_SHIFT}" if self.spike_at else ""
            return text, f"thresholds in steps of {1 << WEIGHT_SHIFT}, which the register counts in{at}"
        return None

    def needs_program(self) -> str | None:
        """See `Membranes.needs_program`."""
        if self.gated:
            return super().needs_program()
        where = "at" if self.spike_at else "above"
        return f"'{self.name}' spikes {where} a threshold as fine as its membrane and {RESETS[self.reset]}"

    def problems(self) -> Iterator[str]:
        """See `Population.problems`."""
        yield from super().problems()
        if self.spike_at and self.vth is not None and self.vth.min(initial=1) < 1:
            yield f"'{self.name}': vth 0 with spike_at: its neurons would spike at every step; allowed: 1..{STATE_MAX}"

    def folded(self, threshold: Floats) -> Any:
        """See `Membranes.folded`; the threshold is rounded to membrane units."""
        vth = np.clip(np.rint(threshold * 2.0**WEIGHT_SHIFT), int(self.spike_at), STATE_MAX).astype(np.int64)
        return replace(self, vth=vth)

    def carried(self, low: Ints, high: Ints) -> Interval:
        """See `Leaky.carried`: by the reset."""
        assert self.vth is not None, "normalization is folded before anything is proved"
        assert self.threshold is not None
        start, memory, quiet = decayed(low, self.decay_mantissa), self.decay_mantissa, np.minimum(high, self.threshold)
        if self.reset == "zero":
            return start, decayed(quiet, memory)
        if self.reset == "none":
            return start, decayed(high, memory)
        fires = high > self.threshold
        if self.reset == "subtract":
            return start, np.maximum(decayed(quiet, memory), np.where(fires, decayed(high - self.vth, memory), 0))
        least = np.where(fires, decayed(self.threshold + 1, memory) - self.vth, 0)
        most = np.where(fires, decayed(high, memory) - self.vth, 0)
        return np.minimum(start, least), np.maximum(decayed(quiet, memory), most)

"""Leaky integrate-and-fire neurons as a program: with a reset of choice, and a threshold as fine as the membrane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, final

import numpy as np

from litesnn.compiler.graph.kinds.document import MembranesDocument, PopulationDocument
from litesnn.compiler.graph.kinds.leaky import decayed
from litesnn.compiler.graph.kinds.membranes import NeuronGroup
from litesnn.compiler.graph.kinds.registers import STATE_MAX, WEIGHT_SHIFT, Floats, Interval, Ints
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
@dataclass(frozen=True, eq=False)
class ProgrammedLif(Spiking):
    """LIF whose reset and comparison are a program's; `vth` is in membrane units, of 23 bits:

    u = sgn(u) * ((|u| * (4096 - (du + 1))) >> 12) + (arriving << 6)                      wraps once at +-2^23
    v = sgn(v) * ((|v| * (4096 - dv)) >> 12) + u + bias - (vth where subtraction is due)  clipped at +-(2^23 - 1)
    spike where v > vth, or v >= vth with `spike_at`; there, by `reset`:

    zero: v = 0. subtract: v = v - vth. subtract_next: vth is subtracted in the next update, after the decay. none: nothing.

    A subtraction that is due is no state of its own: it is due where the membrane that the last step left would spike. Whatever
    clears the membrane between samples takes it away too.
    """

    kind: ClassVar[str] = "programmed_lif"
    highest_threshold: ClassVar[int] = STATE_MAX
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

    def needs_program(self) -> str | None:
        """See `Membranes.needs_program`."""
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

"""What every kind of neuron answers: the questions that passes, rules, mapping, reports and back ends ask.

A kind is a class in this folder and a line in `KINDS`. Its docstring has the equation of a step; docs/adding-a-kind.md says what
else there is to do. A default here is an answer that is safe for a kind nobody thought of: it needs a programmed neuron, is not
removed, is in no group of another kind's.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np

from litesnn.compiler.graph.findings import Range
from litesnn.compiler.graph.kinds.analog import Analog
from litesnn.compiler.graph.kinds.arrivals import Arrivals
from litesnn.compiler.graph.kinds.population import Population
from litesnn.compiler.graph.kinds.registers import (
    BIAS_EXP_MAX,
    BIAS_MANT_MAX,
    DECAY_BITS,
    DECAY_UNITY,
    NO_CURRENT_MEMORY,
    STATE_MAX,
    Bools,
    Decay,
    Floats,
    Ints,
)
from litesnn.compiler.graph.kinds.steps import ChipSteps

NeuronGroup = tuple[str | int | bool | None, ...]
STATE_BITS = 23  # of the widest register, its sign left out


@dataclass(frozen=True, eq=False, repr=False)
class Membranes(ChipSteps, Population):
    """Populations with a membrane: decays `du` (current) and `dv` (membrane) of 4096, a bias, steps in which they compute.

    A decay is one number, or an array (C,) where channels differ.

    `is_output`: the host reads what it sends (networks from elsewhere that end in spikes); a `Readout` is always an output.

    Attributes
    ----------
    read_as : what the host reads of an output: its membrane after the last step, the last value it sent, or the sum of all
    fixed_unit : whether Loihi 1's fixed unit computes it: leak, bias and threshold per neuron
    in_registers : whether its constants stand in the registers of a neuron; otherwise in words of its state
    has_reset : whether a periodic reset can clear it between samples
    removable : whether channels without effect may be taken out
    trained : whether its constants are a model's, so that a reference has them; otherwise the compiler made it
    """

    read_as: ClassVar[Literal["membrane", "last", "sum"]] = "sum"
    fixed_unit: ClassVar[bool] = False
    in_registers: ClassVar[bool] = True
    has_reset: ClassVar[bool] = True
    removable: ClassVar[bool] = False
    trained: ClassVar[bool] = True
    arrays: ClassVar[tuple[str, ...]] = ("bias_mant", "bias_exp", "unit", "du", "dv")

    du: Decay = NO_CURRENT_MEMORY
    dv: Decay = 0
    bias_mant: Ints | None = None
    bias_exp: Ints | None = None
    unit: Floats | None = None
    analog: Analog | None = None
    on_host: bool = False
    is_output: bool = False

    @property
    def bias(self) -> Ints:
        """Bias in membrane units, added every step; (C,)."""
        if self.bias_mant is None or self.bias_exp is None:
            return np.zeros(self.shape[0], np.int64)
        return self.bias_mant << self.bias_exp

    @property
    def decay_mantissa(self) -> Decay:
        """4096 - dv: the membrane keeps this fraction of 4096 per step; one, or (C,)."""
        return DECAY_UNITY - self.dv

    @property
    def current_mantissa(self) -> Decay:
        """4096 - (du + 1): the current keeps this fraction of 4096 per step; one, or (C,)."""
        return DECAY_UNITY - (self.du + 1)

    @property
    def remembers_current(self) -> bool:
        """Whether any neuron's current lasts longer than a step."""
        return bool(np.any(self.current_mantissa))

    def decays(self, channels: tuple[int, int] | None = None) -> frozenset[tuple[int, int]]:
        """Distinct (du, dv) of a range of channels, or of all."""
        pairs = np.stack([np.broadcast_to(decay, self.shape[0]) for decay in (self.du, self.dv)])
        kept = pairs if channels is None else pairs[:, slice(*channels)]
        return frozenset((int(du), int(dv)) for du, dv in np.unique(kept, axis=1).T)

    @property
    def read_by_host(self) -> bool:
        """Whether it is the network's output."""
        return self.is_output

    @property
    def shows(self) -> Literal["potential", "membrane"]:
        """Where engines show what met the threshold: in a copy taken before the reset, or in Lava's variable, if no reset changes it."""
        return "potential"

    @property
    def threshold(self) -> Ints | None:
        """What has to be passed for something to be sent, (C,) in membrane units; None where there is no such thing (yet)."""
        return None

    @property
    def highest_kept(self) -> Ints | None:
        """The highest membrane that is left after a step, (C,); None where nothing cuts it."""
        return None

    @property
    def threshold_register(self) -> Ints | None:
        """What the fixed unit's threshold register holds, (C,); None where there is none."""
        return None

    @property
    def fixed_register(self) -> Ints | None:
        """The same of neurons that run as a program, on a chip that has none."""
        return self.threshold_register

    @property
    def own_synapse(self) -> Ints | None:
        """What a spike takes from its own neuron with the next update, (C,) in membrane units, where a synapse can; else None."""
        return None

    @property
    def state_bits(self) -> int:
        """Bits of constants that a programmed neuron holds for itself, besides what a LIF neuron has."""
        return DECAY_BITS * (isinstance(self.du, np.ndarray) + isinstance(self.dv, np.ndarray))

    @property
    def complete(self) -> bool:
        """Whether it has all the constants that a step is computed with; without, the graph is not compiled through."""
        return True

    @property
    def highest_membrane(self) -> int:
        """Where a membrane ends."""
        return STATE_MAX

    @property
    def program(self) -> str:
        """The program that its neurons run on the chip."""
        return self.kind

    @property
    def constants(self) -> NeuronGroup:
        """What its program knows besides decays and steps."""
        return ()

    @property
    def group(self) -> NeuronGroup:
        """Neurons with equal program and constants form one group of a core; what stands per neuron is not in it."""
        steps = (self.reset_interval, self.reset_offset, self.initiation_interval, self.open_slots)
        decays = (decay if isinstance(decay, int) else "per neuron" for decay in (self.du, self.dv))
        return (self.program, *decays, *steps, *self.constants)

    def needs_program(self) -> str | None:
        """Why a population needs a programmed neuron, or None if the fixed unit does; resets are written by the chip's processors."""
        if self.gated:
            return f"'{self.name}' computes once in {self.initiation_interval} step(s) and rests between samples (feedback)"
        return None if self.fixed_unit else f"{self.kind} neurons are not leaky integrate-and-fire"

    def beyond_fixed(self) -> tuple[str, str] | None:
        """Why no fixed unit computes it, not even of two compartments joined by `own_synapse`, and what would; None if one does."""
        why = self.needs_program()
        return None if why is None else (why, "a chip with programmable neurons")

    def problems(self) -> Iterator[str]:
        """See `Population.problems`."""
        yield from super().problems()
        name, count = self.name, self.shape[0]
        for decay, value, low, high in (("du", self.du, -1, DECAY_UNITY - 1), ("dv", self.dv, 0, DECAY_UNITY)):
            if not low <= np.min(value) <= np.max(value) <= high:
                where = f"{np.min(value)}..{np.max(value)}" if isinstance(value, np.ndarray) else value
                yield f"'{name}': {decay} {where}; allowed: {low}..{high}"
        if self.bias_mant is not None and self.bias_exp is not None:
            if self.bias_mant.shape != (count,) or self.bias_exp.shape != (count,):
                yield f"'{name}': bias has shape {self.bias_mant.shape}, allowed ({count},)"
            yield from self._bias_problems(self.bias_mant, self.bias_exp)

    def _bias_problems(self, mantissa: Ints, exponent: Ints) -> Iterator[str]:
        if np.abs(mantissa).max(initial=0) > BIAS_MANT_MAX or exponent.max(initial=0) > BIAS_EXP_MAX:
            yield f"'{self.name}': bias outside {BIAS_MANT_MAX} * 2^{BIAS_EXP_MAX}"

    def _threshold_problems(self, vth: Ints | None, limit: int) -> Iterator[str]:
        if vth is None:
            return
        if vth.shape != (self.shape[0],):
            yield f"'{self.name}': vth has shape {vth.shape}, allowed ({self.shape[0]},)"
        elif vth.min() < 0 or vth.max() > limit:
            yield f"'{self.name}': vth {vth.min()}..{vth.max()}; allowed: 0..{limit} ({limit.bit_length()} bits)"

    def array_problems(self) -> Iterator[str]:
        """What keeps arrays that anybody may have written from being what the rest takes them for."""
        name, count = self.name, self.shape[0]
        for part in self.arrays:
            values = getattr(self, part)
            if isinstance(values, np.ndarray) and values.shape != (count,):
                yield f"'{name}': {part} has shape {values.shape}, allowed ({count},)"
                return
        if (self.bias_mant is None) != (self.bias_exp is None):
            yield f"'{name}': a bias has a mantissa and an exponent; found one of them"
        for part, low, high in (("bias_exp", 0, STATE_BITS), ("bias_mant", -STATE_MAX, STATE_MAX)):
            values = getattr(self, part)
            if values is not None and not low <= values.min() <= values.max() <= high:
                yield f"'{name}': {part} {values.min()}..{values.max()}; allowed: {low}..{high}"
        if self.unit is not None and not (np.isfinite(self.unit) & (self.unit > 0)).all():
            yield f"'{name}': unit holds values that are not positive numbers"
        if not self.complete:
            yield f"'{name}': lacks a threshold (tensor '{name}.vth')"

    def keep(self, kept: Ints) -> Any:
        """The population restricted to the given channels (indices into its current ones)."""
        found = {part: getattr(self, part) for part in self.arrays}
        arrays: dict[str, Any] = {p: values[kept] for p, values in found.items() if isinstance(values, np.ndarray)}
        channels = tuple(self.channels[i] for i in kept)
        return replace(self, shape=(len(kept), *self.shape[1:]), channels=channels, **arrays)

    def folded(self, threshold: Floats) -> Any:
        """The population with a real threshold, (C,) in weight units, in its registers; one without a threshold as it is."""
        return self

    @abstractmethod
    def ranges(self, arrivals: Arrivals, accumulator_limit: int) -> list[Range]:
        """What its registers can reach, and what they hold; `accumulator_limit` is the profile's, in weight units."""

    def sent_sums(self, arrivals: Arrivals) -> tuple[int, int]:
        """Lowest and highest sum of all that one of its neurons has sent, at any step; 0 lies between."""
        low, high = self.sent
        return min(low, 0) * arrivals.steps, max(high, 0) * arrivals.steps

    def never_sends(self, arrivals: Arrivals) -> Bools:
        """Per channel (C,), True where it is proved that no input makes a neuron send anything."""
        return np.zeros(self.shape[0], bool)

    def sends_unasked(self, steps: int) -> bool:
        """Whether its constants alone make any neuron send in so many steps from zero state."""
        return False

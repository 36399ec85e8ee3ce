"""Neurons that send changes: Lava's `Delta`, `SigmaDelta` and `Sigma` in their fixed-point equations.

A delta encoder turns values into changes, sigma-delta neurons sum changes, activate and send the change of that, and a sigma
decoder only sums. A message is rounded down when it is sent, so that a sum of messages can fall behind by one per step. Registers
are 32 bits in Lava, 24 on the chip; thresholds and biases are in the units of the state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, final

import numpy as np
from pydantic import Field

from litesnn.compiler.graph.findings import Range
from litesnn.compiler.graph.kinds.arrivals import Arrivals
from litesnn.compiler.graph.kinds.document import Document, MembranesDocument, PopulationDocument, Shift
from litesnn.compiler.graph.kinds.membranes import Membranes, NeuronGroup
from litesnn.compiler.graph.kinds.registers import STATE_MAX, Interval, Ints, Sends
from litesnn.compiler.graph.kinds.thresholded import Thresholded

Activation = Literal["unit", "relu"]


class PartsDocument(Document):
    """What a population that sends changes has besides its membranes; all three kinds write all of it."""

    kind: Literal["delta", "sigma_delta", "sigma"]
    activation: Activation
    spike_exp: Shift
    state_exp: Shift
    cum_error: bool
    message_bits: Annotated[int, Field(ge=1, le=32)]


class ChangesDocument(MembranesDocument):
    """A population that sends changes; what its kind is stands within `sigma_delta`."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "sigma_delta"}

    kind: Literal["sigma_delta"]
    sigma_delta: PartsDocument

    @classmethod
    def of(cls, population: object) -> PopulationDocument:
        """See `PopulationDocument.of`."""
        assert isinstance(population, Changes), "the document of another kind"
        fields = MembranesDocument.model_fields.keys() - {"kind"}
        parts = {part: getattr(population, part) for part in PartsDocument.model_fields}
        common = {field: getattr(population, field) for field in fields}
        return cls(kind="sigma_delta", sigma_delta=PartsDocument(**parts), **common)

    def arguments(self) -> dict[str, Any]:
        """See `PopulationDocument.arguments`."""
        parts = self.sigma_delta.model_dump(exclude={"kind"})
        return self.model_dump(exclude={"kind", "sigma_delta"}, exclude_none=True) | parts


def _document(of_kind: str) -> type[PopulationDocument]:
    class OneOfThree(ChangesDocument):
        """One of the three kinds."""

        @classmethod
        def tells(cls, entry: Mapping[str, Any]) -> bool:
            """See `PopulationDocument.tells`."""
            parts = entry.get("sigma_delta")
            return super().tells(entry) and isinstance(parts, Mapping) and parts.get("kind") == of_kind

    return OneOfThree


def state_range(population: str, register: Literal["accumulator", "membrane"], values: Interval) -> Range:
    """What a register of neurons that send changes can reach; Lava's models compute them in 32 bits."""
    low, high = values
    return Range(
        population=population,
        register=register,
        low=int(low.min()),
        high=int(high.max()),
        limit=STATE_MAX,
        overflow="leaves the chip's 24-bit state; Lava's model goes on in 32 bits",
    )


@dataclass(frozen=True, eq=False, repr=False)
class Changes(Membranes):
    """What the three kinds have in common.

    Attributes
    ----------
    activation : what is applied to sigma + bias
    spike_exp, state_exp : Lava's shifts: inputs of `Delta` are shifted left by both, messages right by `state_exp`
    cum_error : whether the held-back error is accumulated (Lava's `cum_error`)
    message_bits : Lava's `num_message_bits`, the sign included
    """

    in_registers: ClassVar[bool] = False
    has_reset: ClassVar[bool] = False

    activation: Activation = "relu"
    spike_exp: int = 0
    state_exp: int = 0
    cum_error: bool = False
    message_bits: int = 24

    @property
    def shows(self) -> Literal["potential", "membrane"]:
        """See `Membranes.shows`."""
        return "membrane"

    @property
    def sends(self) -> Sends:
        """See `Population.sends`."""
        return "graded"

    @property
    def sent(self) -> tuple[int, int]:
        """See `Population.sent`."""
        return (-(1 << (self.message_bits - 1)), (1 << (self.message_bits - 1)) - 1)

    def state(self, arrivals: Arrivals) -> Interval:
        """What the state that is encoded can reach, per channel (C,)."""
        return arrivals.totals()

    def ranges(self, arrivals: Arrivals, accumulator_limit: int) -> list[Range]:
        """What arrives in a step, and the state it is added to; Lava's models compute it in 32 bits."""
        return [
            state_range(self.name, "accumulator", arrivals.changes()),
            state_range(self.name, "membrane", self.state(arrivals)),
        ]

    def _bias_problems(self, mantissa: Ints, exponent: Ints) -> Iterator[str]:
        """One word of its state, not the bias register."""
        if np.abs(self.bias).max(initial=0) > STATE_MAX:
            yield f"'{self.name}': bias beyond {STATE_MAX}"


@dataclass(frozen=True, eq=False, repr=False)
class Encoder(Thresholded, Changes):
    """What the two kinds with a threshold `vth` (C,) on the change have in common:

    change = activation - last activation + held back;  met = change, or with `cum_error` the sum of changes not sent
    sent = change >> state_exp where |met| >= vth, else 0
    """

    highest_threshold: ClassVar[int] = STATE_MAX

    @property
    def threshold(self) -> Ints | None:
        """See `Membranes.threshold`."""
        return self.vth

    def activated(self, arrivals: Arrivals) -> tuple[int, int]:
        """Lowest and highest activation of any neuron."""
        low, high = self.state(arrivals)
        return int(low.min()), int(high.max())

    def sent_sums(self, arrivals: Arrivals) -> tuple[int, int]:
        """Each neuron sends changes, so their sum is its activation, whatever a single one is."""
        low, high = self.activated(arrivals)
        held = int(self.vth.max()) if self.vth is not None else 0
        return (min(low, 0) - held >> self.state_exp) - arrivals.steps, max(high, 0) + held >> self.state_exp


@final
@dataclass(frozen=True, eq=False, repr=False)
class Delta(Encoder):
    """Sends the changes of the values that the host writes into it (Lava's `PyDeltaModelFixed`):

    activation = arriving << (spike_exp + state_exp); then as `Encoder`
    """

    kind: ClassVar[str] = "delta"
    document: ClassVar[type[PopulationDocument]] = _document("delta")

    @property
    def constants(self) -> NeuronGroup:
        """See `Membranes.constants`."""
        return (self.spike_exp, self.state_exp, self.cum_error)

    def state(self, arrivals: Arrivals) -> Interval:
        """See `Changes.state`."""
        low, high = arrivals.changes()
        shift = self.spike_exp + self.state_exp
        return low << shift, high << shift


@final
@dataclass(frozen=True, eq=False, repr=False)
class SigmaDelta(Encoder):
    """Sums what arrives, activates, and sends the changes of that (Lava's `PySigmaDeltaModelFixed`):

    sigma = sigma + arriving;  activation = f(sigma + bias), f the rectifier or none; then as `Encoder`
    """

    kind: ClassVar[str] = "sigma_delta"
    document: ClassVar[type[PopulationDocument]] = _document("sigma_delta")

    @property
    def constants(self) -> NeuronGroup:
        """See `Membranes.constants`."""
        return (self.activation, self.state_exp, self.cum_error)

    def activated(self, arrivals: Arrivals) -> tuple[int, int]:
        """See `Encoder.activated`."""
        lows, highs = self.state(arrivals)
        low, high = int((lows + self.bias).min()), int((highs + self.bias).max())
        return (max(low, 0), max(high, 0)) if self.activation == "relu" else (low, high)


@final
@dataclass(frozen=True, eq=False, repr=False)
class Sigma(Changes):
    """Sums what arrives and sends the sum (Lava's `PySigmaModelFixed`): sigma = sigma + arriving, sent = sigma."""

    kind: ClassVar[str] = "sigma"
    read_as: ClassVar[Literal["membrane", "last", "sum"]] = "last"
    document: ClassVar[type[PopulationDocument]] = _document("sigma")

"""Why a network cannot be mapped: every part that no core can hold, resource by resource, all of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from litesnn.base.errors import CompileError
from litesnn.compiler.mapping.limits import UNITS
from litesnn.compiler.mapping.model import Mapping
from litesnn.compiler.mapping.usage import Demand

CHIPS = "chips"  # the one resource that is not a core's


@dataclass(frozen=True, kw_only=True)
class Excess:
    """One limit that one part of a network breaks.

    Attributes
    ----------
    resource : of `UNITS`, or `chips`
    place : of the population in the genotype; `core N` where only placement shows it; `network`
    part : what cannot be divided further, for messages: "one neuron of 'readout'"
    value, limit : in the resource's unit
    """

    resource: str
    place: str
    part: str
    value: int
    limit: int

    @property
    def text(self) -> str:
        """`input_axons 60 of 50 axons`."""
        return f"{self.resource} {self.value} of {self.limit} {UNITS.get(self.resource, CHIPS)}"

    @property
    def advice(self) -> str:
        """What usually helps."""
        if self.resource == "output_axons":
            return "let fewer or smaller populations read it"
        if self.resource == "compartment_profiles":
            return "give its neurons decays that are equal or that others have"
        return "prune its fan-in, use fewer bits, or spread its inputs over more nodes"


class DoesNotFit(CompileError):
    """The network breaks limits of the chip.

    Attributes
    ----------
    excesses : every one that was found
    mapping : what the mapping would be if the parts that no core holds each had a core of their own; None if it was not placed
    """

    def __init__(self, excesses: Iterable[Excess], mapping: Mapping | None = None, advice: str = "") -> None:
        self.excesses = tuple(excesses)
        self.mapping = mapping
        parts: dict[tuple[str, str], list[str]] = {}
        for excess in self.excesses:
            parts.setdefault((excess.place, excess.part), []).append(excess.text)
        lines = [f"{place}: {part} does not fit: {', '.join(texts)}" for (place, part), texts in parts.items()]
        super().__init__(
            "\n  ".join(lines) + f"; {advice or ' or '.join(dict.fromkeys(excess.advice for excess in self.excesses))}"
        )


def relaxed(demand: Demand, excesses: Iterable[Excess]) -> Demand:
    """The demand on cores that hold just what its smallest part needs: it can be split, and the network checked further."""
    resources = demand.limits.resources | {excess.resource: excess.value for excess in excesses}
    return replace(demand, limits=replace(demand.limits, resources=resources))

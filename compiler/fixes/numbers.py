"""Fixes of numbers: coarser membranes, fewer weight bits. The wiring stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from litesnn.compiler.fixes.fix import CannotApply, Fix, genotype_of
from litesnn.compiler.fixes.places import population_plan, weighted_edges
from litesnn.compiler.genotype.edit import edited, with_population
from litesnn.compiler.genotype.fewer_bits import narrowed
from litesnn.compiler.rules.checking import Subject


@dataclass(frozen=True)
class LowerMembraneExp(Fix):
    """Halve the resolution of a population's membrane `by` times: integer weights, thresholds and biases shrink."""

    population: str
    by: int
    kind: ClassVar[str] = "membrane_exp"

    @property
    def description(self) -> str:
        """See `Fix.description`."""
        return f"lower the membrane_exp of '{self.population}' by {self.by}"

    def apply(self, subject: Subject) -> Subject:
        """See `Fix.apply`."""
        loaded = genotype_of(subject)
        plan = population_plan(loaded.topology, self.population)
        exponent = plan.membrane_exp
        if exponent is None or exponent < self.by:
            raise CannotApply(f"the membrane_exp of '{self.population}' is {exponent}, not to be lowered by {self.by}")
        spec = with_population(loaded.spec, plan.site, membrane_exp=exponent - self.by)
        return subject.of(edited(spec, loaded.trained))


@dataclass(frozen=True)
class FewerBits(Fix):
    """Give every weighted edge into a population (all of the network: empty) `less` bits fewer, at least 1; ranges stay."""

    population: str
    less: int
    kind: ClassVar[str] = "bits"

    @property
    def description(self) -> str:
        """See `Fix.description`."""
        whose = f"into '{self.population}'" if self.population else "of the whole network"
        return f"quantize the weights {whose} to {self.less} bit{'s' if self.less > 1 else ''} fewer"

    def apply(self, subject: Subject) -> Subject:
        """See `Fix.apply`."""
        loaded = genotype_of(subject)
        spec, tensors, changed = loaded.spec, loaded.trained, False
        for edge in weighted_edges(loaded.topology, self.population):
            bits = max(1, edge.bits - self.less)
            spec, tensors = narrowed(spec, tensors, edge, bits)
            changed |= bits < edge.bits
        if not changed:
            raise CannotApply(f"there is no bit left to take {self.population}")
        return subject.of(edited(spec, tensors))

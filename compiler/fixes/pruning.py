"""Fixes that take weights away: the smallest of every neuron's fan-in, or whole sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from litesnn.compiler.fixes.fix import CannotApply, Fix, genotype_of
from litesnn.compiler.fixes.places import weighted_edges
from litesnn.compiler.genotype import EdgePlan, LoadedGenotype
from litesnn.compiler.genotype.edit import edited, with_edge
from litesnn.compiler.rules.checking import Subject

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class PruneFanIn(Fix):
    """Prune `percent` of the weights each channel of a population (of all: empty) still reads, the smallest of each edge."""

    population: str
    percent: int
    kind: ClassVar[str] = "prune"

    @property
    def description(self) -> str:
        """See `Fix.description`."""
        whose = f"the fan-in of '{self.population}'" if self.population else "all weights"
        return f"prune {self.percent} % more of {whose}"

    def apply(self, subject: Subject) -> Subject:
        """See `Fix.apply`."""
        return _pruned(subject, self.population, lambda edge, weight, mask: _smallest(weight, mask, self.percent))


@dataclass(frozen=True)
class PruneSources(Fix):
    """Prune `percent` of the sources a population (all: empty) still reads: whole channels, or neurons of a dense edge."""

    population: str
    percent: int
    kind: ClassVar[str] = "prune-sources"

    @property
    def description(self) -> str:
        """See `Fix.description`."""
        whose = f"the sources '{self.population}' reads" if self.population else "the sources every population reads"
        return f"prune {self.percent} % of {whose}, with all weights from them"

    def apply(self, subject: Subject) -> Subject:
        """See `Fix.apply`."""

        def without_weakest(edge: EdgePlan, weight: Array, mask: Array) -> Array:
            by_source = np.moveaxis(np.abs(weight * mask), edge.source_axis, 0)
            strength = by_source.reshape(len(by_source), -1).sum(axis=1)
            kept = _smallest(strength[None, :], (strength > 0)[None, :], self.percent)[0]
            smaller: Array = mask * kept.reshape([-1 if axis == edge.source_axis else 1 for axis in range(weight.ndim)])
            return smaller

        return _pruned(subject, self.population, without_weakest)


def _pruned(subject: Subject, population: str, kept: Any) -> Subject:
    """The subject with the masks that `kept(edge, weight, mask)` gives for the edges into the population."""
    loaded: LoadedGenotype = genotype_of(subject)
    spec, tensors = loaded.spec, dict(loaded.trained)
    removed = 0
    for edge in weighted_edges(loaded.topology, population):
        weight, mask = tensors[f"{edge.name}.weight"], tensors[f"{edge.name}.mask"]
        smaller = np.asarray(kept(edge, weight, mask), np.uint8)
        removed += int(mask.sum()) - int(smaller.sum())
        if smaller.any():
            tensors[f"{edge.name}.mask"] = smaller
            spec = with_edge(spec, edge.site, keep=float(smaller.mean()))
    if not removed:
        raise CannotApply("there is no weight left to prune")
    return subject.of(edited(spec, tensors))


def _smallest(weight: Array, mask: Array, percent: int) -> Array:
    """The mask (C_out, ...) without the smallest `percent` of each channel's kept weights, rounded up; one of each stays."""
    flat = np.abs(weight).reshape(len(weight), -1)
    kept = mask.reshape(flat.shape) > 0
    count = kept.sum(axis=1)
    least = np.minimum(np.maximum(1, count * (100 - percent) // 100), count)
    order = np.argsort(np.where(kept, -flat, np.inf), axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    result: Array = (kept & (rank < least[:, None])).reshape(mask.shape)
    return result

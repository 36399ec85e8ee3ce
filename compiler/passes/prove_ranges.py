"""Range proof: no accumulator, current or membrane can leave its register, or which can, by how much, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from litesnn.compiler.analysis.bounds import bounds, steps_from_zero
from litesnn.compiler.analysis.messages import Sums, arrival_bounds, message_sums, sigma_bounds
from litesnn.compiler.graph import (
    STATE_MAX,
    VTH_MAX,
    WEIGHT_SHIFT,
    FidelityLabel,
    Graph,
    Membranes,
    Range,
    Readout,
    SigmaDelta,
)
from litesnn.compiler.passes.base import Pass
from litesnn.compiler.profile import Profile

# Loihi 1's accumulator (nengo-loihi Q_BITS = 21 plus sign after the shift by 6): what stays inside runs on every backend.
PORTABLE_ACCUMULATOR = 2**15 - 1


@dataclass(frozen=True)
class ProveRanges(Pass):
    """Attach a `Range` per register and population, and a label where one is not proved or not portable."""

    profile: Profile
    name = "prove-ranges"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        sums = message_sums(graph, steps_from_zero(graph))
        ranges: list[Range] = []
        for population in graph.membranes:
            if isinstance(population, SigmaDelta):
                ranges.extend(self._prove_sigma_delta(graph, population, sums))
            else:
                ranges.extend(self._prove(graph, population))
        labels = [label for proof in ranges for label in _labels(graph, proof)]
        return replace(graph, ranges=tuple(ranges)).labelled(*labels)

    def _prove(self, graph: Graph, population: Membranes) -> list[Range]:
        found = bounds(graph, population)
        low, high = int(found.accumulator_low.min()), int(found.accumulator_high.max())
        current = (int(found.current_low.min()), int(found.current_high.max()))
        membrane = (int(found.membrane_low.min()), int(found.membrane_high.max()))
        wraps = "wraps around"
        proofs = [
            Range(population.name, "current", *current, STATE_MAX, wraps),
            Range(population.name, "membrane", *membrane, *_end_of_membrane(population, membrane)),
        ]
        if population.on_host:
            return proofs  # the host computes the neuron's own registers, and has no synaptic accumulator
        return [Range(population.name, "accumulator", low, high, self.profile.accumulator_limit, wraps), *proofs]

    def _prove_sigma_delta(self, graph: Graph, population: SigmaDelta, sums: Sums) -> list[Range]:
        """What arrives in a step, and the state it is added to; Lava's models compute it in 32 bits."""
        arriving, sigma = arrival_bounds(graph, population, sums), sigma_bounds(graph, population, sums)
        if population.kind == "delta":
            shift = population.spike_exp + population.state_exp
            sigma = (arriving[0] << shift, arriving[1] << shift)
        beyond = "leaves the chip's 24-bit state; Lava's model goes on in 32 bits"
        return [
            Range(population.name, "accumulator", int(arriving[0].min()), int(arriving[1].max()), STATE_MAX, beyond),
            Range(population.name, "membrane", int(sigma[0].min()), int(sigma[1].max()), STATE_MAX, beyond),
        ]


def _end_of_membrane(population: Membranes, reach: tuple[int, int]) -> tuple[int, str]:
    """Where a membrane ends and what happens there; a readout's threshold is the largest there is, and may be passed."""
    top = VTH_MAX << WEIGHT_SHIFT
    if isinstance(population, Readout) and reach[1] > top:
        return top, "spikes like any other and starts again from 0"
    return STATE_MAX, "is clipped"


def _labels(graph: Graph, proof: Range) -> list[FidelityLabel]:
    place = graph[proof.population].place
    reach = f"worst-case inputs reach {proof.low} .. {proof.high}"
    if not proof.proved:
        detail = f"{reach}; the register holds {proof.limit} and {proof.overflow}"
        return [FidelityLabel(f"{proof.register} range", place, "approximate", detail)]
    if proof.register == "accumulator" and max(-proof.low, proof.high) > PORTABLE_ACCUMULATOR:
        detail = f"{reach}; beyond {PORTABLE_ACCUMULATOR} only chips with a wide accumulator (not Loihi 1) agree"
        return [FidelityLabel("portable accumulator", place, "exact", detail)]
    return []

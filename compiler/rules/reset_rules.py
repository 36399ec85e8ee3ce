"""Rules about resets by subtraction where neurons are fixed: a second compartment, and a synapse that takes the threshold away."""

from __future__ import annotations

from collections.abc import Iterator

from litesnn.compiler.graph import WEIGHT_SHIFT, Graph, Membranes
from litesnn.compiler.mapping.compartments import compartments, own_synapses
from litesnn.compiler.profile import Profile
from litesnn.compiler.rules import on_chip
from litesnn.compiler.rules.finding import Finding
from litesnn.compiler.rules.graph_rules import weight_bits_offered, weight_exponents_fit
from litesnn.compiler.rules.value_rules import mantissas_are_held, weights_are_held

CODE = "LSN-SOFT-RESET"
STORED = (weight_exponents_fit, weight_bits_offered, mantissas_are_held, weights_are_held)


def subtractions_fit(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Where a reset by subtraction takes two compartments, -vth is a weight, and the accumulator holds it with all inputs."""
    populations = on_chip.membranes(graph)
    split = [population for population in populations if compartments(population, profile.neuron) > 1]
    own = graph.rebuild(graph.populations, own_synapses(graph, profile))
    for rule in STORED:
        for found in rule(own, profile):
            if found.severity == "error":
                yield _unstored(found, next(p for p in split if p.place == found.place), profile)
    for population in split:
        yield from _accumulator(population, graph, profile)
        yield from _streamed(population, graph)
    if split:
        neurons = sum(population.size for population in split)
        yield Finding(
            code=CODE,
            severity="ok",
            place="network",
            value=2,
            limit=2,
            unit="compartments",
            message=f"{neurons:,} neurons of {len(split)} population(s) reset by subtraction: two compartments and a synapse each",
        )


def _unstored(found: Finding, population: Membranes, profile: Profile) -> Finding:
    assert population.own_synapse is not None
    top = int(population.own_synapse.max())
    widest, highest = profile.weight_bits[-1], profile.synapses.weight_exp_max.value
    most = "" if highest is None else f" of at most {(2**widest - 1) << (highest + WEIGHT_SHIFT):,} membrane units"
    return Finding(
        code=CODE,
        severity="error",
        place=population.place,
        value=found.value,
        limit=found.limit,
        unit=found.unit,
        message=f"'{population.name}' takes a threshold of up to {top:,} from itself by a synapse: {found.message}",
        fix=f"thresholds{most}, multiples of {1 << WEIGHT_SHIFT} with few bits set; or reset 'zero'",
        floor=found.floor,
    )


def _accumulator(population: Membranes, graph: Graph, profile: Profile) -> Iterator[Finding]:
    """The synapse adds to what arrives, so that the accumulator goes further down than the range proof says."""
    assert population.own_synapse is not None
    limit = profile.accumulator_limit
    taken = int(population.own_synapse.max()) >> WEIGHT_SHIFT
    for proof in graph.ranges:
        if proof.population == population.name and proof.register == "accumulator" and taken - proof.low > limit:
            yield Finding(
                code=CODE,
                severity="warning",
                place=population.place,
                value=taken - proof.low,
                limit=limit,
                unit="weight units",
                message=f"the accumulator of '{population.name}' can reach {proof.low - taken:,}, its own synapse included",
                fix="a lower threshold, fewer inputs or fewer bits",
            )


def _streamed(population: Membranes, graph: Graph) -> Iterator[Finding]:
    """What is due after a sample's last step arrives in the next one's first: the accumulator already holds its first spikes."""
    if not graph.isolated and population.reset_interval is not None:
        yield Finding(
            code=CODE,
            severity="warning",
            place=population.place,
            value=graph.pace.idle,
            limit=1,
            unit="steps between samples",
            message=f"'{population.name}' may spike in a sample's last step; its synapse subtracts in the next sample's first",
            fix="run samples one by one, and clear membranes and accumulators between them, as NxTF does",
            floor=True,
        )

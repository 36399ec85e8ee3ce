"""Cost of a genotype without compiling it: cores, memory, latency and operations, for a search loop.

Works on genotypes that are not trained (`stand_in`). What training decides is missing: dead channels are not removed, and firing
rates are assumed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from litesnn.base.cards.card import Card, Figure, Rows
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import CompileError
from litesnn.compiler.analysis.shape_ranges import ShapeRange, shape_ranges
from litesnn.compiler.genotype import Genotype, LoadedGenotype
from litesnn.compiler.graph import Graph, Source
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.profile import Profile
from litesnn.compiler.rule_counts import RuleCount, rule_counts
from litesnn.compiler.rules.listed import TRAINING_DECIDES, broken_rules
from litesnn.compiler.stand_in import stand_in_graph

DEFAULT_RATE = 0.15  # spikes per neuron and step; LitE-SNN's networks fire at 0.12 to 0.15 (from its Table 5)
WORD_BYTES = 8


@dataclass(frozen=True, repr=False)
class Estimate(Shown):
    """What a genotype would cost on a profile.

    Attributes
    ----------
    cores, chips, least_cores : of the partition, and the lower bound
    bounds : resource -> cores that what the network takes of it would fill
    rules, by_rules : the rule set by which these hold, None for the profile's own figures; and cores by its rule sets, where
        they were counted
    ideal_bits : stored weights times their width, what a search counts
    synapse_words : words of synaptic memory over all cores, as encoded
    neurons : on the chip
    latency, period : steps from a sample's first input to its answer, and to the next sample
    synaptic_operations : per sample at `rate` spikes per neuron and step
    ranges : what accumulators can reach, from shapes, bits and the input's range
    """

    profile: str
    cores: int
    chips: int
    least_cores: int
    ideal_bits: int
    synapse_words: int
    neurons: int
    timesteps: int
    latency: int
    period: int
    synaptic_operations: float
    rate: float
    ranges: tuple[ShapeRange, ...] = ()
    rules: str | None = None
    by_rules: tuple[RuleCount, ...] = ()
    bounds: dict[str, float] = field(default_factory=dict)

    @property
    def synapse_bytes(self) -> int:
        """Synaptic memory over all cores, as encoded."""
        return WORD_BYTES * self.synapse_words

    @property
    def binds(self) -> str:
        """The resource that fills most cores."""
        return max(self.bounds, key=lambda name: self.bounds[name], default="")

    def card(self) -> Card:
        """See `Shown`: what it costs, and where an accumulator may be left."""
        from litesnn.compiler.report.numbers import count, si, size

        open_ranges = [found for found in self.ranges if not found.fits]
        rows = ((found.population, count(found.largest), count(found.limit)) for found in open_ranges)
        return Card(
            kind="Estimate",
            title=f"on {self.profile}",
            figures=(
                Figure("cores", count(self.cores), f"on {self.chips} chip(s), at least {self.least_cores} needed"),
                Figure("synaptic memory", size(64 * self.synapse_words), f"as encoded; {size(self.ideal_bits)} ideal"),
                Figure("latency", f"{self.latency} steps", f"a new sample every {self.period}"),
                Figure("neurons", count(self.neurons)),
                Figure(
                    "synaptic operations",
                    si(self.synaptic_operations, ""),
                    f"a sample, at {self.rate:g} spikes per step",
                ),
                *(Figure("cores by other rules", found.text) for found in self.by_rules),
            ),
            tables=(Rows.of("accumulators that may be left", ("population", "sum", "limit"), rows, len(open_ranges)),),
        )

    def document(self) -> dict[str, Any]:
        """As JSON-ready values."""
        ranges = [{**asdict(found), "fits": found.fits, "proved": found.proved} for found in self.ranges]
        return {**asdict(self), "binds": self.binds, "ranges": ranges}


def estimate(
    genotype: Genotype | LoadedGenotype,
    profile: Profile,
    *,
    rate: float = DEFAULT_RATE,
    seed: int = 0,
    by_rules: bool = False,
) -> Estimate:
    """Estimate a genotype's cost; a trained one is estimated with its own weights and masks.

    Raises
    ------
    CompileError
        If it cannot be lowered, breaks a rule of the chip, or one neuron does not fit a core.
    """
    spec = genotype.spec if isinstance(genotype, LoadedGenotype) else genotype
    graph = stand_in_graph(genotype, profile, seed)
    # The exponents are this module's guess; training chooses membranes that fit.
    return estimate_graph(
        graph, profile, rate, ranges=tuple(shape_ranges(spec, profile)), guessed=TRAINING_DECIDES, by_rules=by_rules
    )


def estimate_graph(
    graph: Graph,
    profile: Profile,
    rate: float = DEFAULT_RATE,
    *,
    ranges: tuple[ShapeRange, ...] = (),
    guessed: frozenset[str] = frozenset(),
    by_rules: bool = False,
) -> Estimate:
    """What a scheduled graph costs.

    Parameters
    ----------
    ranges : what accumulators can reach, where it is known
    guessed : codes of rules that are not looked at, for what they judge was guessed
    by_rules : count the cores by the rule sets of the profile too, which maps again for each

    Raises
    ------
    CompileError
        If it breaks a rule of the chip, or one neuron does not fit a core.
    """
    broken = [finding for finding in broken_rules(graph, profile) if finding.code not in guessed]
    if broken:
        raise CompileError("\n  ".join(f"{finding.place}: {finding.message}; {finding.fix}" for finding in broken))
    mapping = map_graph(graph, profile, optimize=False)  # what is counted does not depend on the placement
    ideal = operations = 0.0
    for block in graph.blocks:
        assert block.format is not None
        source = graph[block.source]
        ideal += block.geometry.nnz * block.format.num_weight_bits
        graded = isinstance(source, Source) and source.message_bits > 0
        events = 1.0 if graded else rate
        operations += float(graph.fan_out(block).sum()) * events
    assert graph.schedule is not None
    return Estimate(
        profile=profile.name,
        cores=len(mapping.cores),
        chips=mapping.chips,
        least_cores=mapping.least_cores,
        ideal_bits=int(ideal),
        synapse_words=mapping.synapse_words,
        neurons=sum(core.neurons for core in mapping.cores),
        timesteps=graph.timesteps,
        latency=graph.schedule.latency,
        period=graph.schedule.period,
        synaptic_operations=operations * graph.timesteps,
        rate=rate,
        ranges=ranges,
        rules=profile.rules_in_force,
        by_rules=rule_counts(graph, profile) if by_rules else (),
        bounds=dict(mapping.lower_bound),
    )

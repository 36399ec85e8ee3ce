"""The graph: populations and synapse blocks (`parts.py`); its invariants (`problems.py`) hold after every pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import GraphError
from litesnn.compiler.graph.block import SynapseBlock
from litesnn.compiler.graph.card import graph_card
from litesnn.compiler.graph.findings import FidelityLabel, Range, Removal, Schedule
from litesnn.compiler.graph.kinds import Membranes, Population, Readout, Source
from litesnn.compiler.graph.pace import Pace
from litesnn.compiler.graph.parts import Parts, leads_back
from litesnn.compiler.graph.problems import structural_problems, timing_problems

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, eq=False, repr=False)
class Graph(Shown):
    """A network of populations and synapse blocks; immutable, passes build new ones with `rebuild`.

    Attributes
    ----------
    timesteps : steps per sample (T); where samples are isolated, the number of steps when the input does not say
    isolated : every sample is a run of its own from zero state, without resets, on the chip's own time axis; delays are part of
        what the network computes. Otherwise samples stream back to back, every T steps, and delays only balance paths
    parts : the populations and blocks
    labels, removals, ranges, schedule : what passes found (see `findings`)
    """

    timesteps: int
    parts: Parts = field(default_factory=Parts)
    labels: tuple[FidelityLabel, ...] = ()
    removals: tuple[Removal, ...] = ()
    ranges: tuple[Range, ...] = ()
    schedule: Schedule | None = None
    isolated: bool = False

    def card(self) -> Card:
        """See `Shown`: its populations."""
        return graph_card(self)

    @classmethod
    def build(cls, timesteps: int, populations: list[Population], blocks: list[SynapseBlock]) -> Graph:
        """A graph of the given parts.

        Raises
        ------
        GraphError
            For two parts of one name, or a block whose ends do not exist.
        """
        return cls(timesteps, Parts(populations, blocks))

    def rebuild(self, populations: list[Population], blocks: list[SynapseBlock]) -> Graph:
        """The same graph with other parts; labels and findings are kept."""
        return replace(self, parts=Parts(populations, blocks))

    def labelled(self, *labels: FidelityLabel) -> Graph:
        """The same graph with more fidelity labels."""
        return replace(self, labels=(*self.labels, *labels))

    def __getitem__(self, name: str) -> Population:
        return self.parts.populations[name]

    def __contains__(self, name: object) -> bool:
        return name in self.parts.populations

    @property
    def network(self) -> nx.MultiDiGraph:
        """The same as a networkx graph: populations as nodes by name, blocks as edges; see `Parts.network`."""
        return self.parts.network

    @property
    def populations(self) -> list[Population]:
        """All populations, in the order they were added (sources before readers)."""
        return list(self.parts.populations.values())

    @property
    def membranes(self) -> list[Membranes]:
        """All populations but the sources, sources before readers."""
        return [population for population in self.populations if isinstance(population, Membranes)]

    @property
    def sources(self) -> list[Source]:
        """The inputs."""
        return [population for population in self.populations if isinstance(population, Source)]

    @property
    def readout(self) -> Readout:
        """The one readout."""
        return next(population for population in self.populations if isinstance(population, Readout))

    @property
    def output(self) -> Membranes:
        """What the host reads: the readout, or the one spiking (or graded) population that stands for it."""
        return next(population for population in self.membranes if population.read_by_host)

    @property
    def blocks(self) -> list[SynapseBlock]:
        """All blocks, grouped by target in population order, then in the order they were added."""
        return list(self.parts.blocks)

    def into(self, name: str) -> list[SynapseBlock]:
        """Blocks that end at a population, in the order of `blocks`."""
        return list(self.parts.into[name])

    def stored_into(self, name: str) -> list[SynapseBlock]:
        """Blocks that end at a population and take synapse memory: not those whose values the host writes into its neurons."""
        return [block for block in self.into(name) if not block.injected]

    def out_of(self, name: str) -> list[SynapseBlock]:
        """Blocks that start at a population, in the order of `blocks`."""
        return list(self.parts.out_of[name])

    def fan_out(self, block: SynapseBlock) -> npt.NDArray[np.int64]:
        """Unrolled synapses of a block per neuron of its source, (C, H, W)."""
        return block.geometry.fan_out(self[block.source].shape, self[block.target].shape)

    @property
    def pace(self) -> Pace:
        """How samples follow each other on the chip; step by step before anything is scheduled."""
        return self.schedule.pace if self.schedule is not None else Pace(self.timesteps, 1, self.timesteps)

    def due(self, block: SynapseBlock) -> int | None:
        """The delay at which a block's spikes meet the others in its target; None before arrivals are known."""
        source, target = self[block.source].arrival, self[block.target].arrival
        if source is None or target is None:
            return None
        return target + self.pace.interval * block.distance - source - (0 if block.injected else 1)

    def components(self) -> Iterator[list[Population]]:
        """Groups such that every source stands before its readers; more than one population, or one that reads itself, is a loop.

        Within a group, what acts within a step of the sample stands before its readers; otherwise the order of addition holds.
        """
        import networkx as nx

        position = {name: i for i, name in enumerate(self.parts.populations)}
        condensed = nx.condensation(self.network)
        members = {
            group: sorted(data["members"], key=position.__getitem__) for group, data in condensed.nodes(data=True)
        }
        for group in nx.lexicographical_topological_sort(condensed, key=lambda group: position[members[group][0]]):
            yield [self[name] for name in self._within_step(members[group], position)]

    def _within_step(self, names: list[str], position: dict[str, int]) -> list[str]:
        """Members of a loop such that what acts within a step of the sample stands before its readers, as far as that is possible."""
        import networkx as nx

        ways = nx.DiGraph()
        ways.add_nodes_from(names)
        for source, target, data in self.network.subgraph(names).edges(data=True):
            if not data["block"].distance:
                ways.add_edge(source, target)
        if not nx.is_directed_acyclic_graph(ways):
            return names
        return list(nx.lexicographical_topological_sort(ways, key=position.__getitem__))

    def topological(self) -> Iterator[Population]:
        """Populations such that every source stands before its readers, as far as there are no loops."""
        for group in self.components():
            yield from group

    @property
    def has_loops(self) -> bool:
        """Whether any population reads itself, directly or through others."""
        return leads_back(self.parts.blocks)

    def validate(self, after: str) -> None:
        """Check every invariant; `after` is the name of the pass that ran last and is named in the message.

        Raises
        ------
        GraphError
            At the first broken invariant: what, where, and after which pass.
        """
        for problem in (*structural_problems(self), *timing_problems(self)):
            raise GraphError(f"after pass '{after}': {problem}")

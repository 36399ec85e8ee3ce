"""The populations and blocks of a graph: by name, in order, and as a networkx graph for those who ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from litesnn.base.errors import GraphError
from litesnn.compiler.graph.block import SynapseBlock
from litesnn.compiler.graph.kinds import Population

if TYPE_CHECKING:
    import networkx as nx


class Parts:
    """Parts that fit together by name.

    Attributes
    ----------
    populations : by name, in the order they were given
    blocks : grouped by target in the order of the populations, then in the order they were given
    into, out_of : name of a population -> its blocks, in the order of `blocks`

    Raises
    ------
    GraphError
        For two parts of one name, or a block whose ends do not exist.
    """

    def __init__(self, populations: Sequence[Population] = (), blocks: Sequence[SynapseBlock] = ()) -> None:
        self.populations: dict[str, Population] = {}
        for population in populations:
            if population.name in self.populations:
                raise GraphError(f"population '{population.name}' exists twice")
            self.populations[population.name] = population
        names: set[str] = set()
        for block in blocks:
            for end in (block.source, block.target):
                if end not in self.populations:
                    raise GraphError(f"block '{block.name}' names population '{end}', which does not exist")
            if block.name in names:
                raise GraphError(f"block '{block.name}' exists twice")
            names.add(block.name)
        position = {name: i for i, name in enumerate(self.populations)}
        self.blocks = sorted(blocks, key=lambda block: position[block.target])
        self.into: dict[str, list[SynapseBlock]] = {name: [] for name in self.populations}
        self.out_of: dict[str, list[SynapseBlock]] = {name: [] for name in self.populations}
        for block in self.blocks:
            self.into[block.target].append(block)
            self.out_of[block.source].append(block)

    @cached_property
    def network(self) -> nx.MultiDiGraph:
        """Node attribute `population`, edge attribute `block`, edge key = name of the block; not to be changed."""
        import networkx as nx  # what only reads programs needs none of its algorithms

        network = nx.MultiDiGraph()
        network.add_nodes_from((name, {"population": population}) for name, population in self.populations.items())
        network.add_edges_from((block.source, block.target, block.name, {"block": block}) for block in self.blocks)
        return network


def leads_back(blocks: Iterable[SynapseBlock]) -> bool:
    """Whether some way along the blocks ends where it began."""
    order: TopologicalSorter[str] = TopologicalSorter()
    for block in blocks:
        order.add(block.target, block.source)
    try:
        order.prepare()
    except CycleError:
        return True
    return False

"""A network of real values as a flat graph of typed nodes, before anything is rounded; formats derive theirs from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from litesnn.base.errors import ImportFileError
from litesnn.base.text import brief
from litesnn.compiler.frontends.real.conventions import Reset
from litesnn.compiler.frontends.real.nodes import Neuron, Node, Port

SAME_STEP = 1e-4  # relative: two time steps are the same where float32 parameters cannot tell them apart


@dataclass(frozen=True)
class TimeStep:
    """The time step in the file's unit, where it is from, and whether that is an assumption rather than the file's or user's word."""

    dt: float
    origin: str
    assumed: bool = False


@dataclass(frozen=True, eq=False)
class RealNetwork:
    """A checked network.

    Attributes
    ----------
    file : as messages name it
    nodes : by name, in the order in which the edges name them; exactly one Input and one Output
    edges : (source, target), in the file's order, each once
    """

    file: str
    nodes: Mapping[str, Node]
    edges: tuple[tuple[str, str], ...]

    @cached_property
    def _neighbours(self) -> nx.DiGraph:
        graph = nx.DiGraph()
        graph.add_nodes_from(self.nodes)
        graph.add_edges_from(self.edges)
        return graph

    def before(self, name: str) -> list[str]:
        """Nodes that send to a node, in the order of the edges."""
        return list(self._neighbours.predecessors(name))

    def after(self, name: str) -> list[str]:
        """Nodes that a node sends to, in the order of the edges."""
        return list(self._neighbours.successors(name))

    @property
    def input(self) -> Port:
        """The one input."""
        return next(node for node in self.nodes.values() if isinstance(node, Port) and node.type == "Input")

    @property
    def output(self) -> Port:
        """The one output."""
        return next(node for node in self.nodes.values() if isinstance(node, Port) and node.type == "Output")

    def spikes(self, name: str) -> bool:
        """Whether a node has neurons that spike."""
        node = self.nodes[name]
        return isinstance(node, Neuron) and node.spikes

    def stated_reset(self, node: Neuron) -> Reset | None:
        """How the file says that a node resets; None where it does not. Formats that can say it override this."""
        return None

    def stated_spike_at(self, node: Neuron) -> bool | None:
        """Whether the file says that a node spikes at its threshold too; None where it does not say."""
        return None

    def error(self, name: str, problem: str) -> ImportFileError:
        """An error at a node."""
        return ImportFileError(f"{self.file}: node '{brief(name)}' ({self.nodes[name].type}): {problem}")

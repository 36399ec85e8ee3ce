"""A NIR file as a flat graph of typed nodes: subgraphs are opened, edges checked, one Input and one Output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast, get_args

import networkx as nx
import numpy as np

from litesnn.base.cards.shown import Brief
from litesnn.base.errors import ImportFileError
from litesnn.base.text import brief
from litesnn.compiler.frontends.bounded_hdf5 import Tree, Value, read_hdf5
from litesnn.compiler.frontends.nir.fields import Fields
from litesnn.compiler.frontends.nir.parse import parse_node
from litesnn.compiler.frontends.nir.ports import end_of, with_ports
from litesnn.compiler.frontends.real.conventions import Reset
from litesnn.compiler.frontends.real.network import RealNetwork
from litesnn.compiler.frontends.real.nodes import Neuron, Node, Port
from litesnn.compiler.graph import Names

NODES_MAX = 10_000
Member = TypeVar("Member")


@dataclass(frozen=True, eq=False, repr=False)
class NirGraph(Brief, RealNetwork):
    """A checked file.

    Attributes
    ----------
    document : its bytes
    version : of the `nir` package that wrote it
    metadata : of the graph
    beside : entries of the file beside the graph, which nothing here reads
    """

    document: bytes
    version: str
    metadata: Mapping[str, Value]
    beside: tuple[str, ...] = ()

    def stated_reset(self, node: Neuron) -> Reset | None:
        """By the metadata of the node, or the graph's (`reset`).

        Raises
        ------
        ImportFileError
            For any other value.
        """
        stated = node.metadata.get("reset", self.metadata.get("reset"))
        if stated is None:
            return None
        if isinstance(stated, str) and stated in get_args(Reset):
            return cast(Reset, stated)
        raise self.error(
            node.name,
            f"metadata 'reset': found {stated!r:.60}; allowed: zero (to v_reset), subtract (at the spike), subtract_next (with the next "
            "update, after its decay) or none",
        )

    def stated_spike_at(self, node: Neuron) -> bool | None:
        """By the metadata of the node, or the graph's (`spike_condition`: above or at).

        Raises
        ------
        ImportFileError
            For any other value.
        """
        stated = node.metadata.get("spike_condition", self.metadata.get("spike_condition"))
        if stated is None:
            return None
        if not isinstance(stated, str) or stated not in ("above", "at"):
            raise self.error(
                node.name, f"metadata 'spike_condition': found {stated!r:.60}; allowed: above or at (the threshold)"
            )
        return stated == "at"


def read_document(path: Path) -> NirGraph:
    """Read and check a `.nir` file.

    Raises
    ------
    ImportFileError
        For a file that is broken or hostile, and for graphs without exactly one Input and Output.
    """
    document, tree = read_hdf5(path)
    return graph_of_tree(str(path), document, tree)


def graph_of_tree(file: str, document: bytes, tree: Tree) -> NirGraph:
    """The graph of a file's plain tree; `read_document` says what is refused."""
    root = tree.get("node")
    kind = root.get("type") if isinstance(root, dict) else None
    if not isinstance(root, dict) or not isinstance(kind, str) or kind != "NIRGraph":
        raise ImportFileError(f"{file}: not a NIR file: it has no group 'node' of type NIRGraph")
    version = tree.get("version")
    fields = Fields(file, "graph", "NIRGraph", root)
    opened = _Opening(file)
    opened.open("", root)
    edges = _without_inner_ports(opened)  # takes inner ports out of the nodes too
    nodes, edges = with_ports(file, opened.nodes, edges)
    graph = NirGraph(
        file=file,
        nodes=_in_order(nodes, edges),
        edges=edges,
        document=document,
        version=version if isinstance(version, str) else "unknown",
        metadata=fields.metadata(),
        beside=tuple(sorted(set(tree) - {"node", "version"})),
    )
    _check_ports(graph)
    return graph


class _Opening:
    """Nodes and edges of a graph and the graphs in it, under names with dots; `_` is added to one that stands already."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str], None] = {}
        self.inner: dict[str, tuple[str, str]] = {}
        self.names = Names()

    def open(self, prefix: str, tree: Tree) -> dict[str, str]:
        """Add a graph; returns the nodes that its input arrives at and its output leaves from, where it lies in another."""
        members = tree.get("nodes")
        if not isinstance(members, dict) or not members:
            raise ImportFileError(f"{self.file}: graph '{brief(prefix or 'node')}': it has no nodes")
        Fields(self.file, prefix or "node", "NIRGraph", tree).only_known()
        pairs = self._pairs(prefix, tree.get("edges"))
        ordered = _in_order(members, pairs)
        own = {key: self.names.new(f"{prefix}{key}") for key in ordered}
        for key, member in ordered.items():
            self._member(own[key], member)
        for end in dict.fromkeys(end for pair in pairs for end in pair):
            if end not in own:
                raise ImportFileError(f"{self._place(prefix)}: an edge names node '{brief(end)}', which does not exist")
        joined = [(own[source], own[target]) for source, target in pairs]
        for source, target in joined:
            self.edges[self._end(source, 1), self._end(target, 0)] = None
        return {kind: self._port(prefix, list(own.values()), joined, kind) for kind in ("Input", "Output") if prefix}

    def _member(self, name: str, member: Tree | Value) -> None:
        kind = member.get("type") if isinstance(member, dict) else None
        if not isinstance(member, dict) or not isinstance(kind, str):
            raise ImportFileError(f"{self.file}: node '{brief(name)}': it has no type")
        if len(self.nodes) >= NODES_MAX:
            raise ImportFileError(f"{self.file}: node '{brief(name)}': the file has more than {NODES_MAX:,} nodes")
        if kind != "NIRGraph":
            self.nodes[name] = parse_node(Fields(self.file, name, kind, member))
            return
        ports = self.open(f"{name}.", member)
        self.inner[name] = (ports["Input"], ports["Output"])

    def _port(self, prefix: str, own: list[str], edges: list[tuple[str, str]], kind: str) -> str:
        found = [name for name in own if name in self.nodes and self.nodes[name].type == kind]
        if len(found) > 1:
            raise ImportFileError(f"{self._place(prefix)}: found {len(found)} {kind} nodes; allowed: 1")
        return (
            found[0] if found else self._end(end_of(self._place(prefix), own, edges, kind), 0 if kind == "Input" else 1)
        )

    def _end(self, name: str, port: int) -> str:
        return self.inner[name][port] if name in self.inner else name

    def _place(self, prefix: str) -> str:
        return f"{self.file}: graph '{brief(prefix.removesuffix('.') or 'node')}'"

    def _pairs(self, prefix: str, edges: Tree | Value | None) -> tuple[tuple[str, str], ...]:
        place = self._place(prefix)
        if not isinstance(edges, np.ndarray) or edges.dtype != object or edges.ndim != 2 or edges.shape[1] != 2:
            raise ImportFileError(f"{place}: 'edges' must be pairs of node names")
        seen: dict[tuple[str, str], None] = {}
        for source, target in edges:
            if (source, target) in seen:
                raise ImportFileError(
                    f"{place}: the edge '{brief(source)}' -> '{brief(target)}' stands twice; NIR allows each edge once, so it does not say whether "
                    "what is sent counts twice. Delete one of them; to count it twice, double the weights"
                )
            seen[source, target] = None
        return tuple(seen)


def _in_order(members: Mapping[str, Member], edges: Iterable[tuple[str, str]]) -> dict[str, Member]:
    """Members in the order in which edges name them, those without edges last."""
    named = dict.fromkeys(end for edge in edges for end in edge)
    return {
        name: members[name] for name in (*(n for n in named if n in members), *(n for n in members if n not in named))
    }


def _without_inner_ports(opened: _Opening) -> tuple[tuple[str, str], ...]:
    """Edges with the ports of opened subgraphs, and ports in the middle of the graph, replaced by their neighbours."""
    graph = nx.DiGraph()
    graph.add_nodes_from(_in_order(opened.nodes, opened.edges))
    graph.add_edges_from(opened.edges)
    inner = {port for ports in opened.inner.values() for port in ports}
    for name in list(graph):
        node = opened.nodes[name]
        before, after = list(graph.predecessors(name)), list(graph.successors(name))
        if isinstance(node, Port) and (name in inner or (before and after)):
            if len(before) * len(after) > NODES_MAX:
                raise ImportFileError(f"{opened.file}: node '{brief(name)}': joins {len(before)} x {len(after)} nodes")
            graph.remove_node(name)
            for source, target in ((s, t) for s in before for t in after):
                if graph.has_edge(source, target):
                    raise ImportFileError(
                        f"{opened.file}: node '{brief(name)}': without it, two edges lead from '{brief(source)}' to '{brief(target)}', which would be counted "
                        "once; put a Scale of 1 into one of the ways"
                    )
                graph.add_edge(source, target)
            del opened.nodes[name]
    return tuple(graph.edges)


def _check_ports(graph: NirGraph) -> None:
    for kind in ("Input", "Output"):
        found = [name for name, node in graph.nodes.items() if node.type == kind]
        if len(found) != 1:
            raise ImportFileError(f"{graph.file}: found {len(found)} {kind} nodes ({', '.join(found[:5])}); allowed: 1")
    if graph.before(graph.input.name):
        raise graph.error(graph.input.name, "something sends to it; allowed: nothing")
    if not graph.before(graph.output.name):
        raise graph.error(graph.output.name, "nothing sends to it; connect the last layer")

"""From a wiring to spiking populations: every node that matters becomes one population, feedback a backward edge.

The published cell adds analog sums and spikes before each convolution. All convolutions that read one node spike alike, so one
population behind the node's sum gives the same spikes. Pooling on an edge is done on those spikes. What remains is `skip`, an
identity of an analog sum, which a chip that sends spikes cannot carry. With `expand`:

- A forward skip from a node is replaced by what feeds that node's sum, forward edges and feedback alike: the target's membrane
  gets convolutions of the same spikes, with weights of its own (the search trains none that could be shared). What feeds x0 is
  the cell's entry: the stem's convolution of the input, or the pooled spikes before the cell.
- A node whose sum is nothing but another node's is the same population, where its feedback can be told from there.
- Feedback carries spikes, a skip too. Where a source's sum holds feedback from a node before the skip's target, which would make a
  delayed forward edge, the skip stays an identity of spikes. So every cell of the space can be deployed.

With `spikes` every skip is an identity of spikes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from litesnn.compiler.genotype import BackwardEdgeSpec, EdgeSpec, NodeSpec
from litesnn.search.spaces.four_nodes import CELL_EDGES, INPUT, NODES, OUTPUT, Wiring, without_idle_nodes
from litesnn.search.spaces.operations import ZEROIZE

ENTRY = -1
"""Stands for what enters the cell, before x0's sum."""


@dataclass(frozen=True)
class Term:
    """Something that is added at a membrane: an operation on the spikes of `source`, one step old where `feedback`."""

    source: int
    operation: str
    feedback: bool = False


@dataclass(frozen=True)
class SpikingCell:
    """Nodes and feedback of a decoded cell, and what had to be decided, in words.

    Attributes
    ----------
    nodes : `n0` is x0, behind the cell's entry; the last is x3
    """

    nodes: tuple[NodeSpec, ...]
    backward: tuple[BackwardEdgeSpec, ...]
    notes: tuple[str, ...]


def to_populations(wiring: Wiring, entry: NodeSpec, skips: Literal["expand", "spikes"]) -> SpikingCell:
    """A wiring that leads from x0 to x3 as populations; `entry` is x0 with the edge from the cell's input alone."""
    return _Decoding(without_idle_nodes(wiring), skips).cell(entry)


@dataclass
class _Decoding:
    wiring: Wiring
    skips: Literal["expand", "spikes"]
    terms: dict[int, tuple[Term, ...]] = field(default_factory=dict)
    same_as: dict[int, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def cell(self, entry: NodeSpec) -> SpikingCell:
        for node in range(NODES):
            if node != INPUT and not self._edges_into(node):
                continue
            merged = self._merged_into(node)
            if merged is None:
                self.terms[node] = self._terms_of(node)
            else:
                self.same_as[node] = merged
                self.notes.append(f"x{node} is x{merged}: a skip is its only input")
        read = self._read()
        names = {
            self._population(node): f"n{read.index(self._population(node))}"
            for node in range(NODES)
            if self._population(node) in read
        }
        nodes = tuple(self._node(node, names, entry) for node in read)
        backward = (
            BackwardEdgeSpec(source=names[self._population(term.source)], target=names[node], op=term.operation)
            for node in read
            for term in self.terms[node]
            if term.feedback
        )
        return SpikingCell(nodes, tuple(dict.fromkeys(backward)), tuple(self.notes))

    def _population(self, node: int) -> int:
        return self.same_as.get(node, node)

    def _read(self) -> list[int]:
        """The populations that have a part in x3, x3's last: an expanded skip may be all that read a node."""
        found = frontier = {self._population(OUTPUT)}
        while frontier:
            sources = {self._population(term.source) for node in frontier for term in self.terms[node]} - {ENTRY}
            frontier = sources - found
            found = found | sources
        return sorted(found)

    def _node(self, node: int, names: dict[int, str], entry: NodeSpec) -> NodeSpec:
        forward = [term for term in self.terms[node] if not term.feedback]
        inputs = (
            entry.inputs[0]
            if term.source == ENTRY
            else EdgeSpec(source=names[self._population(term.source)], op=term.operation)
            for term in forward
        )
        enters = any(term.source == ENTRY for term in forward)
        return NodeSpec(inputs=tuple(dict.fromkeys(inputs)), stride=entry.stride if enters else None)

    def _edges_into(self, node: int) -> list[Term]:
        return [
            Term(edge.source, operation, edge.feedback)
            for edge, operation in zip(CELL_EDGES, self.wiring, strict=True)
            if edge.target == node and operation != ZEROIZE
        ]

    def _terms_of(self, node: int) -> tuple[Term, ...]:
        """What meets at a node's membrane; the same thing twice is there once."""
        found = [Term(ENTRY, "entry")] if node == INPUT else []
        for term in self._edges_into(node):
            found += self._expanded(term, node)
        return tuple(sorted(set(found), key=lambda term: (term.feedback, term.source, term.operation)))

    def _expanded(self, term: Term, target: int) -> list[Term]:
        if term.operation != "skip" or term.feedback or self.skips == "spikes":
            return [term]
        inner = self.terms[self._population(term.source)]
        if all(not part.feedback or part.source >= target for part in inner):
            return list(inner)
        self.notes.append(
            f"x{target} <- x{term.source}: the skip carries spikes; its source holds feedback of a node before x{target}"
        )
        return [term]

    def _merged_into(self, node: int) -> int | None:
        """The node whose population this one is, or None."""
        into = self._edges_into(node)
        if self.skips == "spikes" or len(into) != 1 or into[0].operation != "skip" or into[0].feedback or node == INPUT:
            return None
        other = self._population(into[0].source)
        told_later = any(
            term.feedback and term.source == node and target > other
            for target, terms in self.terms.items()
            for term in terms
        )
        return None if told_later or (node == OUTPUT and max(self.terms) > other) else other

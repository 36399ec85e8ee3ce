"""Dead-structure removal: channels that can never spike or that nothing reads leave the graph, with all their synapses.

Removing a channel can silence or orphan others, so the pass repeats until nothing changes. It is exact: a channel that
cannot spike contributes nothing, a channel nobody reads influences nothing, nor do populations that read one another and that
the output does not read, nor feedback that is due after the last step. What was saved is reported per population.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import networkx as nx
import numpy as np
import numpy.typing as npt

from litesnn.compiler.analysis.arrivals import arrivals_at
from litesnn.compiler.graph import Graph, Membranes, Population, Removal, SynapseBlock
from litesnn.compiler.passes.base import Pass

Reason = Literal["never spikes", "never read"]


@dataclass(frozen=True)
class RemoveDead(Pass):
    """Remove channels of spiking populations that cannot matter; populations and blocks left empty go too."""

    name = "remove-dead-structure"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        graph = _drop_silent_blocks(graph)
        while found := _find(graph):
            for name, dead, reason in found:
                graph = _remove(graph, graph[name], dead, reason)
        return graph


def _find(graph: Graph) -> list[tuple[str, npt.NDArray[np.bool_], Reason]]:
    """The first population with dead channels, forward for silent ones, backward for unread ones; else all that the output does not read.

    Those go in one step: they may read one another, and what is left of them would seem never to spike.
    """
    for population in graph.populations:
        if isinstance(population, Membranes) and population.removable:
            silent = population.never_sends(arrivals_at(graph, population))
            if silent.any():
                return [(population.name, silent, "never spikes")]
    for population in reversed(graph.populations):
        if isinstance(population, Membranes) and population.removable:
            read = np.zeros(population.shape[0], bool)
            for block in graph.out_of(population.name):
                read |= block.geometry.read_channels(population.shape)
            if not read.all():
                return [(population.name, ~read, "never read")]
    leading = {graph.output.name, *nx.ancestors(graph.network, graph.output.name)}
    return [
        (population.name, np.ones(population.shape[0], bool), "never read")
        for population in graph.populations
        if isinstance(population, Membranes) and population.removable and population.name not in leading
    ]


def _remove(graph: Graph, neurons: Population, dead: npt.NDArray[np.bool_], reason: Reason) -> Graph:
    assert isinstance(neurons, Membranes)
    kept = np.flatnonzero(~dead)
    before = _synapses(graph)
    populations: list[Population] = []
    for population in graph.populations:
        if population.name != neurons.name:
            populations.append(population)
        elif len(kept):
            populations.append(neurons.keep(kept))
    blocks = []
    for block in graph.blocks:
        if neurons.name not in (block.source, block.target):
            blocks.append(block)
        elif len(kept):
            source, target = graph[block.source], graph[block.target]
            sources = kept if block.source == neurons.name else None
            targets = kept if block.target == neurons.name else None
            blocks.append(replace(block, geometry=block.geometry.keep(sources, targets, source.shape, target.shape)))
    smaller = _drop_silent_blocks(graph.rebuild(populations, blocks))
    removed = tuple(neurons.channels[i] for i in np.flatnonzero(dead))
    area = neurons.shape[1] * neurons.shape[2]
    removal = Removal(
        population=neurons.name,
        reason=reason,
        channels=removed,
        neurons=len(removed) * area,
        synapses=before - _synapses(smaller),
    )
    return replace(smaller, removals=(*graph.removals, removal))


def _drop_silent_blocks(graph: Graph) -> Graph:
    """Without blocks that have no synapses, or whose spikes are due after a sample's last step."""
    blocks: list[SynapseBlock] = [b for b in graph.blocks if b.geometry.nnz and b.distance < graph.timesteps]
    return graph if len(blocks) == len(graph.blocks) else graph.rebuild(graph.populations, blocks)


def _synapses(graph: Graph) -> int:
    """Unrolled synapses of the whole graph."""
    return sum(int(graph.fan_out(block).sum()) for block in graph.blocks)

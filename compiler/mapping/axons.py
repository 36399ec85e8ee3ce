"""How spikes leave a core: axons of single neurons, and population axons that the channels of a source pixel share.

Loihi 1 offers both (docs/sources.md). A *discrete* axon serves one neuron: an output entry per destination core and an input
axon there. A *population* axon says which atom of a population spiked, so that the channels of a source pixel enter a core
by one input axon; its output entry is larger. A neuron has one list of output entries. Where all of it are population axons, the
channels of a pixel that lie on a core have one list in common (*shared*): entries are then taken per pixel, not per
neuron, every channel is an atom of every list, and each of their spikes goes to every core that one of them reaches.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from typing import Literal

from litesnn.compiler.graph import Graph, Membranes

AxonKind = Literal["discrete", "population", "shared"]
AxonKinds = Dictionary[str, AxonKind]


def possible_axons(graph: Graph, source: str) -> tuple[AxonKind, ...]:
    """Kinds of axons from a source towards shared kernels, of which the cheapest is to be taken; the first is the plainest.

    With one channel per pixel populations gain nothing. Towards convolutions alone, sharing takes fewer output entries and
    fewer input axons than any other kind, for the same lists. The host sends spikes one by one, without any list.
    """
    population, on_host = graph[source], {p.name for p in graph.membranes if p.on_host}
    readers = [b.geometry.window for b in graph.out_of(source) if b.geometry.nnz and b.target not in on_host]
    if population.shape[0] == 1:
        return ("discrete",)
    if not isinstance(population, Membranes) or population.on_host:
        return ("population",)
    if all(window is not None and not window.depthwise for window in readers):
        return ("shared",)
    if all(window is not None for window in readers):
        return ("shared", "population", "discrete")
    return ("population", "discrete")

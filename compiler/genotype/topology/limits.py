"""How large a network may be, checked on its resolved shapes before anything is allocated for it.

The bounds are far beyond what the chips hold and what a training on one machine takes; a genotype past them holds a mistake, and
would end in hours of work or a full memory instead of a message.
"""

from __future__ import annotations

from math import prod

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype.topology.plans import EdgePlan, Topology

MAX_NODES = 4096
"""Populations: the deepest residual networks trained have 1,000 layers."""
MAX_EDGES = 4 * MAX_NODES
MAX_NEURONS = 2**27
"""In the input and all populations: 128 chips of a million neurons (Loihi 2); ResNet20 on images of 224 x 224 has 71 million."""
MAX_WEIGHTS = 2**27
"""In all tensors: 134 million are half a gigabyte; VGG-16 has 15 million on small images."""
MAX_SYNAPSES = 2**34
"""Unrolled, in all edges: VGG-16 has 313 million on images of 32 x 32 and 15 billion on 224 x 224."""
MAX_EDGE_SYNAPSES = 2**31
"""Of one edge: VGG-16's largest on images of 224 x 224 has 1.8 billion."""
MAX_WEIGHT_BYTES = 6 * MAX_WEIGHTS
"""Of the file of tensors: a weight takes four bytes and one of its mask."""


def check_sizes(topology: Topology) -> None:
    """Refuse a network that is too large to be held.

    Raises
    ------
    GenotypeError
        Names the place, what was found, what is allowed and why.
    """
    nodes, edges = topology.nodes, topology.edges()
    _at_most("populations", len(nodes), MAX_NODES, "use fewer nodes or cells")
    _at_most("edges", len(edges), MAX_EDGES, "use fewer inputs per node")
    neurons = [prod(topology.input_shape), *(prod(node.shape) for node in nodes)]
    _at_most(_largest("neurons", neurons, ["input", *(n.place for n in nodes)]), sum(neurons), MAX_NEURONS, _SMALLER)
    weights = [weight_count(edge) for edge in edges]
    _at_most(_largest("weights", weights, [e.place for e in edges]), sum(weights), MAX_WEIGHTS, _SMALLER)
    synapses = [synapse_bound(edge) for edge in edges]
    most = max(range(len(edges)), key=lambda index: synapses[index])
    _at_most(f"{edges[most].place}: synapses", synapses[most], MAX_EDGE_SYNAPSES, _SMALLER)
    _at_most(_largest("synapses", synapses, [e.place for e in edges]), sum(synapses), MAX_SYNAPSES, _SMALLER)


_SMALLER = "use fewer channels or a smaller input"


def weight_count(edge: EdgePlan) -> int:
    """Weights of an edge."""
    return prod(edge.weight_shape) if edge.weighted else 0


def synapse_bound(edge: EdgePlan) -> int:
    """Synapses of an edge when its window is unrolled, those at the border counted in full."""
    return prod(edge.out_shape) * edge.fan_in


def _largest(what: str, counts: list[int], places: list[str]) -> str:
    largest = max(range(len(counts)), key=lambda index: counts[index], default=None)
    return what if largest is None else f"{what} ({counts[largest]:,} of them at {places[largest]})"


def _at_most(what: str, found: int, allowed: int, advice: str) -> None:
    if found > allowed:
        raise GenotypeError(f"{what}: found {_counted(found)}; allowed: {allowed:,} in one network; {advice}")


def _counted(count: int) -> str:
    return f"{count:,}" if count < 10**15 else f"{float(count):.3g}"

"""The invariants of a graph: what keeps it from being simulated, and what would make it wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from litesnn.compiler.graph.block import SynapseBlock
from litesnn.compiler.graph.kinds import Source
from litesnn.compiler.graph.parts import leads_back

if TYPE_CHECKING:
    from litesnn.compiler.graph.graph import Graph


def structural_problems(graph: Graph) -> Iterator[str]:
    """What keeps the graph from being simulated at all; wrong delays do not, they give wrong answers."""
    outputs = [population.name for population in graph.membranes if population.read_by_host]
    if len(outputs) != 1:
        yield f"a graph has exactly one output; found {len(outputs)}: {', '.join(outputs)}"
    within = [block for block in graph.blocks if not block.distance]
    if not graph.isolated and leads_back(within):
        yield f"found a cycle {_cycle(graph, within)}; only feed-forward graphs and feedback of distance 1 and more can be scheduled"
    for population in graph.populations:
        yield from population.problems()
    for block in graph.blocks:
        yield from _block_problems(graph, block)


def _cycle(graph: Graph, blocks: Sequence[SynapseBlock]) -> list[tuple[str, str, str]]:
    """A way along the blocks that leads back: sources, targets and names of its blocks."""
    import networkx as nx

    edges = [(block.source, block.target, block.name) for block in blocks]
    found: list[tuple[str, str, str]] = nx.find_cycle(graph.network.edge_subgraph(edges))
    return found


def timing_problems(graph: Graph) -> Iterator[str]:
    """Delays with which the spikes that belong together do not meet; none where samples are isolated."""
    if graph.isolated:
        return
    for block in graph.blocks:
        due = graph.due(block)
        if due is not None and block.delay != due:
            at = (graph[block.source].arrival or 0) + block.latency
            yield f"block '{block.name}' delivers at step {at}, '{block.target}' expects {at - block.delay + due}"


def _block_problems(graph: Graph, block: SynapseBlock) -> Iterator[str]:
    source, target = graph[block.source], graph[block.target]
    problem = block.geometry.check(source.shape, target.shape)
    if problem:
        yield f"block '{block.name}': {problem}"
    if isinstance(target, Source):
        yield f"block '{block.name}' ends at source '{target.name}'"
    if source.sends == "nothing":
        yield f"block '{block.name}' starts at '{source.name}', which sends nothing"
    if block.exponent < 0 or block.delay < 0:
        yield f"block '{block.name}': exponent {block.exponent} and delay {block.delay} must be 0 or more"
    if block.distance < 0:
        yield f"block '{block.name}': found distance {block.distance}; allowed: 0, or more for what arrives in a later step"
    if block.injected and (block.delay or not (isinstance(source, Source) and block.is_identity)):
        yield f"block '{block.name}': only values of a source, one to one, unweighted and without delay, are written into neurons"
    if block.format is not None:
        low, high = block.format.code_range()
        codes = block.geometry.codes
        if codes.size and (codes.min() < low or codes.max() > high):
            yield (
                f"block '{block.name}': codes {codes.min()}..{codes.max()} do not fit {block.format.num_weight_bits} bits "
                f"{block.format.sign_mode} ({low}..{high})"
            )
        if block.format.weight_exp + block.format.alignment != block.exponent:
            yield f"block '{block.name}': weight_exp {block.format.weight_exp} does not carry exponent {block.exponent}"

"""Whether the program's integer weights, edge by edge, are the reference's; if not, what would make them so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from litesnn.compiler.genotype import EdgePlan, Topology
from litesnn.compiler.graph import Graph, Maximum, Membranes, Pool, Relay, SynapseBlock

Ints = npt.NDArray[np.int64]


def wrong_weights(
    graph: Graph, topology: Topology, population: Membranes, reference: Mapping[str, Ints]
) -> Iterator[str]:
    """Weights and windows of a population's edges that are not the reference's.

    Parameters
    ----------
    topology : the wiring of the genotype
    reference : edge -> (C_out, C_in, k, k), as `ReferenceParameters.weights`
    """
    plans = {edge.name: edge for edge in topology.edges()}
    for edge, expected in reference.items():
        plan = plans.get(edge)
        blocks = [b for b in graph.into(population.name) if b.edge == edge]
        kernel = _whole_kernel(graph, population, blocks, expected, plan)
        wanted = (
            expected.reshape(kernel.shape) if expected.shape[1] != 1 or kernel.shape[1] == 1 else _depthwise(expected)
        )
        # Removed channels are gone on purpose: only what the graph still holds is compared.
        kept = np.zeros_like(kernel, dtype=bool)
        kept[np.ix_(np.asarray(population.channels), _live_inputs(graph, population, blocks, plan))] = True
        yield from _kernel_difference(edge, kernel, wanted, kept)
        if plan is not None:
            yield from _window_difference(edge, blocks, plan)


def _depthwise(weights: Ints) -> Ints:
    count = weights.shape[0]
    full = np.zeros((count, count, *weights.shape[2:]), np.int64)
    full[np.arange(count), np.arange(count)] = weights[:, 0]
    return full


def _first_channels(graph: Graph, block: SynapseBlock, plan: EdgePlan) -> int:
    """Where the block's source starts among the edge's concatenated input channels."""
    position = plan.sources.index(_lowered(graph, block.source))
    return sum(plan.source_channels[:position])


def _lowered(graph: Graph, name: str) -> str:
    """What a population stands for that the genotype does not have: the source of a relay, of a maximum, or of a maximum's relay."""
    population = graph[name]
    if isinstance(population, (Maximum, Relay)) and population.stands_for is not None:
        return _lowered(graph, population.stands_for)
    return name


def _live_inputs(graph: Graph, population: Membranes, blocks: list[SynapseBlock], plan: EdgePlan | None) -> Ints:
    found = [_columns(graph, population, block, plan)[1] for block in blocks]
    inputs: Ints = np.unique(np.concatenate([np.zeros(0, np.int64), *found]))
    return inputs


def _whole_kernel(
    graph: Graph, population: Membranes, blocks: list[SynapseBlock], expected: Ints, plan: EdgePlan | None
) -> Ints:
    """The program's integer weights of one edge, in the genotype's channel numbering: (C_out, C_in, kH, kW)."""
    inputs = plan.in_shape[0] if plan is not None else population.genotype_channels
    window = expected.shape[2:] if expected.ndim == 4 else (plan.in_shape[1:] if plan is not None else (1, 1))
    total = np.zeros((population.genotype_channels, inputs, *window), np.int64)
    for block in blocks:
        source = graph[block.source]
        codes = block.geometry.dense_kernel(source.shape, population.shape)
        if codes is None or codes.shape[2:] != total.shape[2:]:
            continue
        kernel = codes << block.exponent
        read, columns = _columns(graph, population, block, plan)
        total[np.ix_(np.asarray(population.channels), columns)] += kernel[:, read]
    return total


def _columns(graph: Graph, population: Membranes, block: SynapseBlock, plan: EdgePlan | None) -> tuple[Ints, Ints]:
    """Source channels that the block reads, and their numbers among the edge's input channels in the genotype.

    The pool and maxima have no plan and are depthwise: inputs are numbered like the channels they feed.
    """
    geometry = block.geometry
    if plan is None:
        assert isinstance(geometry, Pool)
        return geometry.sources, np.asarray(population.channels)[geometry.targets]
    channels = np.asarray(graph[block.source].channels)
    return np.arange(len(channels)), _first_channels(graph, block, plan) + channels


def _kernel_difference(edge: str, found: Ints, expected: Ints, kept: npt.NDArray[np.bool_]) -> Iterator[str]:
    wrong = np.argwhere((found != expected) & kept)
    if not len(wrong):
        return
    hypotheses = {
        "transposed kernel: height and width are swapped": expected.swapaxes(-1, -2),
        "flipped kernel: rotated by 180 degrees (convolution instead of cross-correlation)": expected[..., ::-1, ::-1],
        "inverted weights: the sign is wrong": -expected,
    }
    for cause, candidate in hypotheses.items():
        if candidate.shape == found.shape and ((found == candidate) | ~kept).all():
            yield f"{cause} in edge '{edge}'"
            return
    live = (expected != 0) & kept
    ratio = found[live] / expected[live]
    if (
        len(wrong) > 1
        and live.any()
        and ((found == 0) | live | ~kept).all()
        and (ratio == ratio[0]).all()
        and ratio[0] != 0
    ):
        yield f"wrong weight scale in edge '{edge}': every weight is {ratio[0]:g} times PyTorch's"
        return
    place = tuple(int(i) for i in wrong[0])
    yield (
        f"wrong weight: {len(wrong)} of {int(kept.sum())} weights of edge '{edge}' differ, first at (out, in, y, x) = {place}: the "
        f"program has {found[place]}, PyTorch {expected[place]}"
    )


def _window_difference(edge: str, blocks: list[SynapseBlock], plan: EdgePlan) -> Iterator[str]:
    for block in blocks:
        params = block.geometry.params()
        if "dilation" in params:  # of a convolution, whichever
            found = (params["stride"], params["padding"], params["dilation"])
            if found != (plan.stride, plan.padding, plan.dilation):
                yield (
                    f"wrong window in edge '{edge}': the program has stride, padding, dilation {found}, the genotype "
                    f"{(plan.stride, plan.padding, plan.dilation)}"
                )
                return

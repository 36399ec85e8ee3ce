"""Why two engines part: the program's integers at the first diverging population, held against the reference's own.

The reference parameters come from the PyTorch model, which derives them without the compiler. All sources of the first
diverging population agree, so what differs lies in the population itself: its synapses, neuron constants, timing, or range.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from litesnn.compiler.genotype import EdgePlan, Topology
from litesnn.compiler.graph import Graph, Maximum, Membranes, Pool, Relay, SynapseBlock
from litesnn.runtime.verify.compare import Comparison

Ints = npt.NDArray[np.int64]


class ReferenceParameters(Protocol):
    """Integers of one population as the reference has them; arrays per genotype channel, see `docs/numbers.md`."""

    @property
    def decay_mantissa(self) -> int:
        """4096 times the membrane's decay."""

    @property
    def vth(self) -> Ints | None:
        """(C,), None for the readout."""

    @property
    def bias_mant(self) -> Ints:
        """(C,)."""

    @property
    def bias_exp(self) -> Ints:
        """(C,)."""

    @property
    def weights(self) -> Mapping[str, Ints]:
        """Edge -> (C_out, C_in, k, k), (C_out, C_in * H * W) for dense, or depthwise (C, 1, k, k) for the pool and maxima, whose one
        edge is called as they are.
        """


@dataclass(frozen=True)
class Model:
    """The PyTorch model: the wiring of its genotype, and its integers by population."""

    topology: Topology
    parameters: Mapping[str, ReferenceParameters]


def diagnose(graph: Graph, name: str, overflows: int, model: Model | None = None) -> tuple[str, ...]:
    """Likely causes of a divergence at population `name` from a reference, most telling first; never none.

    Parameters
    ----------
    overflows : values of the population that left a register
    model : the reference; None where it runs the program's own parameters, as the exact simulator does
    """
    population = graph[name]
    assert isinstance(population, Membranes)
    causes, held = list(_timing(graph, population)), " both engines run the same parameters,"
    if model is not None:
        reference, held = model.parameters.get(name), ""
        if reference is not None:
            held = " its weights, decay, thresholds and biases are PyTorch's,"
            causes += _synapses(graph, model.topology, population, reference)
            causes += _constants(population, reference)
    causes += [*_formats(graph, population), *_overflow(name, overflows)]
    return tuple(causes) or (_unknown(name, held),)


def silence(comparison: Comparison) -> Iterator[str]:
    """Says so where an engine sent nothing at all and the other did: its network, or a part of it, may not have run."""
    expected = sum(population.expected_spikes for population in comparison.populations.values())
    if expected and not any(population.found_spikes for population in comparison.populations.values()):
        yield (
            f"nothing was sent by any of {len(comparison.populations)} populations in {comparison.found}, {expected:,} spikes in "
            f"{comparison.expected}: parts of the network may not have run"
        )


def _overflow(name: str, overflows: int) -> Iterator[str]:
    if overflows:
        yield f"saturated register: {overflows} value(s) of '{name}' left the 24-bit current or membrane (wrapped or clipped)"


def _unknown(name: str, held: str) -> str:
    """What to say where nothing was found: what was looked at."""
    return (
        f"cause unknown. Ruled out for '{name}':{held} its delays and resets fit the schedule, its weights fit their formats, no register "
        "overflowed, and all that it reads agrees. The engines compute the same integers differently, which is a bug: please report it"
    )


def _timing(graph: Graph, population: Membranes) -> Iterator[str]:
    arrival = population.arrival
    if arrival is None:
        return
    for block in graph.into(population.name):
        wanted = graph.due(block)
        if wanted is not None and block.delay != wanted:
            kind = "missing delay" if block.delay < wanted else "wrong delay"
            yield (
                f"{kind}: block '{block.name}' has delay {block.delay}, its spikes need {wanted} to meet the others at step {arrival}"
            )
    if graph.isolated:
        return
    period, phase = graph.pace.period, graph.pace.reset_offset(arrival)
    if population.reset_interval != period or population.reset_offset != phase:
        late = ((population.reset_offset or 0) - phase) % period
        yield (
            f"wrong reset: '{population.name}' resets every {population.reset_interval} steps at phase {population.reset_offset}, its "
            f"samples start at phase {phase} every {period} ({late} step(s) late)"
        )


def _constants(population: Membranes, reference: ReferenceParameters) -> Iterator[str]:
    channels = list(population.channels)
    if not population.trained:
        return
    if population.decay_mantissa != reference.decay_mantissa:
        yield f"wrong decay: the program keeps {population.decay_mantissa}/4096 per step, PyTorch {reference.decay_mantissa}/4096"
    vth = population.threshold_register
    if vth is not None and reference.vth is not None:
        yield from _differs("wrong threshold (vth)", population, vth, reference.vth[channels])
    bias = reference.bias_mant[channels] << reference.bias_exp[channels]
    yield from _differs("wrong bias", population, population.bias, bias)


def _differs(what: str, population: Membranes, found: Ints, expected: Ints) -> Iterator[str]:
    wrong = np.flatnonzero(found != expected)
    if len(wrong):
        first = int(wrong[0])
        yield (
            f"{what}: {len(wrong)} of {len(found)} channels, first channel {population.channels[first]}: the program has "
            f"{found[first]}, PyTorch {expected[first]}"
        )


def _synapses(graph: Graph, topology: Topology, population: Membranes, reference: ReferenceParameters) -> Iterator[str]:
    plans = {edge.name: edge for edge in topology.edges()}
    for edge, expected in reference.weights.items():
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


def _formats(graph: Graph, population: Membranes) -> Iterator[str]:
    """Weights that their format cannot hold: Lava drops the lowest bits without a word."""
    for block in graph.into(population.name):
        if block.format is None:
            continue
        low, high = block.format.code_range()
        codes = block.geometry.codes
        carried = block.format.weight_exp + block.format.alignment
        if codes.size and (codes.min() < low or codes.max() > high):
            yield (
                f"truncated weights: block '{block.name}' holds codes {codes.min()}..{codes.max()}, its "
                f"{block.format.num_weight_bits}-bit {block.format.sign_mode} format {low}..{high}"
            )
        elif carried != block.exponent:
            yield f"wrong weight_exp: block '{block.name}' carries exponent {carried}, its codes mean {block.exponent}"

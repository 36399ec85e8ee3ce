"""From a graph to what Lava is handed: flat populations and unrolled synapses, as arrays, without importing Lava.

Nothing is checked or repaired here: a graph with a fault in its delays, resets or weights becomes a network with that fault.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from litesnn.compiler.graph import VTH_MAX, Graph, Membranes, Neurons, SignMode, Source, SynapseBlock
from litesnn.errors import BackendError, DataError
from litesnn.runtime.trace import check_recorded

Ints = npt.NDArray[np.int32]
MESSAGE_BITS = 8  # Lava's `num_message_bits` of blocks that read graded values


@dataclass(frozen=True, eq=False)
class NeuronPlan:
    """One population: n neurons, channels expanded over their pixels in C order; parameters in Lava's names and units.

    `vth`, `bias_mant`, `bias_exp` are (n,). The neurons reset before the step where
    `time_step % reset_interval == reset_offset`; Lava counts steps from 1. `arrival` is the step (from 0) of the first sample.
    """

    name: str
    size: int
    arrival: int
    du: int
    dv: int
    reset_interval: int
    reset_offset: int
    vth: Ints
    bias_mant: Ints
    bias_exp: Ints


@dataclass(frozen=True, eq=False)
class SynapsePlan:
    """One block: mantissas (targets, sources) in CSR, int32, and Lava's format; `delay` in steps besides the usual one."""

    name: str
    source: str
    target: str
    num_weight_bits: int
    weight_exp: int
    sign_mode: SignMode
    delay: int
    num_message_bits: int
    mantissas: csr_matrix


@dataclass(frozen=True, eq=False)
class NetworkPlan:
    """A network, its input and what to record.

    Attributes
    ----------
    samples, timesteps : N samples of T steps, back to back
    steps : Lava steps to run: N * T and the latest arrival of what is read or recorded
    source : name of the input population
    frames : (N, n) values held for T steps (`held`), or (N * T, n) values per step
    record, record_states : populations whose spikes, or whose u and v, are recorded
    """

    samples: int
    timesteps: int
    steps: int
    source: str
    readout: str
    held: bool
    record: tuple[str, ...]
    record_states: tuple[str, ...]
    neurons: tuple[NeuronPlan, ...]
    synapses: tuple[SynapsePlan, ...]
    frames: npt.NDArray[np.int16]

    def neuron(self, name: str) -> NeuronPlan:
        """The population of that name."""
        return next(neurons for neurons in self.neurons if neurons.name == name)


def plan_network(
    graph: Graph, inputs: npt.NDArray[np.int16], record: Collection[str], record_states: Collection[str]
) -> NetworkPlan:
    """Plan a run.

    Raises
    ------
    BackendError
        If the graph is not compiled through (no thresholds, formats or arrival times), or has more than one source.
    DataError
        If the input does not fit the source, or a recorded name is not a population.
    """
    if len(graph.sources) != 1:
        raise BackendError(f"Lava: found {len(graph.sources)} sources; this backend runs networks with one")
    (source,) = graph.sources
    _check_input(graph, source, inputs)
    check_recorded(graph, (*record, *record_states))
    neurons = tuple(_neurons(population) for population in graph.membranes)
    synapses = [_synapses(graph, block) for block in graph.blocks]
    for plan in neurons:
        if not graph.into(plan.name):
            synapses.append(_silent_link(source, plan))
    watched = {graph.readout.name, *record, *record_states}
    return NetworkPlan(
        samples=len(inputs),
        timesteps=graph.timesteps,
        steps=len(inputs) * graph.timesteps + max(plan.arrival for plan in neurons if plan.name in watched),
        source=source.name,
        readout=graph.readout.name,
        held=inputs.ndim == 4,
        record=tuple(dict.fromkeys(record)),
        record_states=tuple(dict.fromkeys(record_states)),
        neurons=neurons,
        synapses=tuple(synapses),
        frames=np.ascontiguousarray(inputs, np.int16).reshape(-1, source.size),
    )


def _check_input(graph: Graph, source: Source, inputs: npt.NDArray[np.int16]) -> None:
    shapes = [source.shape] if source.message_bits else [source.shape, (graph.timesteps, *source.shape)]
    if inputs.ndim == 0 or not len(inputs) or inputs.shape[1:] not in shapes:
        allowed = " or ".join(f"(N, {', '.join(map(str, shape))})" for shape in shapes)
        raise DataError(f"input: found shape {inputs.shape}; allowed: {allowed}, with at least one sample")
    low, high = int(inputs.min()), int(inputs.max())
    if inputs.dtype.kind not in "iub" or low < source.minimum or high > source.maximum:
        raise DataError(
            f"input: found {inputs.dtype} values {low}..{high}; allowed: integers {source.minimum}..{source.maximum}"
        )


def _neurons(population: Membranes) -> NeuronPlan:
    channels, height, width = population.shape
    vth = population.vth if isinstance(population, Neurons) else np.full(channels, VTH_MAX)
    if (
        vth is None
        or population.arrival is None
        or population.reset_interval is None
        or population.reset_offset is None
    ):
        raise BackendError(f"'{population.name}' has no threshold or no schedule yet; compile the graph first")
    zeros = np.zeros(channels, np.int64)
    mantissa = zeros if population.bias_mant is None else population.bias_mant
    exponent = zeros if population.bias_exp is None else population.bias_exp

    def flat(per_channel: npt.NDArray[np.int64]) -> Ints:
        return np.repeat(per_channel, height * width).astype(np.int32)

    return NeuronPlan(
        name=population.name,
        size=population.size,
        arrival=population.arrival,
        du=population.du,
        dv=population.dv,
        reset_interval=population.reset_interval,
        reset_offset=population.reset_offset,
        vth=flat(vth),
        bias_mant=flat(mantissa),
        bias_exp=flat(exponent),
    )


def _synapses(graph: Graph, block: SynapseBlock) -> SynapsePlan:
    if block.format is None:
        raise BackendError(f"block '{block.name}' has no weight format yet; compile the graph first")
    source = graph[block.source]
    return SynapsePlan(
        name=block.name,
        source=block.source,
        target=block.target,
        num_weight_bits=block.format.num_weight_bits,
        weight_exp=block.format.weight_exp,
        sign_mode=block.format.sign_mode,
        delay=block.delay,
        num_message_bits=MESSAGE_BITS if isinstance(source, Source) and source.message_bits else 0,
        mantissas=block.mantissas(source.shape, graph[block.target].shape),
    )


def _silent_link(source: Source, plan: NeuronPlan) -> SynapsePlan:
    """A block without synapses: Lava leaves out what is not connected, and a population may live on its bias alone."""
    empty = csr_matrix((plan.size, source.size), dtype=np.int32)
    return SynapsePlan(f"{plan.name}:nothing", source.name, plan.name, 8, 0, "excitatory", 0, 0, empty)

"""From blocks to what Lava's `Sparse` and `DelaySparse` are handed: unrolled mantissas, a delay per synapse.

A Lava process takes one weight format and one delay per synapse. Blocks of one pair of populations that share a format and differ
in their delays therefore become one process: a network with a delay per axon would else start dozens for each layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import product
from operator import add

import numpy as np
from scipy.sparse import csr_matrix

from litesnn.base.errors import BackendError
from litesnn.compiler.graph import Graph, SignMode, SynapseBlock


@dataclass(frozen=True)
class LavaFormat:
    """Parameters that all synapses of one Lava process share."""

    source: str
    target: str
    num_weight_bits: int
    weight_exp: int
    sign_mode: SignMode
    num_message_bits: int


@dataclass(frozen=True, eq=False)
class SynapsePlan:
    """The synapses of one Lava process.

    Attributes
    ----------
    blocks : names of the blocks they are of
    parts : mantissas (targets, sources) by delay, CSR, int32; delays in steps besides the usual one. No synapse is in two parts
    injected : the host writes these values into the neurons, through no synapse
    """

    blocks: tuple[str, ...]
    format: LavaFormat
    parts: Mapping[int, csr_matrix]
    injected: bool = False

    @property
    def name(self) -> str:
        """Name of the Lava process."""
        first, *others = self.blocks
        return f"{first} and {len(others)} more" if others else first

    @property
    def max_delay(self) -> int:
        """The longest delay."""
        return max(self.parts)

    def mantissas(self) -> csr_matrix:
        """Mantissas of all parts (targets, sources), CSR, int32."""
        return reduce(add, self.parts.values())

    def delays(self) -> csr_matrix:
        """A delay per synapse (targets, sources), CSR, int64."""
        return reduce(add, (_constant(part, delay) for delay, part in self.parts.items()))

    def has_room_for(self, other: SynapsePlan) -> bool:
        """Whether one `DelaySparse` can be both: it has one weight and one delay for each pair of neurons.

        Synapses without delay stay a `Sparse`: in Lava's model, the work on each synapse of a `DelaySparse` grows with the longest
        delay. Parts with the same delay stay apart, since a negative exponent rounds the sum of each.
        """
        return (
            self.format == other.format
            and min(*self.parts, *other.parts) > 0
            and self.parts.keys().isdisjoint(other.parts)
            and not any(_overlap(*pair) for pair in product(self.parts.values(), other.parts.values()))
        )

    def joined(self, other: SynapsePlan) -> SynapsePlan:
        """Both as one."""
        return SynapsePlan((*self.blocks, *other.blocks), self.format, {**self.parts, **other.parts})


def check_formats(graph: Graph) -> None:
    """Raise `BackendError` for a block without a weight format."""
    for block in graph.blocks:
        if block.format is None:
            raise BackendError(f"block '{block.name}' has no weight format yet; compile the graph first")


def plan_synapses(graph: Graph) -> tuple[SynapsePlan, ...]:
    """All synapses of a graph, in the order of its blocks, each in the first process that has room."""
    plans: list[SynapsePlan] = []
    for block in graph.blocks:
        parts = {block.delay: _unrolled(graph, block)}
        plan = SynapsePlan((block.name,), _format(graph, block), parts, block.injected)
        place = next((i for i, before in enumerate(plans) if before.has_room_for(plan)), None)
        if place is None:
            plans.append(plan)
        else:
            plans[place] = plans[place].joined(plan)
    return (*plans, *_silent_links(graph))


def _format(graph: Graph, block: SynapseBlock) -> LavaFormat:
    assert block.format is not None, "checked when the network was planned"
    low, high = graph[block.source].sent
    return LavaFormat(
        source=block.source,
        target=block.target,
        num_weight_bits=block.format.num_weight_bits,
        weight_exp=block.format.weight_exp,
        sign_mode=block.format.sign_mode,
        # Lava's models only ask whether it is 0; the width is what the source's values need, their sign included.
        num_message_bits=0 if (low, high) == (0, 1) else int(max(high, -low - 1)).bit_length() + 1,
    )


def _unrolled(graph: Graph, block: SynapseBlock) -> csr_matrix:
    mantissas = block.mantissas(graph[block.source].shape, graph[block.target].shape)
    mantissas.eliminate_zeros()
    return mantissas


def _overlap(one: csr_matrix, other: csr_matrix) -> bool:
    """Whether some pair of neurons has a synapse in both."""
    return bool(one.multiply(other).nnz)


def _constant(pattern: csr_matrix, value: int) -> csr_matrix:
    constant = pattern.astype(np.int64)
    constant.data[:] = value
    return constant


def _silent_links(graph: Graph) -> Iterator[SynapsePlan]:
    """Links without synapses from the source to all that it does not reach, one for each part of the network that stands alone.

    Lava's compiler leaves a part out that is not connected with the rest, without a word, and all of them where no part is a
    single process. Such a part may live on its biases. What nothing leads to gets a link of its own: its input port needs one.
    """
    (source,) = graph.sources
    import networkx as nx

    connected = nx.Graph(graph.network)
    unlinked = [population for population in graph.membranes if not graph.into(population.name)]
    connected.add_edges_from((source.name, population.name) for population in unlinked)
    reached = nx.node_connected_component(connected, source.name)
    for population in graph.membranes:
        if population.name not in reached:
            unlinked.append(population)
            reached |= nx.node_connected_component(connected, population.name)
    for population in unlinked:
        silent = LavaFormat(
            source=source.name,
            target=population.name,
            num_weight_bits=8,
            weight_exp=0,
            sign_mode="excitatory",
            num_message_bits=0,
        )
        nothing = csr_matrix((population.size, source.size), dtype=np.int32)
        yield SynapsePlan((f"{population.name}:nothing",), silent, {0: nothing})

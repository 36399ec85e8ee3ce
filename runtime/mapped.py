"""Mapped simulation: the network executed from the synapse memory of its cores, to show that mapping changed nothing.

Every core's lists are encoded, the bits are decoded again, and the synapses that come out - not the graph's - carry the spikes.
Neurons compute as in the exact simulator, so any difference lies in partition, encoding or decoding.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph, Membranes
from litesnn.compiler.mapping import Mapping
from litesnn.compiler.mapping.memory_image import decoded_blocks
from litesnn.compiler.profile import Profile
from litesnn.runtime.trace import Trace


def mapped_graph(graph: Graph, mapping: Mapping, profile: Profile) -> Graph:
    """The graph with the synapses of its cores' decoded memory; populations on the host, and what it writes, keep theirs."""
    hosted = {p.name for p in graph.membranes if isinstance(p, Membranes) and p.on_host}
    host_blocks = [block for block in graph.blocks if block.target in hosted or block.injected]
    return graph.rebuild(graph.populations, host_blocks + decoded_blocks(graph, mapping, profile))


def simulate_mapped(
    graph: Graph, mapping: Mapping, profile: Profile, inputs: npt.NDArray[np.int16], *, record: Collection[str] = ()
) -> Trace:
    """Simulate samples core by core; parameters as in `litesnn.simulate`. Synapses are unrolled: for networks of some millions."""
    from litesnn.runtime.exact import simulate

    return simulate(mapped_graph(graph, mapping, profile), inputs, record=record)


# Unrolled synapses up to which a mapped simulation is cheap enough to run with every compilation.
CHECKED_SYNAPSES = 5_000_000


@dataclass(frozen=True)
class MappedCheck:
    """The mapped network against the unmapped one, both exact; 0 mismatches expected of `compared_spikes`."""

    samples: int
    compared_spikes: int
    mismatching_spikes: int
    mismatching_readouts: int

    @property
    def equal(self) -> bool:
        """Whether every spike and readout is the same."""
        return self.mismatching_spikes == 0 and self.mismatching_readouts == 0


def check_mapping(
    graph: Graph, mapping: Mapping, profile: Profile, inputs: npt.NDArray[np.int16]
) -> MappedCheck | None:
    """Compare the mapped with the unmapped simulation; None without samples, or where the network is too large to unroll."""
    synapses = sum(int(graph.fan_out(block).sum()) for block in graph.blocks)
    if synapses > CHECKED_SYNAPSES or not len(inputs):
        return None
    from litesnn.runtime.exact import simulate

    names = [population.name for population in graph.membranes if population.sends != "nothing"]
    expected = simulate(graph, inputs, record=names)
    found = simulate_mapped(graph, mapping, profile, inputs, record=names)
    return MappedCheck(
        len(inputs),
        sum(int(np.count_nonzero(expected.spikes[name])) for name in names),
        sum(int((expected.spikes[name] != found.spikes[name]).sum()) for name in names),
        int((expected.readout != found.readout).any(axis=1).sum()),
    )

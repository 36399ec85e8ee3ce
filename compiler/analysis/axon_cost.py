"""Encoded size of a block's axon lists, sparse encoding: what sign handling compares.

Per source neuron one list: header, then weight and index bits per synapse (NxTF `data_structures.py`, nengo-loihi
`SynapseConfig.bits_per_axon`), padded to 64-bit words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from litesnn.compiler.graph import Graph, SynapseBlock
from litesnn.compiler.profile import Profile, known

WORD_BITS = 64


def axon_list_bits(graph: Graph, blocks: Sequence[SynapseBlock], profile: Profile) -> int:
    """Bits of the lists that hold the given formatted blocks of one source and target together, in whole words."""
    header = known(profile.synapses.list_header_bits, "synapses.list_header_bits", profile.name)
    index = known(profile.synapses.index_bits, "synapses.index_bits", profile.name)
    bits = np.zeros(graph[blocks[0].source].size, np.int64)
    for block in blocks:
        assert block.format is not None
        fan_out = block.geometry.fan_out(graph[block.source].shape, graph[block.target].shape).ravel()
        bits += fan_out * (block.format.num_weight_bits + index) + header * (fan_out > 0)
    return int(-(-bits // WORD_BITS).sum() * WORD_BITS)

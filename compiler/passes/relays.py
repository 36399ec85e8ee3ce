"""Relays: populations that send on what they get, one to one, where a path needs more delay than a synapse has.

Spikes are carried by neurons of threshold 0, graded values by neurons that send the change of a sum. A relay takes a step of its
own, so that one with the longest delay in front of it makes up for `delay_max + 1` steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from litesnn.compiler.graph import GradedRelay, OneToOne, Population, Relay, SynapseBlock
from litesnn.compiler.graph.block import MANTISSA_BITS, SynapseFormat

RELAYS_MAX = 64  # one behind the other; a delay that needs more is kept, which rule LSN-DELAY reports

AnyRelay = Relay | GradedRelay


def relay_after(source: Population, channels: Sequence[int], name: str) -> AnyRelay:
    """A relay of some channels of a population (positions in it, sorted), itself a relay or not; not yet scheduled."""
    carried = source.stands_for if isinstance(source, (Relay, GradedRelay)) else source.name
    assert carried is not None, "a relay stands for a population"
    common = {
        "name": name,
        "shape": (len(channels), *source.shape[1:]),
        "channels": tuple(source.channels[i] for i in channels),
        "genotype_channels": source.genotype_channels,
        "place": source.place,
        "stands_for": carried,
    }
    if source.sends == "graded":
        low, high = source.sent
        return GradedRelay(**common, message_bits=1 + max(high.bit_length(), (-low - 1).bit_length()))  # type: ignore[arg-type]
    zeros = np.zeros(len(channels), np.int64)
    fixed = {"dv": 4095, "vth": zeros, "bias_mant": zeros, "bias_exp": zeros, "unit": np.ones(len(channels))}
    return Relay(**common, **fixed)  # type: ignore[arg-type]


def link(
    name: str, source: Population, relay: AnyRelay, channels: Sequence[int], delay: int, bits: int
) -> SynapseBlock:
    """The block into a relay: weights of 1 of `bits` bits from the channels that it carries on."""
    ids = np.asarray(channels, np.int64)
    return SynapseBlock(
        name=name,
        source=source.name,
        target=relay.name,
        geometry=OneToOne(np.ones(len(ids), np.int32), ids, np.arange(len(ids))),
        edge=relay.name,
        place=source.place,
        format=SynapseFormat(bits, bits - MANTISSA_BITS, "excitatory"),
        delay=delay,
    )

"""Which channels of a network can only be removed together.

An edge without weights (`skip`, `maxpool3x3`, `avgpool*`, an unpadded `shortcut`) adds channel i of what it reads to channel i of its
node: both go or both stay. Ties are followed through residual stages, concatenations and feedback; channels tied to the network's
input cannot go at all. A padded `shortcut` (ResNet option A, fewer channels than its node) ties nothing: its zero channels are
laid out anew around the channels that are left, as QP-SNN does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from litesnn.compiler.genotype import EdgePlan, Topology

Channel = tuple[str, int]


@dataclass(frozen=True)
class ChannelGroup:
    """Sets of channels that share a rate: each set goes or stays as a whole.

    Attributes
    ----------
    populations : the populations that each set has channels of (of each the same number), in the order of the topology
    sets : the sets, each a tuple of (population, channel), ordered by the channel of the first population
    removable : False where the sets are tied to the network's input
    """

    populations: tuple[str, ...]
    sets: tuple[tuple[Channel, ...], ...]
    removable: bool

    @property
    def name(self) -> str:
        """Its populations, joined: `cell0.node1+cell1.node1`."""
        return "+".join(self.populations)


def channel_groups(topology: Topology) -> tuple[ChannelGroup, ...]:
    """Every channel of every node in exactly one set, sets of the same populations in one group, in the order of the nodes."""
    parents: dict[Channel, Channel] = {}
    for node in topology.nodes:
        parents |= {(node.name, index): (node.name, index) for index in range(node.shape[0])}
    parents |= {("input", index): ("input", index) for index in range(topology.input_shape[0])}
    for node in topology.nodes:
        for edge in node.edges:
            if ties(edge):
                for index, source in enumerate(read_channels(edge)):
                    _join(parents, source, (node.name, index))
    sets: dict[Channel, list[Channel]] = {}
    for channel in parents:
        sets.setdefault(_root(parents, channel), []).append(channel)
    grouped: dict[tuple[str, ...], list[tuple[Channel, ...]]] = {}
    for members in sets.values():
        grouped.setdefault(tuple(population for population, _ in members), []).append(tuple(members))
    groups = [_group(found) for populations, found in grouped.items() if set(populations) != {"input"}]
    order = {node.name: index for index, node in enumerate(topology.nodes)}
    return tuple(sorted(groups, key=lambda group: (order[group.populations[0]], group.sets[0][0][1])))


def ties(edge: EdgePlan) -> bool:
    """Whether channel i of what the edge reads and channel i of its node can only go together."""
    return edge.by_channel and edge.in_shape[0] == edge.out_shape[0]


def read_channels(edge: EdgePlan) -> Iterator[Channel]:
    """What an edge reads, channel by channel: its sources side by side."""
    for source, count in zip(edge.sources, edge.source_channels, strict=True):
        yield from ((source, index) for index in range(count))


def _group(found: list[tuple[Channel, ...]]) -> ChannelGroup:
    nodes = [tuple(channel for channel in members if channel[0] != "input") for members in found]
    populations = tuple(dict.fromkeys(population for population, _ in nodes[0]))
    return ChannelGroup(populations, tuple(sorted(nodes, key=_first)), nodes == found)


def _first(members: tuple[Channel, ...]) -> int:
    return members[0][1]


def _root(parents: dict[Channel, Channel], channel: Channel) -> Channel:
    while parents[channel] != channel:
        parents[channel] = parents[parents[channel]]
        channel = parents[channel]
    return channel


def _join(parents: dict[Channel, Channel], one: Channel, other: Channel) -> None:
    parents[_root(parents, other)] = _root(parents, one)

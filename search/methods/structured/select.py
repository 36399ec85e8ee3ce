"""From scores and rates to the channels that stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from litesnn.compiler.genotype import Topology
from litesnn.search.methods.structured.criteria import Scores
from litesnn.search.methods.structured.groups import ChannelGroup, ties

Kept = dict[str, npt.NDArray[np.int64]]


def kept_count(channels: int, rate: float) -> int:
    """int(C * (1 - rate)), at least 1 (QP-SNN)."""
    return max(1, int(channels * (1 - rate)))


def kept_counts(topology: Topology, groups: Sequence[ChannelGroup], rates: Sequence[float]) -> list[int]:
    """Sets that stay in each group.

    Where a padded shortcut would end up with fewer channels in its node than it reads, the node's groups keep as many more as it
    takes: only then do counts differ from the rates.
    """
    counts = [
        kept_count(len(group.sets), rate) if group.removable else len(group.sets)
        for group, rate in zip(groups, rates, strict=True)
    ]
    padded = [edge for node in topology.nodes for edge in node.edges if edge.by_channel and not ties(edge)]
    owners = {edge.name: node.name for node in topology.nodes for edge in node.edges}
    short = True
    while short:
        short = False
        for edge in padded:
            read = sum(_left(source, topology, groups, counts) for source in edge.sources)
            missing = read - _left(owners[edge.name], topology, groups, counts)
            if missing > 0:
                _keep_more(owners[edge.name], groups, counts)
                short = True
    return counts


def group_scores(group: ChannelGroup, scores: Mapping[str, Scores]) -> Scores:
    """(sets, 2): the mean over the channels of each set, of score and tie-break."""
    return np.array([np.mean([scores[name][index] for name, index in members], axis=0) for members in group.sets])


def kept_sets(ranked: Scores, count: int) -> npt.NDArray[np.int64]:
    """Indices of the `count` best sets, ascending; of equal ones the first goes first (stable ascending sort)."""
    order = np.lexsort((ranked[:, 1], ranked[:, 0]))
    return np.sort(order[len(ranked) - count :])


def kept_channels(
    topology: Topology, groups: Sequence[ChannelGroup], scores: Mapping[str, Scores], counts: Sequence[int]
) -> Kept:
    """Indices of the channels of every node that stay, ascending."""
    left: dict[str, list[int]] = {node.name: [] for node in topology.nodes}
    for group, count in zip(groups, counts, strict=True):
        for index in kept_sets(group_scores(group, scores), count):
            for name, channel in group.sets[index]:
                left[name].append(channel)
    return {name: np.sort(np.array(channels, np.int64)) for name, channels in left.items()}


def _left(name: str, topology: Topology, groups: Sequence[ChannelGroup], counts: Sequence[int]) -> int:
    """Channels of a population that stay, where so many sets of each group do."""
    if name == "input":
        return topology.input_shape[0]
    return sum(
        count * sum(member == name for member, _ in group.sets[0])
        for group, count in zip(groups, counts, strict=True)
        if name in group.populations
    )


def _keep_more(name: str, groups: Sequence[ChannelGroup], counts: list[int]) -> None:
    """One set more in the first group of a population that has one to give."""
    for index, group in enumerate(groups):
        if name in group.populations and counts[index] < len(group.sets):
            counts[index] += 1
            return
    raise AssertionError("a padded shortcut reads no more channels than its node has")

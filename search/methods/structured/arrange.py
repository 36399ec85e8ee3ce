"""Channels that stay, laid out so that a padded shortcut adds to the same channels as before.

A padded `shortcut` (ResNet option A) adds its channels to those in the middle of its node. Where channels go on both sides, what is left
lies in the middle of what is left, and adds to other channels than it was trained with. Here a node keeps the channels that the kept ones
of its shortcut's source add to, fills up with its best others, and has them in such an order that each shortcut's channel meets its own.
Then the smaller network computes what the whole one does with the channels that went silent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from litesnn.compiler.genotype import Topology
from litesnn.search.methods.structured.criteria import Scores
from litesnn.search.methods.structured.groups import ChannelGroup, ties
from litesnn.search.methods.structured.select import Kept, group_scores, kept_channels, kept_sets


def aligned_channels(
    topology: Topology, groups: Sequence[ChannelGroup], scores: Mapping[str, Scores], counts: Sequence[int]
) -> Kept:
    """Channels of every node that stay, in the order that they are laid out in; counts as `kept_counts` gives them.

    A node with several padded shortcuts, or whose channels are tied to parts of several populations, is left as `kept_channels` has it.
    """
    kept = kept_channels(topology, groups, scores, counts)
    for group, count in zip(groups, counts, strict=True):
        brought = _brought(topology, groups, group)
        if brought is None:
            continue
        source, before = brought
        targets = kept[source] + before
        others = np.setdiff1d(np.arange(len(group.sets)), targets)
        best = others[kept_sets(group_scores(group, scores)[others], count - len(targets))]
        middle = len(best) // 2
        order = np.concatenate([best[:middle], targets, best[middle:]])
        kept |= dict.fromkeys(group.populations, order)
    return kept


def _brought(topology: Topology, groups: Sequence[ChannelGroup], group: ChannelGroup) -> tuple[str, int] | None:
    """What the only padded shortcut into a group reads, and its first channel's place there; None where there is no such one."""
    padded = [
        edge
        for node in topology.nodes
        if node.name in group.populations
        for edge in node.edges
        if edge.by_channel and not ties(edge)
    ]
    if len(padded) != 1 or len(padded[0].sources) != 1 or not _whole(group):
        return None
    (edge,) = padded
    (source,) = edge.sources
    earlier = groups[: groups.index(group)]
    if not any(source in each.populations and _whole(each) for each in earlier):
        return None
    return source, (edge.out_shape[0] - edge.in_shape[0]) // 2


def _whole(group: ChannelGroup) -> bool:
    """Whether set i is channel i of every population."""
    return all(index == place for place, members in enumerate(group.sets) for _, index in members)

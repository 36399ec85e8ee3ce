"""Structured pruning: whole output channels go, by score, with everything that reads them. `docs/prune.md` explains it."""

from litesnn.search.methods.structured.criteria import METHODS, Method, Scoring, Threshold, channel_scores
from litesnn.search.methods.structured.goals import Goals
from litesnn.search.methods.structured.groups import ChannelGroup, channel_groups
from litesnn.search.methods.structured.prune import GroupResult, Inherit, PruningResult, prune
from litesnn.search.methods.structured.rates import PRESETS, group_rates, parse_rates
from litesnn.search.methods.structured.remove import remove_channels
from litesnn.search.methods.structured.select import kept_count

__all__ = [
    "METHODS",
    "PRESETS",
    "ChannelGroup",
    "Goals",
    "GroupResult",
    "Inherit",
    "Method",
    "PruningResult",
    "Scoring",
    "Threshold",
    "channel_groups",
    "channel_scores",
    "group_rates",
    "kept_count",
    "parse_rates",
    "prune",
    "remove_channels",
]

"""Structured pruning: whole output channels go, by score, with everything that reads them. `docs/prune.md` explains it."""

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.search.methods.structured.criteria import channel_scores
    from litesnn.search.methods.structured.goals import Goals, parse_size
    from litesnn.search.methods.structured.groups import ChannelGroup, channel_groups
    from litesnn.search.methods.structured.pruning import GroupResult, PruningResult, prune
    from litesnn.search.methods.structured.rates import PRESETS, group_rates, parse_rates
    from litesnn.search.methods.structured.remove import remove_channels
    from litesnn.search.methods.structured.scored import Inherit, ScoredChannels
    from litesnn.search.methods.structured.select import kept_count
    from litesnn.search.methods.structured.settings import METHODS, Method, Scoring, Threshold

__all__ = [
    "METHODS",
    "PRESETS",
    "ChannelGroup",
    "Goals",
    "GroupResult",
    "Inherit",
    "Method",
    "PruningResult",
    "ScoredChannels",
    "Scoring",
    "Threshold",
    "channel_groups",
    "channel_scores",
    "group_rates",
    "kept_count",
    "parse_rates",
    "parse_size",
    "prune",
    "remove_channels",
]

__getattr__ = lazily(
    __name__,
    {
        "channel_scores": "criteria",
        "METHODS": "settings",
        "Method": "settings",
        "Scoring": "settings",
        "Threshold": "settings",
        "Goals": "goals",
        "parse_size": "goals",
        "ChannelGroup": "groups",
        "channel_groups": "groups",
        "GroupResult": "pruning",
        "Inherit": "scored",
        "ScoredChannels": "scored",
        "PruningResult": "pruning",
        "prune": "pruning",
        "PRESETS": "rates",
        "group_rates": "rates",
        "parse_rates": "rates",
        "remove_channels": "remove",
        "kept_count": "select",
    },
)

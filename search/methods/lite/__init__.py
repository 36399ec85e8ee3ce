"""LitE-SNN (Liu et al., IJCAI 2024): joint search of wiring, weight widths, pruning and time steps. `docs/search.md` explains it."""

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.search.methods.lite.history import EpochRow
    from litesnn.search.methods.lite.presets import PAPER, PRESETS, preset
    from litesnn.search.methods.lite.search import search_genotype
    from litesnn.search.methods.lite.settings import SearchSettings
    from litesnn.search.methods.lite.sweeping import FIGURE_3, SweepPoint, parse_pair, sweep

__all__ = [
    "FIGURE_3",
    "PAPER",
    "PRESETS",
    "EpochRow",
    "SearchSettings",
    "SweepPoint",
    "parse_pair",
    "preset",
    "search_genotype",
    "sweep",
]

__getattr__ = lazily(
    __name__,
    {
        "EpochRow": "history",
        "PAPER": "presets",
        "PRESETS": "presets",
        "preset": "presets",
        "search_genotype": "search",
        "SearchSettings": "settings",
        "FIGURE_3": "sweeping",
        "SweepPoint": "sweeping",
        "parse_pair": "sweeping",
        "sweep": "sweeping",
    },
)

"""LitE-SNN (Liu et al., IJCAI 2024): joint search of wiring, weight widths, pruning and time steps. `docs/search.md` explains it."""

from litesnn.search.methods.lite.history import EpochRow
from litesnn.search.methods.lite.presets import PRESETS, preset
from litesnn.search.methods.lite.search import search_genotype
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.sweep import FIGURE_3, SweepPoint, parse_pair, sweep
from litesnn.search.settings.overrides import with_settings

__all__ = [
    "FIGURE_3",
    "PRESETS",
    "EpochRow",
    "SearchSettings",
    "SweepPoint",
    "parse_pair",
    "preset",
    "search_genotype",
    "sweep",
    "with_settings",
]

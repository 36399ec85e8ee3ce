"""LightSNN and SNASNet: search a cell with feedback by the score of untrained networks. `docs/search-lightsnn.md` explains it."""

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.search.methods.light.presets import METHODS, PRESETS, preset
    from litesnn.search.methods.light.search import search_cell
    from litesnn.search.methods.light.settings import CellSearchSettings

__all__ = ["METHODS", "PRESETS", "CellSearchSettings", "preset", "search_cell"]

__getattr__ = lazily(
    __name__,
    {
        "METHODS": "presets",
        "PRESETS": "presets",
        "preset": "presets",
        "search_cell": "search",
        "CellSearchSettings": "settings",
    },
)

"""LightSNN and SNASNet: search a cell with feedback by the score of untrained networks. `docs/search-lightsnn.md` explains it."""

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.search.methods.light.presets import PRESETS, preset
    from litesnn.search.methods.light.search import search_cell
    from litesnn.search.methods.light.settings import CellSearchSettings

__all__ = ["PRESETS", "CellSearchSettings", "preset", "search_cell"]

__getattr__ = lazily(
    __name__,
    {
        "PRESETS": "presets",
        "preset": "presets",
        "search_cell": "search",
        "CellSearchSettings": "settings",
    },
)

"""LightSNN and SNASNet: search a cell with feedback by the score of untrained networks. `docs/search-lightsnn.md` explains it."""

from litesnn.search.light.presets import METHODS, PRESETS, preset
from litesnn.search.light.search import CellSearchResult, search_cell
from litesnn.search.light.settings import CellSearchSettings

__all__ = ["METHODS", "PRESETS", "CellSearchResult", "CellSearchSettings", "preset", "search_cell"]

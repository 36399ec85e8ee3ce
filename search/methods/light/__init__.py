"""LightSNN and SNASNet: search a cell with feedback by the score of untrained networks. `docs/search-lightsnn.md` explains it."""

from litesnn.search.methods.light.presets import METHODS, PRESETS, preset
from litesnn.search.methods.light.search import CellSearchResult, search_cell
from litesnn.search.methods.light.settings import CellSearchSettings

__all__ = ["METHODS", "PRESETS", "CellSearchResult", "CellSearchSettings", "preset", "search_cell"]

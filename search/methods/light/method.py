"""LightSNN and SNASNet among the search methods."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litesnn.base.errors import SearchError
from litesnn.search.methods.light.presets import PRESETS, preset
from litesnn.search.methods.light.settings import CellSearchSettings, Method
from litesnn.search.methods.method import SearchMethod, SearchOptions

if TYPE_CHECKING:
    from litesnn.search.data import Dataset
    from litesnn.search.run.history import SearchResult


class CellSearch(SearchMethod[CellSearchSettings]):
    """Search of a cell by the score of untrained networks."""

    example = "skips=spikes"
    refused = dict.fromkeys(
        ("max_cores", "max_memory", "max_latency", "widths"),
        "allowed: litesnn search litesnn, whose cells have widths of their own; here --deploy-channels sets the width, and litesnn estimate "
        "says what it takes",
    )
    presets_about = "tiny (minutes on a CPU), or the programs' settings: cifar10, cifar100, dvs."

    def __init__(self, name: Method, about: str, left_out: Collection[str] = ()) -> None:
        self.name, self.about, self.left_out = name, about, left_out
        self.presets = {known: preset(name, known) for known in PRESETS}

    def search(self, data: Dataset, folder: Path, settings: CellSearchSettings, options: SearchOptions) -> SearchResult:
        """See `search_cell`."""
        from litesnn.search.methods.light.search import search_cell

        return search_cell(data, folder, settings, **asdict(options))

    def adjusted(self, preset: CellSearchSettings, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """The method is no change: it is the name of the command."""
        if changes.get("method", self.name) != self.name:
            raise SearchError(f"--set method: found '{changes['method']}'; it is the name of the command, {self.name}")
        return changes


LIGHTSNN = CellSearch(
    "lightsnn",
    """LightSNN: prune a network of all candidate operations by the score of what is left; 60 evaluations, no training.

    Writes an untrained genotype.json for `litesnn train`, history.json with every score, and report.html. Labels and the test set are
    not looked at. A checkpoint is written after every group of evaluations and removed at the end.
    """,
    left_out=("candidates", "feedback"),
)
SNASNET = CellSearch(
    "snasnet", "SNASNet: score random cells and keep the best; no training. Files and options as for lightsnn."
)
CELL_METHODS: Mapping[str, CellSearch] = {method.name: method for method in (LIGHTSNN, SNASNET)}
"""By name."""

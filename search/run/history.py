"""What every search leaves: an untrained genotype, and history.json, what was done as plain numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.output import write_atomically
from litesnn.base.output_kinds import HISTORY
from litesnn.compiler.genotype import Genotype, SearchRecord, save_genotype
from litesnn.search.data import Dataset
from litesnn.search.run.card import plot_search, search_card
from litesnn.search.run.files import HISTORY_FILE
from litesnn.search.run.session import versions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMAT = "litesnn.search"
VERSION = 1


@dataclass(frozen=True, repr=False)
class SearchResult(Shown):
    """What a search produced: the untrained genotype, where it lies, and the document of history.json."""

    genotype: Genotype
    path: Path
    history: dict[str, Any]

    def card(self) -> Card:
        """See `Shown`: what was decided."""
        return search_card(self)

    def plot_history(self, ax: Axes | None = None) -> Axes:
        """What the search saw, epoch by epoch or candidate by candidate; `MissingExtraError` where matplotlib is not installed."""
        return plot_search(self, ax)

    def write(self) -> None:
        """Both files."""
        text = json.dumps(self.history, indent=1) + "\n"
        write_atomically(self.path.with_name(HISTORY_FILE), text.encode(), HISTORY)
        save_genotype(self.genotype, None, self.path)


def search_identity(data: Dataset, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What a search's checkpoint belongs to: the data and all settings."""
    own = {} if data.record is None else {"data_sha256": data.record.sha256}
    return {"dataset": data.name, "train_shape": list(data.x_train.shape), **own, **settings}


def history_document(method: str, data: Dataset, settings: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The whole file.

    Parameters
    ----------
    settings : as JSON holds them
    own : what the method tells: at least `edges`, names of what it chose for, and `decoded`, what it found
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "method": method,
        "dataset": data.name,
        "settings": settings,
        "input_shape": list(data.input_spec.shape),
        **own,
        "versions": versions(),
    }


def network_name(data: Dataset, method: str) -> str:
    """Of a genotype that a method found: the data set's name and the method's, in the characters that a name may have."""
    return re.sub(r"^[^A-Za-z0-9]+|[^A-Za-z0-9._-]+", "-", f"{data.name}-{method}").lstrip("-._")


def search_record(method: str, data: Dataset, seed: int, settings: Mapping[str, Any]) -> SearchRecord:
    """What the genotype says of the search: its method, data set and settings, and where the history is."""
    return SearchRecord(method=method, dataset=data.name, seed=seed, settings={**settings, "history": HISTORY_FILE})

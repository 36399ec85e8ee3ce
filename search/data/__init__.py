"""Data sets by name, as raw arrays, and the user's own; nothing is downloaded."""

from litesnn.search.data.dataset import Dataset
from litesnn.search.data.registry import BUNDLED, DATASETS, given_dataset, has_recordings, load_dataset, load_for
from litesnn.search.settings.own_data import EventChoices, OwnData, SoundChoices

__all__ = [
    "BUNDLED",
    "DATASETS",
    "Dataset",
    "EventChoices",
    "OwnData",
    "SoundChoices",
    "given_dataset",
    "has_recordings",
    "load_dataset",
    "load_for",
]

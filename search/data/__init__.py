"""Data sets by name, as raw arrays; nothing is downloaded."""

from litesnn.search.data.dataset import Dataset
from litesnn.search.data.registry import BUNDLED, DATASETS, load_dataset, load_for

__all__ = ["BUNDLED", "DATASETS", "Dataset", "load_dataset", "load_for"]

"""Data sets by name, as raw arrays; nothing is downloaded."""

from litesnn.search.data.dataset import Dataset
from litesnn.search.data.registry import DATASETS, load_dataset, load_for

__all__ = ["DATASETS", "Dataset", "load_dataset", "load_for"]

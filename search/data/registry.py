"""The data sets LiteSNN knows, by name, each with the files it wants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from litesnn.errors import DataError
from litesnn.search.data.arrays import load_cifar
from litesnn.search.data.audio import load_fsdd, load_gsc
from litesnn.search.data.dataset import Dataset
from litesnn.search.data.digits import load_digits
from litesnn.search.data.idx import load_idx_dataset

DATASETS: dict[str, Callable[[str, Path | None], Dataset]] = {
    "digits": lambda name, data_dir: load_digits(name),
    "mnist": load_idx_dataset,
    "fashion_mnist": load_idx_dataset,
    "cifar10": load_cifar,
    "cifar100": load_cifar,
    "speech_commands": load_gsc,
    "spoken_digits": load_fsdd,
}


def load_dataset(name: str, data_dir: str | Path | None = None) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    name : a key of `DATASETS`; `digits` is bundled with scikit-learn
    data_dir : folder with the files; unused for `digits`

    Raises
    ------
    DataError
        For an unknown name, a missing folder or file, or a file of another format.
    """
    if name not in DATASETS:
        raise DataError(f"data set: found '{name}'; allowed: {', '.join(DATASETS)}")
    return DATASETS[name](name, None if data_dir is None else Path(data_dir))

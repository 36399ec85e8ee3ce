"""CIFAR-10 and CIFAR-100 in their authors' folders, as torchvision unpacks them: the Python and the binary version.

The Python version is pickled. It is read by an unpickler that can make numpy arrays and nothing else, so that no code in a
file can run.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.errors import DataError

Arrays = dict[str, npt.NDArray[np.generic]]
_PIXELS = 3 * 32 * 32
_TEN = tuple(f"data_batch_{i}" for i in range(1, 6))
FOLDERS: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "cifar10": {
        "cifar-10-batches-py": (_TEN, ("test_batch",)),
        "cifar-10-batches-bin": (tuple(f"{name}.bin" for name in _TEN), ("test_batch.bin",)),
    },
    "cifar100": {
        "cifar-100-python": (("train",), ("test",)),
        "cifar-100-binary": (("train.bin",), ("test.bin",)),
    },
}
"""Folder -> files of the training and of the test part."""
_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}


def read_folder(name: str, data_dir: Path) -> Arrays | None:
    """x_train, y_train, x_test, y_test with images (N, 3, 32, 32), or None where there is no such folder in `data_dir`.

    Raises
    ------
    DataError
        For files that are missing or broken, or that hold anything but arrays.
    """
    for folder, (train, test) in FOLDERS[name].items():
        if (data_dir / folder).is_dir():
            read = _read_binary if folder.endswith(("bin", "binary")) else _read_pickled
            arrays: Arrays = {}
            for part, files in (("train", train), ("test", test)):
                pieces = [_checked(data_dir / folder / file, read, name) for file in files]
                arrays[f"x_{part}"] = np.concatenate([x for x, _ in pieces]).reshape(-1, 3, 32, 32)
                arrays[f"y_{part}"] = np.concatenate([y for _, y in pieces])
            return arrays
    return None


Part = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]


def _checked(path: Path, read: Callable[[Path, str], Part], name: str) -> Part:
    try:
        images, labels = read(path, name)
    except (OSError, ValueError, KeyError, EOFError, pickle.UnpicklingError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path}: cannot read this part of {name}: {error}; wanted: the file as its authors made it"
        ) from error
    if images.ndim != 2 or images.shape[1] != _PIXELS or len(images) != len(labels) or images.dtype != np.uint8:
        raise DataError(
            f"{path}: found images {images.shape} {images.dtype}; allowed: (N, {_PIXELS}) uint8 with N labels"
        )
    return images, labels


def _read_binary(path: Path, name: str) -> Part:
    """Rows of one label byte (CIFAR-100: coarse and fine) and 3072 pixels."""
    label_bytes = 1 if name == "cifar10" else 2
    rows = np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, label_bytes + _PIXELS)
    return rows[:, label_bytes:], rows[:, label_bytes - 1].astype(np.int64)


def _read_pickled(path: Path, name: str) -> Part:
    with path.open("rb") as file:
        content = _ArraysOnly(file, encoding="bytes").load()
    labels = content[b"labels" if name == "cifar10" else b"fine_labels"]
    return np.asarray(content[b"data"]), np.asarray(labels, np.int64)


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which a file of images has no use for")
        return super().find_class(module, name)

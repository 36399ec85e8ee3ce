"""CIFAR-10 and CIFAR-100 in their authors' folders, as torchvision unpacks them: the Python and the binary version.

The Python version is pickled. It is read by an unpickler that can make numpy arrays and nothing else, so that no code in a
file can run.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.reading import Kind, is_folder, read_file
from litesnn.reading.pickles import BROKEN_PICKLE, ForbiddenGlobal, InertUnpickler, Maker

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
_KIND = Kind(DataError, limit=2**29)
"""Half a gigabyte: the largest file, CIFAR-100's training part, has 155 MB."""


def read_folder(name: str, data_dir: Path) -> Arrays | None:
    """x_train, y_train, x_test, y_test with images (N, 3, 32, 32), or None where there is no such folder in `data_dir`.

    Raises
    ------
    DataError
        For files that are missing or broken, or that hold anything but arrays.
    """
    for folder, (train, test) in FOLDERS[name].items():
        if is_folder(data_dir / folder):
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
    except ForbiddenGlobal as error:
        raise DataError(
            f"{path}: refused: it asks for {error}, which a file of images has no use for; wanted: the file as its authors made it"
        ) from error
    except BROKEN_PICKLE as error:
        raise DataError(
            f"{path}: cannot read this part of {name}: {str(error)[:200] or type(error).__name__}; wanted: the file as its authors made it"
        ) from error
    if images.ndim != 2 or images.shape[1] != _PIXELS or len(images) != len(labels) or images.dtype != np.uint8:
        raise DataError(
            f"{path}: found images {images.shape} {images.dtype}; allowed: (N, {_PIXELS}) uint8 with N labels"
        )
    return images, labels


def _read_binary(path: Path, name: str) -> Part:
    """Rows of one label byte (CIFAR-100: coarse and fine) and 3072 pixels."""
    label_bytes = 1 if name == "cifar10" else 2
    rows = np.frombuffer(read_file(path, _KIND), np.uint8).reshape(-1, label_bytes + _PIXELS)
    return rows[:, label_bytes:], rows[:, label_bytes - 1].astype(np.int64)


def _read_pickled(path: Path, name: str) -> Part:
    content = InertUnpickler(BytesIO(read_file(path, _KIND)), _KNOWN, encoding="bytes").load()
    labels = content[b"labels" if name == "cifar10" else b"fine_labels"]
    images = content[b"data"]
    if (
        not isinstance(images, _Array)
        or not isinstance(labels, list)
        or not all(type(label) is int for label in labels)
    ):
        raise ValueError("no array of images and list of labels")
    return images.made(), np.asarray(labels, np.int64)


class _Array:
    """An array of bytes as a pickle holds it: first made empty, then given its state."""

    __slots__ = ("_state",)

    def __init__(self, kind: object, shape: object, code: object) -> None:
        if kind is not _NDARRAY:
            raise pickle.UnpicklingError("an array of another class")
        self._state: object = None

    def __setstate__(self, state: object) -> None:
        self._state = state

    def made(self) -> npt.NDArray[np.uint8]:
        """The array, whose state is (version, shape, type, Fortran's order of axes, bytes)."""
        if not isinstance(self._state, tuple) or len(self._state) != 5:
            raise ValueError("an array without values")
        _, shape, dtype, fortran, content = self._state
        if not isinstance(dtype, _Type) or dtype.code not in (b"u1", "u1") or not isinstance(content, bytes):
            raise ValueError("an array of anything but bytes")
        if not isinstance(shape, tuple) or not all(type(side) is int and side >= 0 for side in shape):
            raise ValueError("an array without a shape")
        return np.frombuffer(content, np.uint8).reshape(shape, order="F" if fortran else "C")


class _Type:
    """An element type; its state, the order of bytes, says nothing of single bytes."""

    __slots__ = ("code",)

    def __init__(self, code: object, *_: object) -> None:
        self.code = code

    def __setstate__(self, state: object) -> None:
        pass


def _encoded(text: object, encoding: object) -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", b"latin1"):
        raise pickle.UnpicklingError("text in another encoding than latin1")
    return text.encode("latin1")


_NDARRAY = object()
_KNOWN: dict[tuple[str, str], object] = {
    ("numpy.core.multiarray", "_reconstruct"): Maker(_Array),
    ("numpy._core.multiarray", "_reconstruct"): Maker(_Array),
    ("numpy", "ndarray"): _NDARRAY,
    ("numpy", "dtype"): Maker(_Type),
    ("_codecs", "encode"): Maker(_encoded),
}

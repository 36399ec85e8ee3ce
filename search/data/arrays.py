"""CIFAR-10 and CIFAR-100: from one numpy archive, or from their authors' folders as torchvision unpacks them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import InputSpec
from litesnn.reading import Kind, is_there, read_npz
from litesnn.search.data.cifar_folders import FOLDERS, read_folder
from litesnn.search.data.dataset import Dataset, as_labels

_KEYS = ("x_train", "y_train", "x_test", "y_test")
_CLASSES = {"cifar10": 10, "cifar100": 100}
# Means and deviations per channel of the training images (raw 0 .. 255).
_MEAN = {"cifar10": (125.307, 122.950, 113.865), "cifar100": (129.304, 124.070, 112.434)}
_STD = {"cifar10": (62.993, 62.089, 66.705), "cifar100": (68.170, 65.392, 70.418)}
_SCALE = 1 / 59
"""Normalized values reach about +-2.13, hence integers about +-126."""


def load_cifar(name: str, data_dir: Path | None) -> Dataset:
    """uint8 images (N, 3, 32, 32) from `<name>.npz` in `data_dir`, (N, 32, 32, 3) transposed, or from its authors' folder."""
    folders = None if data_dir is None or is_there(data_dir / f"{name}.npz") else read_folder(name, data_dir)
    arrays = read_archive(name, data_dir) if folders is None else folders
    x_train, x_test = (_channels_first(name, arrays[key]) for key in ("x_train", "x_test"))
    spec = cifar_input(name, (3, 32, 32))
    y_train, y_test = (as_labels(f"{name}: {key}", arrays[key]) for key in ("y_train", "y_test"))
    return Dataset(
        name=name,
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        num_classes=_CLASSES[name],
        input_spec=spec,
    )


def cifar_input(name: str, shape: tuple[int, int, int]) -> InputSpec:
    """How raw images 0 .. 255 of `cifar10` or `cifar100` become integers; `shape` is (3, height, width)."""
    return InputSpec(shape=shape, mean=_MEAN[name], std=_STD[name], scale=_SCALE)


def read_archive(name: str, data_dir: Path | None) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays x_train, y_train, x_test, y_test of `<data_dir>/<name>.npz`, never unpickled.

    Raises
    ------
    DataError
        Where the folder, file or an array is missing, or the file is not an archive of plain arrays.
    """
    file = f"{name}.npz with the arrays {', '.join(_KEYS)}, or the folder {' or '.join(FOLDERS[name])}"
    if data_dir is None:
        raise DataError(f"{name}: no data folder given; wanted: {file} (give --data-dir FOLDER)")
    path = data_dir / f"{name}.npz"
    if not is_there(path):
        raise DataError(f"{name}: no file {name}.npz in {data_dir}; wanted: {file} (nothing is downloaded)")
    return read_npz(path, Kind(DataError), names=_KEYS)


def _channels_first(name: str, images: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    if images.ndim == 4 and images.shape[1:] == (32, 32, 3):
        images = images.transpose(0, 3, 1, 2)
    if images.ndim != 4 or images.shape[1:] != (3, 32, 32):
        raise DataError(f"{name}: found images of shape {images.shape}; allowed: (N, 3, 32, 32) or (N, 32, 32, 3)")
    return images

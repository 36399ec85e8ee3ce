"""MNIST and Fashion-MNIST from their IDX files, plain or gzipped (format: Y. LeCun's MNIST page).

An IDX file is two zero bytes, a type code, the number of dimensions, each dimension as big-endian uint32, then the values.
"""

from __future__ import annotations

import struct
from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import InputSpec
from litesnn.reading import Kind, is_there, open_gzip, open_regular
from litesnn.search.data.dataset import Dataset

_UINT8 = 0x08
_KIND = Kind(DataError)
MAX_VALUES = 2**28
"""Five times Fashion-MNIST; what a gzip file unpacks to is bounded by it as well."""
_LARGEST_SIDE = 1024


def load_idx_dataset(name: str, data_dir: Path | None) -> Dataset:
    """28 x 28 grey images 0 .. 255 as (N, 1, 28, 28); x_int = 0 .. 127, worth 1/127 each."""
    x_train = read_idx(_find(name, data_dir, "train-images-idx3-ubyte"), dimensions=3)
    y_train = read_idx(_find(name, data_dir, "train-labels-idx1-ubyte"), dimensions=1)
    x_test = read_idx(_find(name, data_dir, "t10k-images-idx3-ubyte"), dimensions=3)
    y_test = read_idx(_find(name, data_dir, "t10k-labels-idx1-ubyte"), dimensions=1)
    if 0 in x_train.shape or max(x_train.shape[1:]) > _LARGEST_SIDE:
        raise DataError(
            f"{name}: found training images {x_train.shape}; allowed: (N, 28, 28) or others of up to {_LARGEST_SIDE} pixels a side"
        )
    shape = (1, int(x_train.shape[1]), int(x_train.shape[2]))
    spec = InputSpec(shape=shape, mean=(0.0,), std=(255.0,), scale=1 / 127, minimum=0, maximum=127)
    return Dataset(
        name=name,
        x_train=x_train[:, None],
        y_train=y_train.astype(np.int64),
        x_test=x_test[:, None],
        y_test=y_test.astype(np.int64),
        num_classes=10,
        input_spec=spec,
    )


def read_idx(path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """Read one IDX file of unsigned bytes with the given number of dimensions.

    Raises
    ------
    DataError
        Where the file cannot be read, is not such a file, or is shorter or longer than its header says.
    """
    with open_gzip(path, _KIND) if path.suffix == ".gz" else open_regular(path, _KIND) as stream:
        header = stream.read(4 + 4 * dimensions)
        if len(header) < 4 or header[:2] != b"\0\0" or header[2] != _UINT8 or header[3] != dimensions:
            raise DataError(
                f"{path}: found header {header[:4].hex()}; allowed: 000008{dimensions:02x}, an IDX file of unsigned bytes with "
                f"{dimensions} dimension(s)"
            )
        if len(header) < 4 + 4 * dimensions:
            raise DataError(
                f"{path}: found {len(header)} bytes; the header alone takes {4 + 4 * dimensions}; the file is cut short"
            )
        shape = struct.unpack(f">{dimensions}I", header[4:])
        if prod(shape) > MAX_VALUES:
            raise DataError(f"{path}: found {prod(shape):,} values, shape {shape}; allowed: up to {MAX_VALUES:,}")
        content = stream.read(prod(shape) + 1)
    if len(content) != prod(shape):
        found = f"more than {prod(shape)}" if len(content) > prod(shape) else len(content)
        raise DataError(
            f"{path}: found {found} bytes of values; allowed: {prod(shape)} for shape {shape} (download it again)"
        )
    return np.frombuffer(content, np.uint8).reshape(shape)


def _find(name: str, data_dir: Path | None, stem: str) -> Path:
    wanted = f"{stem} or {stem}.gz"
    if data_dir is None:
        raise DataError(
            f"{name}: no data folder given; wanted: {wanted} and its three companions (give --data-dir FOLDER)"
        )
    for candidate in (data_dir / stem, data_dir / f"{stem}.gz"):
        if is_there(candidate):
            return candidate
    raise DataError(f"{name}: no file {wanted} in {data_dir}; put the four IDX files there (nothing is downloaded)")

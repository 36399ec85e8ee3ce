"""MNIST and Fashion-MNIST from their IDX files, plain or gzipped (format: Y. LeCun's MNIST page).

An IDX file is two zero bytes, a type code, the number of dimensions, each dimension as big-endian uint32, then the values.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt

from litesnn.compiler.genotype import InputSpec
from litesnn.errors import DataError
from litesnn.search.data.dataset import Dataset

_UINT8 = 0x08


def load_idx_dataset(name: str, data_dir: Path | None) -> Dataset:
    """28 x 28 grey images 0 .. 255 as (N, 1, 28, 28); x_int = 0 .. 127, worth 1/127 each."""
    x_train = read_idx(_find(name, data_dir, "train-images-idx3-ubyte"), dimensions=3)
    y_train = read_idx(_find(name, data_dir, "train-labels-idx1-ubyte"), dimensions=1)
    x_test = read_idx(_find(name, data_dir, "t10k-images-idx3-ubyte"), dimensions=3)
    y_test = read_idx(_find(name, data_dir, "t10k-labels-idx1-ubyte"), dimensions=1)
    shape = (1, int(x_train.shape[1]), int(x_train.shape[2]))
    spec = InputSpec(shape=shape, mean=(0.0,), std=(255.0,), scale=1 / 127, minimum=0, maximum=127)
    return Dataset(name, x_train[:, None], y_train.astype(np.int64), x_test[:, None], y_test.astype(np.int64), 10, spec)


def read_idx(path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """Read one IDX file of unsigned bytes with the given number of dimensions.

    Raises
    ------
    DataError
        Where the file cannot be read, is not such a file, or is shorter or longer than its header says.
    """
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot read this file: {error}") from error
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != _UINT8 or content[3] != dimensions:
        raise DataError(
            f"{path}: found header {content[:4].hex()}; allowed: 000008{dimensions:02x}, an IDX file of unsigned bytes with "
            f"{dimensions} dimension(s)"
        )
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise DataError(f"{path}: found {len(content)} bytes; the header alone takes {start}; the file is cut short")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    if len(content) - start != prod(shape):
        raise DataError(
            f"{path}: found {len(content) - start} bytes of values; allowed: {prod(shape)} for shape {shape} (download it again)"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _find(name: str, data_dir: Path | None, stem: str) -> Path:
    wanted = f"{stem} or {stem}.gz"
    if data_dir is None:
        raise DataError(
            f"{name}: no data folder given; wanted: {wanted} and its three companions (give --data-dir FOLDER)"
        )
    for candidate in (data_dir / stem, data_dir / f"{stem}.gz"):
        if candidate.is_file():
            return candidate
    raise DataError(f"{name}: no file {wanted} in {data_dir}; put the four IDX files there (nothing is downloaded)")

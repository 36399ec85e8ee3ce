"""Recordings of events in folders, as tonic leaves them after extraction: N-MNIST's .bin files and DVS128 Gesture's .npy files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.reading import Kind, is_folder, read_file
from litesnn.reading import read_npy as read_array
from litesnn.search.data.event_frames import Events, Recording

_RECORDING = Kind(DataError, "recording", 2**26)
"""64 MiB: 13 million events of five bytes, many times those of the longest recording, in half a gigabyte of integers."""
_LARGEST = 2.0**53
_MICROSECONDS = 1e6  # in a second
_BYTES = 5
_OVERFLOW_ROW, _OVERFLOW_STEP = 240, 2**13
"""A pixel row that no sensor has marks that the time stamps start again: 8192 microseconds are added from there on."""


def nmnist_folder(folder: Path) -> list[Recording]:
    """N-MNIST: `Train/<digit>/*.bin` and `Test/<digit>/*.bin`, in `folder` or in its `NMNIST`; empty where there are none."""
    root = folder / "NMNIST" if is_folder(folder / "NMNIST") else folder
    return [
        Recording(partial(read_bin, path), int(path.parent.name), part == "Test", str(path))
        for part in ("Train", "Test")
        for path in sorted((root / part).glob("[0-9]/*.bin"))
    ]


def gesture_folder(folder: Path) -> list[Recording]:
    """DVS128 Gesture: `ibmGestureTrain/<user>/<class>.npy` and `ibmGestureTest/...`, in `folder` or in its `DVSGesture`."""
    root = folder / "DVSGesture" if is_folder(folder / "DVSGesture") else folder
    recordings = []
    for part in ("ibmGestureTrain", "ibmGestureTest"):
        for path in sorted((root / part).glob("*/*.npy")):
            if not path.stem.isdecimal():
                raise DataError(f"{path}: found this name; allowed: <class>.npy, a number")
            recordings.append(Recording(partial(read_npy, path), int(path.stem), part.endswith("Test"), str(path)))
    return recordings


def read_bin(path: Path) -> Events:
    """Events of five bytes: x, y, then one bit of polarity and 23 bits of time in microseconds, highest first.

    Raises
    ------
    DataError
        Where the file is not whole.
    """
    raw = np.frombuffer(read_file(path, _RECORDING), np.uint8)
    if len(raw) % _BYTES:
        raise DataError(f"{path}: found {len(raw)} bytes; allowed: a multiple of {_BYTES} (is the file cut short?)")
    x, y, high, middle, low = raw.reshape(-1, _BYTES).astype(np.int64).T
    overflow = y == _OVERFLOW_ROW
    t = ((high & 127) << 16) + (middle << 8) + low + _OVERFLOW_STEP * np.cumsum(overflow)
    seen = ~overflow
    return Events(t[seen], x[seen], y[seen], high[seen] >> 7)


def read_npy(path: Path) -> Events:
    """Events as rows x, y, polarity, time, or as a structured array with the fields x, y, p and t; never unpickled.

    Raises
    ------
    DataError
        For anything else, and as `events_of`.
    """
    array: npt.NDArray[Any] = read_array(path, _RECORDING, fields=True)
    names = array.dtype.names
    if names is not None and {"x", "y", "p", "t"} <= set(names) and array.ndim == 1:
        columns = [array[name] for name in "xypt"]
    elif names is None and array.ndim == 2 and array.shape[1] == 4:
        columns = list(array.T)
    else:
        raise DataError(
            f"{path}: found {array.dtype} {array.shape}; allowed: rows x, y, p, t, (events, 4), or an array with these four fields"
        )
    return events_of(path, columns)


def events_of(path: Path, columns: Sequence[npt.NDArray[Any]]) -> Events:
    """Events of the columns x, y, p and t of a file; time stamps with fractions are seconds, and become microseconds.

    Raises
    ------
    DataError
        For values that are not finite, or too large.
    """
    if any(not np.isfinite(column).all() or (np.abs(column.astype(np.float64)) > _LARGEST).any() for column in columns):
        raise DataError(f"{path}: found values that are no finite numbers up to 2^53; allowed: finite ones")
    x, y, p = (column.astype(np.int64) for column in columns[:3])
    return Events(_times(path, columns[3]), x, y, p)


def _times(path: Path, t: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    if t.dtype.kind != "f" or bool((t == np.rint(t)).all()):
        return t.astype(np.int64)
    microseconds = np.rint(t.astype(np.float64) * _MICROSECONDS)
    if np.abs(microseconds).max() > _LARGEST:
        raise DataError(f"{path}: found time stamps up to {np.abs(t).max():.6g} s; allowed: up to 2^53 microseconds")
    stamps: npt.NDArray[np.int64] = microseconds.astype(np.int64)
    return stamps

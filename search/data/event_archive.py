"""Recordings of events in one numpy archive: all events end to end, and where each recording begins.

Arrays: `t`, `x`, `y`, `p` (events,), `offsets` (recordings + 1,), `label` and `is_test` (recordings,).
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.reading import Kind, read_npz
from litesnn.search.data.event_frames import Events, Recording

ARRAYS = ("t", "x", "y", "p", "offsets", "label", "is_test")
Arrays = dict[str, npt.NDArray[np.generic]]


def find_archive(name: str, folder: Path) -> Path | None:
    """The one file `<name>*.npz` of a folder, None where there is none.

    Raises
    ------
    DataError
        Where there are several.
    """
    found = sorted(folder.glob(f"{name}*.npz"))
    if len(found) > 1:
        raise DataError(f"{folder}: found {', '.join(path.name for path in found)}; allowed: one {name}*.npz")
    return found[0] if found else None


def read_recordings(path: Path) -> list[Recording]:
    """Every recording of an archive, which is never unpickled.

    Raises
    ------
    DataError
        For a file that is no such archive, names the array and what was found.
    """
    arrays = _read(path)
    ends = arrays["offsets"].astype(np.int64)
    return [
        Recording(
            partial(_cut, arrays, slice(start, stop)),
            int(arrays["label"][index]),
            bool(arrays["is_test"][index]),
            f"{path}: recording {index}",
        )
        for index, (start, stop) in enumerate(pairwise(ends))
    ]


def _cut(arrays: Arrays, part: slice) -> Events:
    t, x, y, p = (arrays[name][part].astype(np.int64) for name in "txyp")
    return Events(t, x, y, p)


def _read(path: Path) -> Arrays:
    arrays = read_npz(path, Kind(DataError), names=ARRAYS)
    for name, values in arrays.items():
        if values.ndim != 1 or values.dtype.kind not in "biu":
            raise DataError(f"{path}: {name}: found {values.dtype} {values.shape}; allowed: whole numbers, one axis")
        if values.dtype == np.uint64 and values.size and values.max().item() > np.iinfo(np.int64).max:
            raise DataError(f"{path}: {name}: found {values.max()}; allowed: whole numbers of up to 63 bits")
    _check_lengths(path, arrays)
    return arrays


def _check_lengths(path: Path, arrays: Arrays) -> None:
    events = len(arrays["t"])
    for name in ("x", "y", "p"):
        if len(arrays[name]) != events:
            raise DataError(f"{path}: {name}: found {len(arrays[name])} values; allowed: {events}, as many as t")
    offsets = arrays["offsets"].astype(np.int64)
    if len(offsets) < 2 or offsets[0] != 0 or offsets[-1] != events or (np.diff(offsets) < 0).any():
        raise DataError(f"{path}: offsets: found {offsets[:3]} .. {offsets[-1:]}; allowed: rising from 0 to {events}")
    for name in ("label", "is_test"):
        if len(arrays[name]) != len(offsets) - 1:
            raise DataError(
                f"{path}: {name}: found {len(arrays[name])} values; allowed: {len(offsets) - 1}, one per recording"
            )

"""A folder of event recordings by class: numpy arrays and archives, and N-MNIST's .bin files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from litesnn.base.errors import DataError
from litesnn.base.text import brief_path
from litesnn.compiler.genotype import EventFrames
from litesnn.reading import Kind, npz_names, read_npz
from litesnn.search.data.dataset import Array, Dataset
from litesnn.search.data.event_files import events_of, read_bin, read_npy
from litesnn.search.data.event_frames import Events, Recording
from litesnn.search.data.own.folders import layout_of
from litesnn.search.data.own.made import Source
from litesnn.search.data.own.recordings import load_recordings
from litesnn.search.settings.own_data import OwnData

_COLUMNS = ("x", "y", "p", "t")
_ARCHIVE = Kind(DataError, "recording", 2**28)
_UNPACKED = 2**28
"""Bytes of one recording's arrays, which take up to eight times as many as 64-bit integers."""


def read_npz_recording(path: Path) -> Events:
    """Events of an archive: arrays x, y, p and t, (events,) each.

    Raises
    ------
    DataError
        For anything else.
    """
    found = npz_names(path, _ARCHIVE)
    if not set(_COLUMNS) <= found:
        raise DataError(
            f"{brief_path(path)}: found the arrays {', '.join(sorted(found)[:10]) or 'none'}; allowed: {', '.join(_COLUMNS)}"
        )
    arrays = read_npz(path, _ARCHIVE, names=_COLUMNS, unpacked=_UNPACKED)
    columns: list[Array] = [arrays[name] for name in _COLUMNS]
    if any(column.ndim != 1 or len(column) != len(columns[0]) for column in columns):
        shapes = ", ".join(f"{name} {column.shape}" for name, column in zip(_COLUMNS, columns, strict=True))
        raise DataError(f"{brief_path(path)}: found {shapes}; allowed: one value of each for every event, (events,)")
    return events_of(path, columns)


READERS: dict[str, Callable[[Path], Events]] = {".npy": read_npy, ".npz": read_npz_recording, ".bin": read_bin}
"""Suffix -> reader."""


def load_event_folder(folder: Path, own: OwnData, how: EventFrames) -> Dataset:
    """Every recording as binary frames; polarities -1 and 1 are taken for 0 and 1.

    Raises
    ------
    DataError
        For a folder without classes, and a recording that is broken, empty or outside the sensor, naming it.
    """
    layout = layout_of(folder, READERS, "recordings")
    recordings = [
        Recording(partial(_read, sample.path), sample.label, test, brief_path(sample.path))
        for sample, test in layout.files
    ]
    source = Source(folder.resolve().name, "events")
    data = load_recordings(source, recordings, layout.classes, layout.test is not None, own, how)
    return replace(data, notes=(*layout.notes, *data.notes))


def _read(path: Path) -> Events:
    events = READERS[path.suffix.lower()](path)
    if len(events.p) and events.p.min() == -1:
        return replace(events, p=np.where(events.p == -1, 0, events.p))
    return events

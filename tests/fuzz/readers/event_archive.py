"""Recordings of events in one archive (.npz)."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from recorded_events import archive_arrays

from fuzz.case import Case
from fuzz.mutators.kinds import everything
from fuzz.mutators.lift import on
from fuzz.mutators.npy import npy_header, npy_values
from fuzz.mutators.zips import within_zip, zip_container, zip_entries
from fuzz.reader import Reader
from fuzz.readers.datasets import reading, use
from litesnn.compiler.genotype import EventFrames


def seeds(folder: Path) -> list[Case]:
    """Eight recordings, packed and not."""
    cases = []
    for write in (np.savez, np.savez_compressed):
        buffer = io.BytesIO()
        write(buffer, **archive_arrays(8))
        cases.append(Case({"nmnist.npz": buffer.getvalue()}, "", ("nmnist",)))
    return cases


READER = Reader(
    seeds,
    (
        *(on(within_zip(npy_header)),) * 3,
        *(on(within_zip(npy_values)),) * 5,
        *(on(zip_entries),) * 2,
        *(on(zip_container),) * 2,
        *everything(),
    ),
    reading("nmnist", how=EventFrames(frames=3, downsample=2)),
    use,
)

"""N-MNIST (.bin) and DVS128 Gesture (.npy) in folders."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
from recorded_events import bin_bytes, recording

from fuzz.case import Case
from fuzz.mutators.kinds import everything, files
from fuzz.mutators.lift import on
from fuzz.mutators.npy import npy_header, npy_values
from fuzz.reader import Reader
from fuzz.readers.datasets import reading, use
from litesnn.compiler.genotype import EventFrames


def seeds(folder: Path) -> list[Case]:
    """A recording a file; gestures as rows of numbers, and with a field for each."""
    digits = {
        f"NMNIST/{part}/{digit}/00001.bin": bin_bytes(recording(digit, 50))
        for part in ("Train", "Test")
        for digit in range(2)
    }
    events = recording(0, 80, 128)
    rows = np.stack([events.x, events.y, events.p, events.t], axis=1)
    fields = np.array(list(map(tuple, rows)), [("x", "i2"), ("y", "i2"), ("p", "?"), ("t", "i8")])
    gestures = [
        {
            f"DVSGesture/ibmGesture{part}/user01_led/{label}.npy": _npy(array)
            for part in ("Train", "Test")
            for label in (0, 7)
        }
        for array in (rows, rows.astype("f4"), fields)
    ]
    return [Case(digits, "", ("nmnist",)), *(Case(content, "", ("dvs128_gesture",)) for content in gestures)]


def _npy(array: npt.NDArray[np.generic]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


READER = Reader(
    seeds,
    (*(on(npy_header, ".npy"),) * 4, *(on(npy_values, ".npy"),) * 4, files(), *everything(".npy"), *everything(".bin")),
    reading("nmnist", "dvs128_gesture", how=EventFrames(frames=3, downsample=4)),
    use,
)

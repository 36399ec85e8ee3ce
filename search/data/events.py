"""N-MNIST and DVS128 Gesture: recordings of events as binary frames, from tonic's folders or from one numpy archive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import EventFrames, InputSpec
from litesnn.reading import is_folder
from litesnn.search.data.dataset import Dataset
from litesnn.search.data.event_archive import ARRAYS, find_archive, read_recordings
from litesnn.search.data.event_files import gesture_folder, nmnist_folder
from litesnn.search.data.event_frames import Recording, Spikes, frame_shape, to_frames


@dataclass(frozen=True)
class Sensor:
    """A data set of events: the sensor's pixels, the classes, how its folders are read and what they hold, for messages."""

    height: int
    width: int
    classes: int
    folder: Callable[[Path], list[Recording]]
    wanted: str


MAX_FRAME_BYTES = 2**34
"""16 GiB: N-MNIST in 96 frames."""
SENSORS = {
    "nmnist": Sensor(
        height=34, width=34, classes=10, folder=nmnist_folder, wanted="NMNIST/Train/<digit>/*.bin and NMNIST/Test"
    ),
    "dvs128_gesture": Sensor(
        height=128,
        width=128,
        classes=11,
        folder=gesture_folder,
        wanted="DVSGesture/ibmGestureTrain/<user>/<class>.npy and ibmGestureTest",
    ),
}


def load_events(name: str, data_dir: Path | None, how: EventFrames) -> Dataset:
    """A data set of `SENSORS` as binary frames, spikes (N, T, C, H, W).

    Raises
    ------
    DataError
        Where there is no data, or a recording that is broken or does not fit the sensor; the recording is named.
    """
    sensor = SENSORS[name]
    wanted = f"{sensor.wanted}, as tonic extracts them, or {name}*.npz with the arrays {', '.join(ARRAYS)}"
    if data_dir is None:
        raise DataError(f"{name}: no data folder given; wanted: {wanted} (give --data-dir FOLDER)")
    if not is_folder(data_dir):
        raise DataError(f"{name}: no folder {data_dir}; wanted: {wanted} (nothing is downloaded)")
    archive = find_archive(name, data_dir)
    recordings = sensor.folder(data_dir) if archive is None else read_recordings(archive)
    parts = [[recording for recording in recordings if recording.is_test == test] for test in (False, True)]
    for part, found in zip(("training", "test"), parts, strict=True):
        if not found:
            raise DataError(f"{name}: no {part} recordings in {data_dir}; wanted: {wanted} (nothing is downloaded)")
    (x_train, y_train), (x_test, y_test) = (_framed(part, how, sensor) for part in parts)
    return Dataset(
        name=name,
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        num_classes=sensor.classes,
        input_spec=event_input(name, how),
    )


def event_input(name: str, how: EventFrames) -> InputSpec:
    """The input of a network for a data set of `SENSORS`; known without its files."""
    sensor = SENSORS[name]
    shape = frame_shape(how, sensor.height, sensor.width)
    return InputSpec(shape=shape, encoding="spikes", preprocessing=how)


def _framed(recordings: Sequence[Recording], how: EventFrames, sensor: Sensor) -> tuple[Spikes, npt.NDArray[np.int64]]:
    shape = (len(recordings), how.frames, *frame_shape(how, sensor.height, sensor.width))
    if prod(shape) > MAX_FRAME_BYTES:
        raise DataError(
            f"event frames: found {shape}, {prod(shape):,} bytes; allowed: {MAX_FRAME_BYTES:,} (fewer frames, or downsample)"
        )
    for recording in recordings:
        if not 0 <= recording.label < sensor.classes:
            raise DataError(f"{recording.place}: found class {recording.label}; allowed: 0 .. {sensor.classes - 1}")
    frames = np.empty(shape, np.uint8)
    for index, recording in enumerate(recordings):
        frames[index] = to_frames(recording.read(), how, sensor.height, sensor.width, recording.place)
    return frames, np.array([recording.label for recording in recordings], np.int64)

"""Recordings of events as a data set: hashed and measured in a first pass, made frames in a second, so that one is held at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import EventFrames
from litesnn.compiler.genotype.schema import MAX_SIDE
from litesnn.search.data.dataset import Dataset, Labels
from litesnn.search.data.event_frames import Events, Recording, Spikes, frame_shape, to_frames
from litesnn.search.data.events import MAX_FRAME_BYTES
from litesnn.search.data.own.fingerprint import Fingerprint
from litesnn.search.data.own.made import Source, made_of
from litesnn.search.settings.own_data import OwnData, Size


@dataclass(frozen=True)
class Measured:
    """What a first pass finds: a hash, the sensor that all events fit, and how many events a recording has."""

    sha256: str
    sensor: Size
    fewest: int
    most: int


def load_recordings(
    source: Source,
    recordings: Sequence[Recording],
    classes: Sequence[str],
    has_test: bool,
    own: OwnData,
    how: EventFrames,
) -> Dataset:
    """Binary frames (N, T, C, H, W) of recordings, those of the test part last.

    Parameters
    ----------
    has_test : whether some are of a test part; else one is held out
    own : `sensor`, its pixels; the largest that any event has where it is left out

    Raises
    ------
    DataError
        For a recording without events or outside the sensor, and for frames that need too much memory.
    """
    measured = _measured(recordings, classes)
    sensor = own.sensor or source.sensor or measured.sensor
    height, width = sensor
    shape = (len(recordings), how.frames, *frame_shape(how, height, width))
    if prod(shape) > MAX_FRAME_BYTES:
        raise DataError(
            f"event frames: found {shape}, {prod(shape):,} bytes; allowed: {MAX_FRAME_BYTES:,} (fewer --frames, or --downsample)"
        )
    frames: Spikes = np.empty(shape, np.uint8)
    for place, recording in zip(frames, recordings, strict=True):
        place[:] = to_frames(recording.read(), how, height, width, recording.place)
    labels: Labels = np.array([recording.label for recording in recordings], np.int64)
    count = sum(not recording.is_test for recording in recordings)
    parts = (frames[:count], labels[:count]), (frames[count:], labels[count:])
    found = replace(source, sha256=source.sha256 or measured.sha256, sensor=sensor)
    data = made_of(found, parts[0], parts[1] if has_test else None, classes, own, how)
    seen = "" if own.sensor or source.sensor else ", the largest pixel that any event has (--sensor HxW says another)"
    said = (
        f"sensor {height} x {width}{seen}",
        f"{measured.fewest:,} to {measured.most:,} events a recording, in {how.frames} frames of equal {how.split}"
        f"{'' if how.downsample == 1 else f', {how.downsample} pixels a side as one'}",
    )
    return replace(data, notes=(*said, *data.notes))


def _measured(recordings: Sequence[Recording], classes: Sequence[str]) -> Measured:
    fingerprint = Fingerprint()
    fingerprint.words(*classes)
    height = width = most = 0
    fewest = 2**63
    for recording in recordings:
        events = recording.read()
        if len(events.t) == 0:
            raise DataError(f"{recording.place}: found no events; is the file complete?")
        fingerprint.words(str(recording.label), str(recording.is_test))
        for values in (events.t, events.x, events.y, events.p):
            fingerprint.array(values)
        high_y, high_x = _reached(events, recording.place)
        height, width = max(height, high_y), max(width, high_x)
        fewest, most = min(fewest, len(events.t)), max(most, len(events.t))
    return Measured(fingerprint.hexdigest(), (height, width), fewest, most)


def _reached(events: Events, place: str) -> Size:
    sizes = []
    for name, values in (("y", events.y), ("x", events.x)):
        low, high = int(values.min()), int(values.max())
        if low < 0 or high >= MAX_SIDE:
            raise DataError(f"{place}: found {name} from {low} to {high}; allowed: pixels 0 .. {MAX_SIDE - 1}")
        sizes.append(high + 1)
    return sizes[0], sizes[1]

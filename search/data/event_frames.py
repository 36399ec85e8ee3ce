"""Events of a vision sensor and the binary frames they become, one frame per time step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import EventFrames

Integers = npt.NDArray[np.int64]
Spikes = npt.NDArray[np.uint8]


LONGEST = 2**50
"""Units of time of a recording: 35 years of microseconds, and a product with the number of frames stays an integer."""


@dataclass(frozen=True)
class Events:
    """One recording, each array (events,).

    Attributes
    ----------
    t : time stamps in any unit; put in order where they are not
    x, y : pixel, from 0
    p : 0 where it became darker, 1 where brighter
    """

    t: Integers
    x: Integers
    y: Integers
    p: Integers


@dataclass(frozen=True)
class Recording:
    """A recording that is read when it is wanted.

    Attributes
    ----------
    place : file or number of the recording, for messages
    """

    read: Callable[[], Events]
    label: int
    is_test: bool
    place: str


def frame_shape(how: EventFrames, height: int, width: int) -> tuple[int, int, int]:
    """(C, H, W) of a frame of a sensor; a last pixel of fewer than `downsample` sensor pixels counts."""
    return (2 if how.polarity == "separate" else 1, -(-height // how.downsample), -(-width // how.downsample))


def to_frames(events: Events, how: EventFrames, height: int, width: int, place: str) -> Spikes:
    """Binary frames (T, C, H, W) of one recording.

    `count`: event i of n falls into frame `i * T // n`. `time`: into frame `(t - first) * T // (last - first + 1)`.

    Raises
    ------
    DataError
        Without events, or with events outside the sensor, naming `place`.
    """
    check_events(events, height, width, place)
    ordered = bool((np.diff(events.t) >= 0).all())
    order = slice(None) if ordered else np.argsort(events.t, kind="stable")
    t, x, y, p = (values[order] for values in (events.t, events.x, events.y, events.p))
    passed, whole = (np.arange(len(t)), len(t)) if how.split == "count" else (t - t[0], int(t[-1] - t[0]) + 1)
    frames = np.zeros((how.frames, *frame_shape(how, height, width)), np.uint8)
    channel = p if how.polarity == "separate" else np.zeros_like(p)
    frames[passed * how.frames // whole, channel, y // how.downsample, x // how.downsample] = 1
    return frames


def check_events(events: Events, height: int, width: int, place: str) -> None:
    """Refuse recordings without events, and events that the sensor cannot have seen."""
    if len(events.t) == 0:
        raise DataError(f"{place}: found no events; is the file complete?")
    for name, values, limit in (("x", events.x, width), ("y", events.y, height), ("p", events.p, 2)):
        low, high = int(values.min()), int(values.max())
        if low < 0 or high >= limit:
            raise DataError(f"{place}: found {name} from {low} to {high}; allowed: 0 .. {limit - 1}")
    duration = int(events.t.max()) - int(events.t.min())
    if duration > LONGEST:
        raise DataError(f"{place}: found time stamps over {duration:,} units; allowed: up to {LONGEST:,}")

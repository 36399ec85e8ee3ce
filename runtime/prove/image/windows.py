"""Reads of a window: rows of a kernel that slide over a source."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from litesnn.runtime.prove.image.core import Box, Core
from litesnn.runtime.prove.image.lists import Lists
from litesnn.runtime.prove.program import Ints
from litesnn.runtime.prove.synapses import Synapses
from litesnn.runtime.prove.verdict import UnknownError

WINDOW = {"source", "kernel", "stride", "padding", "dilation", "channels"}


def window_synapses(
    core: Core,
    lists: Lists,
    row: int,
    box: Box,
    shape: tuple[int, ...],
    sent: tuple[Ints, Ints],
    due: dict[int, Synapses],
) -> str | None:
    """Take what a read of a window adds from `due`; a text where it means nothing, or not every neuron that it needs sends.

    Parameters
    ----------
    row : of the core's reads
    sent : ids of the neurons whose messages make this read, and their tags
    """
    _, start, count, base, _, number = core.reads[row].tolist()
    if number >= len(core.windows) or set(core.windows[number]) != WINDOW:
        raise UnknownError(f"core{core.number}/memory.json: window {number}")
    window, (ids, tags) = core.windows[number], sent
    channels, kernel = np.array(window["channels"], np.int64), tuple(window["kernel"])
    strides = box.strides
    if strides != (box.sides[1] * box.sides[2], box.sides[2], 1):
        return "a window leads to a group whose numbers do not rise by channel, row, column"
    lowest, odd = divmod(base - box.first, strides[0])
    if tuple(window["source"]) != shape or count != len(channels) * kernel[0] * kernel[1] or odd or not lowest >= 0:
        return "a window over another map, with other lists than its kernel has, or from within a channel"
    if min(*window["stride"], *window["dilation"]) < 1:
        return "a window with a stride or a dilation below 1"
    if len(set(channels.tolist())) < len(channels) or (channels >= shape[0]).any():
        return "a window with lists or channels that are not there"
    sends = np.bincount(ids, minlength=math.prod(shape)).reshape(shape)
    if (tags != ids).any() or sends.max() > 1:
        return "a neuron sends another's id into a window, or its own twice"
    first, last = lists.first[start], lists.first[start + count]
    which = np.repeat(np.arange(count), np.diff(lists.first[start : start + count + 1]))
    target, weight, delay = (values[first:last] for values in lists[1:])
    kept = weight != 0
    which, target, weight, delay = which[kept], target[kept] + lowest, weight[kept], delay[kept]
    if (target >= box.sides[0]).any():
        return "a row of a kernel leads beyond the group's channels"
    padding = tuple(p - c * s for p, c, s in zip(window["padding"], box.corner[1:], window["stride"], strict=True))
    for late in np.unique(delay).tolist():
        kernels = np.zeros((box.sides[0], len(channels), *kernel), np.int64)
        own = delay == late
        np.add.at(kernels.reshape(box.sides[0], -1), (target[own], which[own]), weight[own])
        found = Synapses((shape[1], shape[2]), (box.sides[1], box.sides[2]), shape[0])
        ends = (np.arange(box.sides[0]), channels)
        found.add(kernels, ends, tuple(window["stride"]), (padding[0], padding[1]), tuple(window["dilation"]))
        if (missing := _silent(found, sends > 0)) is not None:
            return f"neuron {missing} is under a window and does not send"
        nothing = Synapses(found.read, found.made, shape[0])
        due[late] = due.get(late, nothing).minus(found)
    return None


def _silent(found: Synapses, sends: npt.NDArray[np.bool_]) -> int | None:
    """A neuron of the source that has synapses and does not send; `sends`, (C, H, W)."""
    if sends.all():
        return None
    _, reads, _ = found.total()
    for number, ((_, y, down, rows), (_, x, across, columns)) in enumerate(found.places):
        channels = np.unique(reads[reads // found.channels == number] % found.channels)
        part = np.ix_(channels, y + down * np.arange(rows), x + across * np.arange(columns))
        for at in np.argwhere(~sends[part])[:1]:
            c, i, j = (axis.ravel()[place] for axis, place in zip(part, at, strict=True))
            return int((c * sends.shape[1] + i) * sends.shape[2] + j)
    return None

"""What a core does with what arrives, group by group and source by source, against the blocks of the graph.

Of both, all kernels that slide alike over the source are added up first: what is equal cancels there, before a tap is placed in the map.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.runtime.prove.image.alike import Read, list_problem
from litesnn.runtime.prove.image.core import Box, Core, Three, spread
from litesnn.runtime.prove.image.lists import Lists
from litesnn.runtime.prove.image.sent import OWN_ID, Rows, Sent
from litesnn.runtime.prove.program import Block, Graph, Ints
from litesnn.runtime.prove.synapses import Synapses
from litesnn.runtime.prove.verdict import Problem, UnknownError, differs

LIST, POPULATION, WINDOW = 0, 1, 2
FIELDS = {"source", "kernel", "stride", "padding", "dilation", "channels"}
Blocks = dict[tuple[str, str], list[Block]]
"""By source and target."""


class Due(NamedTuple):
    """What is still due from a source of a `shape` into a box: `maps` by delay; channels and places are the box's own."""

    shape: Three
    box: Box
    maps: dict[int, Synapses]

    def of(self, delay: int) -> Synapses:
        """What is due with a delay."""
        return self.maps.get(delay, self.none())

    def none(self) -> Synapses:
        """No synapses."""
        box, shape = self.box, self.shape
        return Synapses(shape[1:], box.sides[1:], (box.sides[0], shape[0]), box.corner[1:])


def _due(blocks: Sequence[Block], shape: Three, box: Box) -> Due:
    """What blocks lead into a box."""
    due, first, count = Due(shape, box, {}), box.corner[0], box.sides[0]
    for block in blocks:
        targets, sources = block.pairs or (np.arange(len(block.kernels)), np.arange(shape[0]))
        own = (targets >= first) & (targets < first + count)
        ends = (targets[own] - first, sources[own] if block.pairs else sources)
        kernels, found = block.kernels[own] << block.entry["exponent"], due.of(block.entry["delay"])
        found.add(kernels, ends, block.window)
        due.maps[block.entry["delay"]] = found
    return due


def read_problems(graph: Graph, core: Core, lists: Lists, sent: Sent, blocks: Blocks) -> Iterator[Problem]:
    """Synapses that a core has and the graph has not, or the other way round."""
    if (core.reads[:, 0] > WINDOW).any() or (core.reads[:, 4] >= len(core.groups)).any():
        yield differs(core.binary, "a read of a kind or a group that is not there")
        return
    if (core.reads[:, 1] + core.reads[:, 2] > len(lists.first) - 1).any():
        yield differs(core.binary, "a read of lists that are not there")
        return
    here, arriving = {box.population for box in core.groups}, sent.to[core.number]
    for source in dict.fromkeys((*arriving, *(source for source, target in blocks if target in here))):
        rows = arriving.get(source, np.zeros((0, 4), np.int64))
        first = core.axons[rows[:, 2]]
        count = core.axons[rows[:, 2] + 1] - first
        read, row = spread(first, count), np.repeat(np.arange(len(rows)), count)
        c, y, x = graph.populations[source].entry["shape"]
        for number, box in enumerate(core.groups):
            own, into = core.reads[read, 4] == number, blocks.get((source, box.population), [])
            if into or own.any():
                text = _pair(core, lists, sent, (rows[row[own]], read[own]), _due(into, (c, y, x), box))
                if text:
                    yield differs(f"{core.binary}: '{source}' into '{box.population}'", text)


def _pair(core: Core, lists: Lists, sent: Sent, asked: tuple[Rows, Ints], due: Due) -> str | None:
    """One source and one group: rows of what is sent, and what each of them makes the core read."""
    rows, read = asked
    sliding = core.reads[read, 0] == WINDOW
    for number in np.unique(read[sliding]).tolist():
        times = sent.times(rows[read == number], int(np.prod(due.shape)))
        if (text := _window(core, lists, number, times, due)) is not None:
            return text
    rows, read = rows[~sliding], read[~sliding]
    ids = sent.ids(rows)
    kind, first, count, base, *_ = np.repeat(core.reads[read], rows[:, 1], axis=0).T
    tag = np.repeat(rows[:, 3], rows[:, 1])
    chosen = first + np.where(kind == POPULATION, np.where(tag == OWN_ID, ids, tag), 0)
    if (chosen >= first + count).any():
        return "a message reads beyond the lists of its axon"
    return list_problem(lists, Read(ids, chosen, base), due.box, due.shape, due.maps)


def _window(core: Core, lists: Lists, row: int, times: npt.NDArray[np.uint8], due: Due) -> str | None:
    """Take what a read of a window adds from `due`; a text where it means nothing, or not every neuron that it needs sends.

    Parameters
    ----------
    row : of the core's reads
    times : whether each neuron sends to it, `Sent.times`
    """
    _, start, count, base, _, number = core.reads[row].tolist()
    if number >= len(core.windows) or set(core.windows[number]) != FIELDS:
        raise UnknownError(f"core{core.number}/memory.json: window {number}")
    window, box, shape = core.windows[number], due.box, due.shape
    channels, kernel = np.array(window["channels"], np.int64), tuple(window["kernel"])
    if box.strides != (box.sides[1] * box.sides[2], box.sides[2], 1):
        return "a window leads to a group whose numbers do not rise by channel, row, column"
    lowest, odd = divmod(base - box.first, box.strides[0])
    if tuple(window["source"]) != shape or count != len(channels) * kernel[0] * kernel[1] or odd or not lowest >= 0:
        return "a window over another map, with other lists than its kernel has, or from within a channel"
    if min(*window["stride"], *window["dilation"]) < 1:
        return "a window with a stride or a dilation below 1"
    if len(set(channels.tolist())) < len(channels) or (channels >= shape[0]).any():
        return "a window with lists or channels that are not there"
    if not len(times) or times.max() > 1:
        return "a neuron sends another's id into a window, or its own twice"
    which = np.repeat(np.arange(count), np.diff(lists.first[start : start + count + 1]))
    target, weight, delay = (values[lists.first[start] : lists.first[start + count]] for values in lists[1:])
    if (target + lowest >= box.sides[0]).any():
        return "a row of a kernel leads beyond the group's channels"
    stride, padding, dilation = ((window[f][0], window[f][1]) for f in ("stride", "padding", "dilation"))
    for late in np.unique(delay).tolist():
        own, rows, found = delay == late, np.zeros(box.sides[0] * count, np.int64), due.none()
        np.add.at(rows, (target[own] + lowest) * count + which[own], weight[own])
        kernels = rows.reshape(box.sides[0], len(channels), *kernel)
        found.add(kernels, (np.arange(box.sides[0]), channels), (stride, padding, dilation))
        if not times.all() and (missing := _silent(found, times.reshape(shape) > 0)) is not None:
            return f"neuron {missing} is under a window and does not send"
        due.maps[late] = due.of(late).minus(found)
    return None


def _silent(found: Synapses, sends: npt.NDArray[np.bool_]) -> int | None:
    """A neuron of the source that has synapses and does not send; `sends`, (C, H, W)."""
    _, reads, _ = found.total()
    for number, ((_, y, down, rows), (_, x, across, columns)) in enumerate(found.places):
        channels = np.unique(reads[reads // found.channels[1] == number] % found.channels[1])
        part = np.ix_(channels, y + down * np.arange(rows), x + across * np.arange(columns))
        for at in np.argwhere(~sends[part])[:1]:
            c, i, j = (axis.ravel()[place] for axis, place in zip(part, at, strict=True))
            return int((c * sends.shape[1] + i) * sends.shape[2] + j)
    return None

"""Reads of lists: what a neuron's lists lead to, against what the graph has from it.

Neurons of a source whose places lie alike - the same taps reach the box, as far from each other - have the same synapses, but for where
those begin. So each list is compared once for all that lie alike and read it from as far before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from litesnn.runtime.prove.image.core import Box, Three, spread
from litesnn.runtime.prove.image.lists import Lists
from litesnn.runtime.prove.program import Ints
from litesnn.runtime.prove.synapses import Synapses

Run = tuple[int, int, int, int]
NONE = -1
ROWS = 2**22
"""Synapses that are compared at a time, about."""


class Read(NamedTuple):
    """What the messages of a source make a core read for one group: id of the sender, list and base; (messages,) each."""

    ids: Ints
    lists: Ints
    base: Ints


class _Axis:
    """How the places of one side of a source lie: `begins` (side,), the first target of each; `alike` (side,), its class.

    Of each class, `offsets` (classes, runs): targets of each run behind the first, -1 where the run does not touch it.
    """

    def __init__(self, side: int, runs: list[Run]) -> None:
        reached = np.full((len(runs), side), NONE, np.int64)
        for number, (target, source, step, count) in enumerate(runs):
            reached[number, source + step * np.arange(count)] = target + np.arange(count)
        far = np.where(reached == NONE, np.iinfo(np.int64).max, reached)
        begins = far.min(axis=0, initial=np.iinfo(np.int64).max)
        self.begins = np.where(begins == np.iinfo(np.int64).max, 0, begins)
        relative = np.where(reached == NONE, NONE, reached - self.begins)
        classes, alike = np.unique(relative.T, axis=0, return_inverse=True)
        self.offsets, self.alike = classes, alike.ravel()


class _Due:
    """Synapses by place: `first` (places + 1,) into the rows `target`, `source`, `weight`, `delay`; `runs` of each place."""

    def __init__(self, due: dict[int, Synapses]) -> None:
        columns: list[tuple[Ints, Ints, Ints, Ints, Ints]] = [(np.zeros(0, np.int64),) * 5]
        places: list[tuple[Run, Run]] = []
        for delay, found in due.items():
            target, reads, weight = found.total()
            own = reads // found.channels[1] + len(places)
            columns.append((own, target, reads % found.channels[1], weight, np.full_like(target, delay)))
            places += list(found.places)
        place, *rest = (np.concatenate(column) for column in zip(*columns, strict=True))
        used, place = np.unique(place, return_inverse=True)
        order = np.argsort(place, kind="stable")
        self.target, self.source, self.weight, self.delay = (values[order] for values in rest)
        self.first = np.searchsorted(place[order], np.arange(len(used) + 1))
        kept = [places[number] for number in used.tolist()]
        self.axes = [list(dict.fromkeys(place[axis] for place in kept)) for axis in (0, 1)]
        self.runs = np.array([[self.axes[axis].index(place[axis]) for axis in (0, 1)] for place in kept], np.int64)
        self.runs = self.runs.reshape(-1, 2)


def list_problem(lists: Lists, reads: Read, box: Box, shape: Three, due: dict[int, Synapses]) -> str | None:
    """A text where lists lead elsewhere than `due` says, or with other weights or delays."""
    rows, (count, height, width) = _Due(due), shape
    if not len(reads.ids) and not len(rows.target):
        return None
    down, across = (_Axis(side, runs) for side, runs in zip((height, width), rows.axes, strict=True))
    place = reads.ids % (height * width)
    begins = down.begins[place // width] * box.strides[1] + across.begins[place % width] * box.strides[2]
    order = np.argsort(reads.ids, kind="stable")
    sorted_reads = (reads.ids[order], reads.lists[order], (reads.base - box.first - begins)[order])
    touched = [axis.offsets[:, runs] != NONE for axis, runs in zip((down, across), rows.runs.T, strict=True)]
    alike = (down.alike[:, None] * len(across.offsets) + across.alike).ravel()  # of each place, which lie alike
    both = touched[0][:, None] & touched[1][None]  # class down, class across, place of a tap
    classes, ways = np.nonzero(both.reshape(len(down.offsets) * len(across.offsets), len(rows.runs)))
    size = np.bincount(classes, np.diff(rows.first)[ways], minlength=len(down.offsets) * len(across.offsets))
    part = (np.cumsum(size) // ROWS).astype(np.int64)
    for number in np.unique(part).tolist():
        own = part[classes] == number
        wanted = _wanted(rows, (classes[own], ways[own]), box, (down.offsets, across.offsets), count)
        places = np.flatnonzero(part[alike] == number)
        everyone = (np.arange(count)[:, None] * (height * width) + places).ravel()
        label = (np.arange(count)[:, None] + alike[places] * count).ravel()
        if (text := _problem(lists, sorted_reads, (everyone, label), wanted)) is not None:
            return text
    return None


def _wanted(
    rows: _Due, reached: tuple[Ints, Ints], box: Box, offsets: tuple[Ints, Ints], channels: int
) -> tuple[Ints, Ints, Ints, Ints]:
    """Of all that lie alike: label (class * channels + channel), number behind the first target's place, delay and weight; by label."""
    classes, ways = reached
    at, count = _ragged(rows.first, ways), np.diff(rows.first)[ways]
    own, way = np.repeat(classes, count), np.repeat(ways, count)
    kind = np.divmod(own, len(offsets[1]))
    y, x = (offsets[axis][kind[axis], rows.runs[way, axis]] for axis in (0, 1))
    number = rows.target[at] * box.strides[0] + y * box.strides[1] + x * box.strides[2]
    label = own * channels + rows.source[at]
    order = np.argsort(label, kind="stable")
    return label[order], number[order], rows.delay[at][order], rows.weight[at][order]


def _problem(
    lists: Lists,
    reads: tuple[Ints, Ints, Ints],
    everyone: tuple[Ints, Ints],
    wanted: tuple[Ints, Ints, Ints, Ints],
) -> str | None:
    """Neurons of the source and their labels: what each reads is what its label should have."""
    (ids, chosen, behind), (neurons, label) = reads, everyone
    first = np.searchsorted(ids, neurons)
    count = np.searchsorted(ids, neurons, side="right") - first
    keys = np.full((4, len(neurons)), NONE)
    keys[0], alone = label, np.flatnonzero(count == 1)
    keys[1, alone], keys[2, alone] = chosen[first[alone]], behind[first[alone]]
    several = np.flatnonzero(count > 1)
    keys[3, several] = several
    chief = _distinct(keys)
    read = spread(first[chief], count[chief])
    owner = np.repeat(np.arange(len(chief)), count[chief])
    at = _ragged(lists.first, chosen[read])
    stored = np.repeat(np.arange(len(read)), np.diff(lists.first)[chosen[read]])
    low, high = np.searchsorted(wanted[0], label[chief]), np.searchsorted(wanted[0], label[chief], side="right")
    due = spread(low, high - low)
    found = owner[stored], lists.target[at] + behind[read][stored], lists.delay[at], lists.weight[at]
    asked = np.repeat(np.arange(len(chief)), high - low), wanted[1][due], wanted[2][due], -wanted[3][due]
    *table, weight = np.concatenate([np.stack(found), np.stack(asked)], axis=1)
    _, group = np.unique(_mixed(table), return_inverse=True)
    sums = np.zeros(len(group), np.int64)
    np.add.at(sums, group.ravel(), weight)
    for wrong in np.flatnonzero(sums[group.ravel()])[:1]:
        who, by = neurons[chief[table[0][wrong]]], sums[group.ravel()[wrong]]
        return f"neuron {who} of the source: a synapse of delay {table[2][wrong]} is off by {by}, or leads elsewhere"
    return None


def _distinct(keys: Ints) -> Ints:
    """One column of each that are alike."""
    order = np.lexsort(keys)
    new = np.any(np.diff(keys[:, order], axis=1, prepend=-2) != 0, axis=0)
    chiefs: Ints = order[new]
    return chiefs


def _mixed(columns: Sequence[Ints]) -> Ints:
    """A number for each row of some columns, another for each that differs."""
    mixed: Ints = np.zeros_like(columns[0])
    for column in columns:
        low = column.min(initial=0)
        mixed = mixed * (column.max(initial=0) - low + 1) + column - low
    return mixed


def _ragged(first: Ints, rows: Ints) -> Ints:
    """All indices of some rows of a table whose row i is first[i] to first[i + 1], row after row."""
    return spread(first[rows], first[rows + 1] - first[rows])

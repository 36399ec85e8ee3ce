"""What lists hold for each neuron of a source, against what is due from it.

Neurons of a channel whose places lie alike - the same taps reach the box, as far from each other - have the same
synapses, but for where those begin. So one stands for all that lie alike and read the same list from as far before.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from litesnn.runtime.prove.image.core import Box, Three
from litesnn.runtime.prove.image.lists import Lists
from litesnn.runtime.prove.program import Ints
from litesnn.runtime.prove.rows import alike, items, summed
from litesnn.runtime.prove.synapses import Run, Synapses

NONE = -1
FAR = 2**40


class Read(NamedTuple):
    """What messages of a source make a core read for one group: id of the sender, list and base; (messages,) each.

    `gaps`: a number, equal for lists that lead into the same gaps of the group, counted from their base
    """

    ids: Ints
    lists: Ints
    base: Ints
    gaps: Ints


class _Axis:
    """One side of a source: `reached` (runs, side), the target of each run from each place, `NONE` where it has none.

    `begins` (side,), the first of them, 0 where there is none; `kind` (side,), one number for places that lie alike
    """

    def __init__(self, side: int, runs: list[Run]) -> None:
        self.reached = np.full((len(runs), side), NONE, np.int64)
        for number, (target, source, step, count) in enumerate(runs):
            self.reached[number, source + step * np.arange(count)] = target + np.arange(count)
        there = self.reached != NONE
        self.begins = self.reached.min(axis=0, initial=FAR, where=there) % FAR
        behind = np.where(there, self.reached - self.begins, NONE)
        self.kind = np.unique(behind, axis=1, return_inverse=True)[1].ravel()


def list_problem(lists: Lists, reads: Read, box: Box, shape: Three, due: Synapses) -> str | None:
    """A text where lists lead elsewhere than `due` says, or with other weights or delays."""
    way, to, source, weight = due.total()
    if not len(reads.ids) and not len(way):
        return None
    down, across = (_Axis(shape[1 + axis], [place[axis] for place in due.places]) for axis in (0, 1))
    channel, y, x = np.indices(shape).reshape(3, -1)
    order = np.argsort(reads.ids, kind="stable")
    chosen, base, gaps = reads.lists[order], reads.base[order], reads.gaps[order]
    first = np.searchsorted(reads.ids[order], np.arange(len(channel) + 1))

    # One neuron of all that lie alike and have the same one read, and every neuron that has several.
    count, list_of, behind, into = np.diff(first), np.full_like(channel, NONE), *np.zeros((2, channel.size), np.int64)
    one, several = np.flatnonzero(count == 1), np.where(count > 1, np.arange(len(count)), NONE)
    list_of[one], into[one] = chosen[first[one]], gaps[first[one]]
    behind[one] = base[first[one]] - box.numbers[0, down.begins[y[one]], across.begins[x[one]]]
    kind = (channel * shape[1] + down.kind[y]) * shape[2] + across.kind[x]
    order, start = alike(kind, list_of, behind, into, several)
    neurons = order[start]

    # What their lists hold, but for what leads into gaps.
    owner, read = items(first, neurons)
    stored, at = items(lists.first, chosen[read])
    found = np.stack([owner[stored], base[read[stored]] + lists.target[at], lists.delay[at], lists.weight[at]])
    place = found[1] - box.entry["first"]
    found = found[:, ~np.append(box.gap, False)[np.where((place >= 0) & (place < box.gap.size), place, -1)]]

    # What is due from them, over every way that leads from their place into the box.
    reach, sides = (down.reached.T[:, None] != NONE) & (across.reached.T != NONE), shape[1] * shape[2]
    place, ways = np.nonzero(reach.reshape(sides, -1))
    first = np.searchsorted(place, np.arange(sides + 1))
    owner, at = items(first, neurons % sides)
    ways, neuron = ways[at], neurons[owner]
    order = np.lexsort((source, way))
    first = np.searchsorted((way * shape[0] + source)[order], np.arange(len(due.places) * shape[0] + 1))
    asked, at = items(first, ways * shape[0] + channel[neuron])
    row, ways, neuron = order[at], ways[asked], neuron[asked]
    delay, target = np.divmod(to[row], len(box.numbers))
    number = box.numbers[target, down.reached[ways, y[neuron]], across.reached[ways, x[neuron]]]

    both = np.concatenate([found, np.stack([owner[asked], number, delay, -weight[row]])], axis=1)
    wrong, sums = summed([*both[:3]], both[3])
    for (who, _, late, _), by in zip(both[:, wrong[:1]].T, sums, strict=False):
        return f"neuron {neurons[who]} of the source: a synapse of delay {late} is off by {by}, or leads elsewhere"
    return None

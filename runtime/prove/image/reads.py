"""What a core does with what arrives, group by group and source by source, against the blocks of the graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from litesnn.runtime.prove.image.alike import list_problem
from litesnn.runtime.prove.image.core import Box, Core
from litesnn.runtime.prove.image.lists import Lists
from litesnn.runtime.prove.image.messages import Arriving
from litesnn.runtime.prove.image.spread import spread
from litesnn.runtime.prove.image.windows import window_synapses
from litesnn.runtime.prove.program import Block, Graph, Ints
from litesnn.runtime.prove.synapses import Synapses
from litesnn.runtime.prove.verdict import Problem

LIST, POPULATION, WINDOW = 0, 1, 2
Maps = dict[int, Synapses]  # delay -> all synapses of it


class Read(NamedTuple):
    """What the messages of a source make a core read for one group: id of the sender, list or tag, base; (messages,) each."""

    ids: Ints
    lists: Ints
    base: Ints


def read_problems(
    graph: Graph, core: Core, lists: Lists, messages: Arriving, blocks: Sequence[Block]
) -> Iterator[Problem]:
    """Synapses that a core has and the graph has not, or the other way round."""
    if (core.reads[:, 0] > WINDOW).any() or (core.reads[:, 4] >= len(core.groups)).any():
        yield Problem("differs", core.binary, "a read of a kind or a group that is not there")
        return
    if (core.reads[:, 1] + core.reads[:, 2] > len(lists.first) - 1).any():
        yield Problem("differs", core.binary, "a read of lists that are not there")
        return
    for source in dict.fromkeys((*messages.by_source, *(b.source for b in blocks))):
        rows = _rows(core, messages.by_source.get(source))
        for number, box in enumerate(core.groups):
            into = [b for b in blocks if (b.source, b.target) == (source, box.population)]
            here = slice(None) if len(core.groups) == 1 else rows[0] == number
            own = tuple(values[here] for values in rows[1:])
            if into or len(own[0]):
                yield from _pair(graph, core, lists, source=source, box=box, blocks=into, rows=own)


def _rows(core: Core, arrived: tuple[Ints, Ints, Ints] | None) -> tuple[Ints, Ints, Ints, Ints]:
    """Group, sender's id, read and tag of everything that messages make the core read."""
    if arrived is None:
        return (np.zeros(0, np.int64),) * 4
    ids, axon, tag = arrived
    count = core.axons[axon + 1] - core.axons[axon]
    read, sender = spread(core.axons[axon], count), np.repeat(ids, count)
    return core.reads[read, 4], sender, read, sender if tag is ids else np.repeat(tag, count)


def _pair(
    graph: Graph,
    core: Core,
    lists: Lists,
    source: str,
    box: Box,
    blocks: Sequence[Block],
    rows: tuple[Ints, ...],
) -> Iterator[Problem]:
    """One source and one group."""
    population = graph.populations[source]
    shape, place = tuple(population.entry["shape"]), f"{core.binary}: '{source}' into '{box.population}'"
    due = _due(blocks, shape, box)
    ids, read, tag = rows
    present = np.flatnonzero(np.bincount(read))
    sliding = present[core.reads[present, 0] == WINDOW]
    for row in sliding.tolist():
        own = slice(None) if len(present) == 1 else read == row
        text = window_synapses(core, lists, row, box=box, shape=shape, sent=(ids[own], tag[own]), due=due)
        if text:
            yield Problem("differs", place, text)
            return
    plain = np.flatnonzero(core.reads[read, 0] != WINDOW) if len(sliding) < len(present) else np.zeros(0, np.int64)
    kind, first, count = core.reads[read[plain], :3].T
    chosen = first + np.where(kind == POPULATION, tag[plain], 0)
    if (chosen >= first + count).any():
        yield Problem("differs", place, "a message reads beyond the lists of its axon")
        return
    reads = Read(ids[plain], chosen, core.reads[read[plain], 3])
    text = list_problem(lists, reads, box=box, shape=shape, due=due)
    if text:
        yield Problem("differs", place, text)


def _due(blocks: Sequence[Block], shape: tuple[int, ...], box: Box) -> Maps:
    """What blocks lead into a box, by delay; channels and places are the box's own."""
    maps = Maps()
    (first, top, left), (count, height, width) = box.corner, box.sides
    for block in blocks:
        stride, (down, across), dilation = block.window
        padding = (down - top * stride[0], across - left * stride[1])
        kernels = block.kernels << block.entry["exponent"]
        if block.pairs is None:
            kernels, ends = kernels[first : first + count], (np.arange(count), np.arange(shape[0]))
        else:
            own = (block.pairs[0] >= first) & (block.pairs[0] < first + count)
            kernels, ends = kernels[own], (block.pairs[0][own] - first, block.pairs[1][own])
        nothing = Synapses((shape[1], shape[2]), (height, width), shape[0])
        found = maps.setdefault(block.entry["delay"], nothing)
        found.add(kernels, ends, stride, padding, dilation)
    return maps

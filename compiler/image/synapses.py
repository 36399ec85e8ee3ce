"""Synapses of an image, unrolled: from every sender's routes over the axons' reads through the lists to the neurons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_matrix

from litesnn.base.errors import ProgramError
from litesnn.compiler.encoding import StoredSynapses, decode
from litesnn.compiler.encoding.bits import within
from litesnn.compiler.encoding.lists import WeightRegister
from litesnn.compiler.graph import Sparse, SynapseBlock, SynapseFormat
from litesnn.compiler.image.files import core_name
from litesnn.compiler.image.model import OWN_ID, POPULATION, WINDOW, CoreImage, Image, Ints

SYNAPSES_MAX = 2**27
"""Of a core, unrolled: more than any profile's neurons and axons make."""


@dataclass(frozen=True, eq=False)
class Ends:
    """What synapses join: groups of cores, numbered through, and what enters, as the last.

    `arrivals` : name of the population -> arrival, the entering one first, then groups in order
    """

    image: Image
    arrivals: Mapping[str, int]
    entering: str

    @cached_property
    def names(self) -> list[str]:
        """Name of each end."""
        return [name for name in self.arrivals if name != self.entering] + [self.entering]

    @cached_property
    def sizes(self) -> list[int]:
        """Neurons of each end."""
        groups = [group.size for core in self.image.cores for group in core.groups]
        return [*groups, sum(sender.size for sender in self.image.senders)]

    @cached_property
    def neurons(self) -> list[Ints]:
        """Per core, (3, numbers): the end that each number belongs to, its place there, and its id in its population's map.

        -1 in gaps, which belong to no end.
        """
        found, end = [], 0
        for core in self.image.cores:
            table = np.full((3, core.neurons), -1, np.int64)
            for group in core.groups:
                part = np.stack([np.full(group.size, end), np.arange(group.size), group.ids()])
                for first in {group.document.first, group.sending}:
                    table[:, first + group.places(self.image.axes)] = part
                end += 1
            found.append(table)
        return found

    @cached_property
    def sent(self) -> Ints:
        """(6, messages): end, place, core, axon and tag of everything that is sent, and steps that it is late by itself."""
        parts = [np.zeros((6, 0), np.int64)]
        for core, table in zip(self.image.cores, self.neurons, strict=True):
            parts.append(_messages(core.routes, table, 0))
        first, start = 0, min((s.document.arrival for s in self.image.senders), default=0)
        for sender in self.image.senders:
            ids = np.arange(sender.size)
            table = np.stack([np.full(sender.size, len(self.names) - 1), first + ids, ids])
            parts.append(_messages(sender.routes, table, sender.document.arrival - start))
            first += sender.size
        return np.concatenate(parts, axis=1)


def _messages(routes: Ints, neurons: Ints, late: int) -> Ints:
    first, count, core, axon, tag = routes.T
    if count.sum() > SYNAPSES_MAX:
        raise ProgramError(f"routes send more than {SYNAPSES_MAX:,} messages")
    number = np.repeat(first, count) + within(count)
    core, axon, tag = (np.repeat(values, count) for values in (core, axon, tag))
    end, place, own = neurons[:, number]
    return np.stack([end, place, core, axon, np.where(tag == OWN_ID, own, tag), np.full_like(end, late)])


def blocks_of(image: Image, ends: Ends) -> Iterator[SynapseBlock]:
    """A block for each pair of ends and delay."""
    for number, core in enumerate(image.cores):
        try:
            stored = decode(core.memory)
        except ProgramError as error:
            raise ProgramError(f"{core_name(number, 'memory.bin')}: {error}") from error
        messages = ends.sent[:, ends.sent[2] == number]
        read, start, step, lists = _read(core, messages)
        yield from _joined(number, ends, core, stored, messages[:, read], (start, step, lists))


def written(image: Image, ends: Ends) -> Iterator[SynapseBlock]:
    """A block for each group that the host writes values into."""
    first, entering = 0, len(ends.names) - 1
    for sender in image.senders:
        ids, cores, numbers = sender.writes.T
        for core in np.unique(cores):
            own = cores == core
            end, place, _ = ends.neurons[core][:, numbers[own]]
            for target in np.unique(end):
                part = end == target
                places = (place[part], first + ids[own][part], np.ones(part.sum(), np.int64))
                yield _block(ends, entering, int(target), places, 0, injected=True)
        first += sender.size


def _read(core: CoreImage, messages: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """What messages make a core read: the message, the neuron of target 0, neurons per target, and the list."""
    axon, tag = messages[3], messages[4]
    reads = np.diff(core.axons)[axon]
    message = np.repeat(np.arange(len(axon)), reads)
    rows = core.reads[core.axons[axon][message] + within(reads)]
    kind, lists, base = rows[:, 0], rows[:, 1], rows[:, 3]
    plain = kind != WINDOW
    lists = lists + np.where(kind == POPULATION, tag[message], 0)
    found = [(message[plain], base[plain], np.ones(plain.sum(), np.int64), lists[plain])]
    windows = rows[~plain]
    for row in np.unique(windows, axis=0):
        own = message[~plain][(windows == row).all(axis=1)]
        found += [(own[kept], *rest) for kept, *rest in _window(core, row, tag[own])]
    joined = [np.concatenate(columns) for columns in zip(*found, strict=True)]
    return joined[0], joined[1], joined[2], joined[3]


def _window(core: CoreImage, row: Ints, ids: Ints) -> Iterator[tuple[Ints, Ints, Ints, Ints]]:
    """What ids of a source read through a kernel, tap by tap: which of them, neuron of target 0, neurons per target, and list."""
    window, document = core.windows[row[5]], core.groups[row[4]].document
    channels, height, width = window.source
    if ids.max(initial=0) >= channels * height * width:
        raise ProgramError(f"a neuron sends id {ids.max()} to a window over {channels * height * width}")
    rank = np.full(channels, -1, np.int64)
    rank[list(window.channels)] = np.arange(len(window.channels))
    channel, position = np.divmod(ids, height * width)
    (top, bottom), (left, right) = document.rows, document.columns
    for ky in range(window.kernel[0]):
        for kx in range(window.kernel[1]):
            y, odd = np.divmod(position // width + window.padding[0] - ky * window.dilation[0], window.stride[0])
            x, skewed = np.divmod(position % width + window.padding[1] - kx * window.dilation[1], window.stride[1])
            inside = (odd == 0) & (skewed == 0) & (y >= top) & (y < bottom) & (x >= left) & (x < right)
            kept = np.flatnonzero(inside & (rank[channel] >= 0))
            start = row[3] + (y[kept] - top) * (right - left) + x[kept] - left
            lists = row[1] + (rank[channel[kept]] * window.kernel[0] + ky) * window.kernel[1] + kx
            yield kept, start, np.full(len(kept), (bottom - top) * (right - left)), lists


def _joined(
    number: int, ends: Ends, core: CoreImage, stored: StoredSynapses, messages: Ints, read: tuple[Ints, Ints, Ints]
) -> Iterator[SynapseBlock]:
    """Blocks of what a core reads: `messages` and `read` by the list that is read."""
    start, step, lists = read
    first = np.searchsorted(stored.list, np.arange(len(core.memory.pointers)))
    count = np.diff(first)[lists]
    if count.sum() > SYNAPSES_MAX:
        raise ProgramError(f"{core_name(number, 'memory.bin')}: more than {SYNAPSES_MAX:,} synapses, unrolled")
    owner = np.repeat(np.arange(len(lists)), count)
    synapse = first[lists][owner] + within(count)
    neuron = start[owner] + stored.target[synapse] * step[owner]
    if neuron.max(initial=-1) >= core.neurons:
        raise ProgramError(
            f"{core_name(number, 'memory.bin')}: a list leads to neuron {neuron.max()} of {core.neurons}"
        )
    there = np.flatnonzero(ends.neurons[number][0, neuron] >= 0)
    owner, synapse, neuron = owner[there], synapse[there], neuron[there]
    target, place, _ = ends.neurons[number][:, neuron]
    shifts = np.array([_shift(r.weights) for r in core.memory.registers], np.int64)
    weight = stored.code[synapse] << shifts[stored.register[synapse]] if len(shifts) else stored.code[synapse]
    source, delay = messages[0][owner], stored.delay[synapse] + messages[5][owner]
    keys = np.stack([source, target, delay])
    order = np.lexsort(keys)
    edges = np.flatnonzero(np.any(np.diff(keys[:, order], axis=1, prepend=-1), axis=0))
    for part in np.split(order, edges[1:]) if len(order) else []:
        places = (place[part], messages[1][owner[part]], weight[part])
        yield _block(ends, int(source[part[0]]), int(target[part[0]]), places, int(delay[part[0]]))


def _shift(weights: WeightRegister) -> int:
    bits, sign, exponent, _ = weights
    return max(0, exponent + SynapseFormat(bits, exponent, sign).alignment)


def _block(
    ends: Ends, source: int, target: int, places: tuple[Ints, Ints, Ints], delay: int, *, injected: bool = False
) -> SynapseBlock:
    sender, reader = ends.names[source], ends.names[target]
    matrix = coo_matrix(
        (places[2].astype(np.int32), places[:2]), shape=(ends.sizes[target], ends.sizes[source])
    ).tocsr()
    due = ends.arrivals[reader] - ends.arrivals[sender] - (0 if injected else 1)
    distance = 0 if ends.image.document.isolated else max(0, delay - due) // ends.image.document.interval
    return SynapseBlock(
        name=f"{sender}>{reader}:{'written' if injected else delay}",
        source=sender,
        target=reader,
        geometry=Sparse.from_matrix(matrix),
        edge=sender,
        place=reader,
        delay=delay,
        distance=distance,
        injected=injected,
    )

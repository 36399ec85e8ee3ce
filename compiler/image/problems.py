"""What the parts of an image must agree on: every number leads to something that is there, and every neuron stands on one core."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np
import numpy.typing as npt

from litesnn.compiler.image.files import core_name
from litesnn.compiler.image.model import OWN_ID, POPULATION, WINDOW, CoreImage, Image, Ints

Bools = npt.NDArray[np.bool_]
NEURONS_MAX = 2**24


def image_problems(image: Image) -> Iterator[str]:
    """What does not fit, with the file it stands in."""
    if len(set(image.document.order)) != len(image.document.order):
        yield "image.json: order: found an axis twice"
        return
    for number, core in enumerate(image.cores):
        problems = list(_core_problems(image, core, number))
        yield from (f"{core_name(number, 'memory.json')}: {problem}" for problem in problems)
        if problems:
            return
    yield from _coverage(image)
    for number, core in enumerate(image.cores):
        yield from (
            f"{core_name(number, 'memory.bin')}: {p}" for p in _route_problems(image, core.routes, _held(image, core))
        )
    for sender in image.senders:
        place = f"input.bin: '{sender.document.name}'"
        if sender.size > NEURONS_MAX:
            yield f"{place}: more than {NEURONS_MAX} neurons"
            return
        every = np.ones(sender.size, bool)
        yield from (f"{place}: {problem}" for problem in _route_problems(image, sender.routes, every))
        ids, cores, neurons = sender.writes.T
        if not (_below(ids, sender.size) and _below(cores, len(image.cores))):
            yield f"{place}: writes of ids or to cores that are not there"
        elif not all(_all_held(_held(image, image.cores[core]), neurons[cores == core]) for core in np.unique(cores)):
            yield f"{place}: writes to neurons that are not there"


def _core_problems(image: Image, core: CoreImage, number: int) -> Iterator[str]:
    if core.document.core != number:
        yield f"core: found {core.document.core}; allowed: {number}"
    first = 0
    for group in core.groups:
        document = group.document
        pairs = zip((document.channels, document.rows, document.columns), document.map, strict=True)
        if prod(document.map) > NEURONS_MAX or not all(0 <= a < b <= side for (a, b), side in pairs):
            yield f"a group of '{document.population}' is empty or reaches beyond its map"
            return
        if document.first != first:
            yield f"a group of '{document.population}' begins at neuron {document.first}; due: {first}"
        if len(set(document.parameters)) != len(document.parameters):
            yield f"a group of '{document.population}' has a parameter twice"
        if group.numbers > NEURONS_MAX:
            yield f"a group of '{document.population}' takes {group.numbers:,} numbers; allowed: {NEURONS_MAX:,}"
            return
        if document.margin is not None and (document.compartments > 1 or image.axes != (0, 1, 2)):
            yield f"a group of '{document.population}' has a margin; that needs one compartment and channel, row, column"
        first += group.numbers
    if core.neurons > NEURONS_MAX:
        yield f"neurons take {core.neurons:,} numbers; allowed: {NEURONS_MAX:,}"
        return
    memory, reads = core.memory, core.reads
    for what, table, count in (
        ("lists", memory.pointers, len(memory.words)),
        ("entries", memory.entry_pointers, len(memory.counts_high)),
        ("axons", core.axons, len(reads)),
    ):
        if table[0] != 0 or table[-1] != count or (np.diff(table) < 0).any():
            yield f"{what}: pointers must rise from 0 to {count}"
    kind, lists, count, base, group_of, window = reads.T
    if not (_below(kind, WINDOW + 1) and _below(group_of, len(core.groups)) and _below(base, max(core.neurons, 1))):
        yield "a read of a kind, group or neuron that does not exist"
        return
    if (lists + count > len(memory.pointers) - 1).any() or (count < 1).any():
        yield "a read reaches beyond the lists"
    if not _below(window[kind == WINDOW], len(core.windows)):
        yield "a read has a window that does not exist"
        return
    for read in reads[kind == WINDOW]:
        found = core.windows[read[5]]
        if max(found.channels, default=0) >= found.source[0] or read[2] != len(found.channels) * prod(found.kernel):
            yield "a window's channels are not those of its source, or its rows not those of its channels"
        if image.axes != (0, 1, 2):
            yield "windows need neurons in the order channel, row, column"
        document = core.groups[read[4]].document
        if document.margin is not None:
            yield "a window leads to a group with a margin"
        (top, bottom), (left, right) = document.rows, document.columns
        channel, place = divmod(int(read[3]) - document.first, (bottom - top) * (right - left))
        if place or not 0 <= channel < document.channels[1] - document.channels[0]:
            yield f"a window begins at neuron {read[3]}; allowed: the first of a channel of its group"


def _coverage(image: Image) -> Iterator[str]:
    """Every neuron of a population's map stands on one core."""
    maps: dict[str, tuple[int, int, int]] = {}
    held: dict[str, list[Ints]] = {}
    for core in image.cores:
        for group in core.groups:
            name = group.document.population
            if maps.setdefault(name, group.document.map) != group.document.map:
                yield f"'{name}' has two maps"
                return
            held.setdefault(name, []).append(group.ids())
    if sum(prod(shape) for shape in maps.values()) > NEURONS_MAX:
        yield f"more than {NEURONS_MAX} neurons"
        return
    for name, ids in held.items():
        count = np.bincount(np.concatenate(ids), minlength=prod(maps[name]))
        if count.min() != 1 or count.max() != 1:
            yield f"'{name}': every neuron must stand on one core; found {count.min()} to {count.max()}"


def _held(image: Image, core: CoreImage) -> Bools:
    """Which numbers of a core are of neurons: all but those of gaps."""
    held = np.zeros(core.neurons, bool)
    for group in core.groups:
        for first in (group.document.first, group.sending):
            held[first + group.places(image.axes)] = True
    return held


def _all_held(held: Bools, numbers: Ints) -> bool:
    return _below(numbers, len(held)) and bool(held[numbers].all())


def _route_problems(image: Image, routes: Ints, held: Bools) -> Iterator[str]:
    """Problems of routes of neurons with the numbers that are `held`."""
    first, count, core, axon, tag = routes.T
    before = np.concatenate([[0], np.cumsum(held)])
    if (
        (first + count > len(held)).any()
        or (count < 1).any()
        or (before[first + count] - before[first] != count).any()
        or not _below(core, len(image.cores))
    ):
        yield "a route of neurons or to a core that is not there"
        return
    if not (axon < np.array([len(core.axons) - 1 for core in image.cores], np.int64)[core]).all():
        yield "a route to an axon that is not there"
        return
    for number, other in enumerate(image.cores):
        own = core == number
        reads = np.diff(other.axons)
        if (reads < 1).any():
            yield f"core {number} has an axon that reads nothing"
            return
        sent = other.reads[other.axons[:-1][axon[own]]]
        tags = tag[own]
        if (tags[sent[:, 0] == POPULATION] >= sent[sent[:, 0] == POPULATION, 2]).any():
            yield "a route's tag is no atom of its axon"
        if ((tags == OWN_ID) != (sent[:, 0] == WINDOW)).any():
            yield "a route's tag is not of its axon's kind"


def _below(values: Ints, limit: int) -> bool:
    return bool((values >= 0).all() and (values < limit).all())

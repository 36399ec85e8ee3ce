"""Input axons of a core: which lists each reads, and what has to be sent to it.

Lists of single neurons hang on one axon per source neuron, whichever slices they lead to. Shared kernels have axons of their own:
one for a whole source (rows), one per pixel whose channels are its atoms, or one per neuron where those are discrete.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding import ListRule
from litesnn.compiler.graph import Graph
from litesnn.compiler.image.documents import WindowDocument
from litesnn.compiler.image.model import LIST, OWN_ID, POPULATION, WINDOW, Group
from litesnn.compiler.mapping.axons import AxonKind
from litesnn.compiler.mapping.list_group import ListGroup
from litesnn.compiler.mapping.memory_image import CoreMemory

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Delivery:
    """What some neurons of a source send to a core: to each of `ids` its axon and tag; `group` reads it if all send their ids."""

    source: str
    ids: Ints
    axons: Ints
    tags: Ints
    reader: ListGroup | None = None


@dataclass(eq=False)
class CoreAxons:
    """Axons of a core as they are added: `first_reads` (axons + 1,), `reads` (reads, 6)."""

    first_reads: Ints = field(default_factory=lambda: np.zeros(1, np.int64))
    reads: Ints = field(default_factory=lambda: np.zeros((0, 6), np.int64))
    windows: tuple[WindowDocument, ...] = ()
    deliveries: list[Delivery] = field(default_factory=list)

    def add(self, axon: Ints, reads: Ints) -> int:
        """Reads of new axons 0, 1, ...: `axon` of each, ascending, none left out; the number of the first."""
        first = len(self.first_reads) - 1
        ends = np.cumsum(np.bincount(axon)) + self.first_reads[-1]
        self.first_reads = np.concatenate([self.first_reads, ends])
        self.reads = np.concatenate([self.reads, reads])
        return first


@dataclass(frozen=True, eq=False)
class _Placed:
    """A list group, the number of its first list, the group of neurons that it leads to, and whether each list takes words."""

    lists: ListGroup
    first: int
    number: int
    group: Group
    filled: npt.NDArray[np.bool_]


def core_axons(graph: Graph, memory: CoreMemory, groups: tuple[Group, ...], axons: Mapping[str, AxonKind]) -> CoreAxons:
    """The axons of a core with the given lists and neurons."""
    placed, first = [], 0
    for lists, words in zip(memory.groups, memory.list_words, strict=True):
        number = next(i for i, group in enumerate(groups) if _is_of(group, lists))
        placed.append(_Placed(lists=lists, first=first, number=number, group=groups[number], filled=words > 0))
        first += len(lists.lists)
    found = CoreAxons()
    single: dict[str, list[_Placed]] = {}
    for entry in placed:
        if entry.lists.window is None:
            single.setdefault(entry.lists.source, []).append(entry)
    for source, entries in single.items():
        _add_single(found, source, entries)
    for entry in placed:
        if entry.lists.kind is not None:
            _add_populations(found, entry, graph[entry.lists.source].shape, axons.get(entry.lists.source, "population"))
        elif entry.lists.window is not None:
            _add_rows(found, entry, graph[entry.lists.source].shape, memory.rule)
    return found


def _is_of(group: Group, lists: ListGroup) -> bool:
    """Whether lists lead to a group; kernel rows may lead to some of its channels alone."""
    document, part = group.document, lists.part
    (first, last), (lowest, highest) = document.channels, part.channels
    box = (document.population, document.rows, document.columns)
    return box == (part.population, part.rows, part.columns) and first <= lowest and highest <= last


def _add_single(found: CoreAxons, source: str, entries: list[_Placed]) -> None:
    """An axon for every neuron of a source that has a list in any of the groups."""
    filled = [entry.filled for entry in entries]
    ids = np.flatnonzero(np.any(filled, axis=0))
    if not len(ids):
        return
    parts, owners = [], []
    for entry, mask in zip(entries, filled, strict=True):
        own = np.flatnonzero(mask[ids])
        owners.append(own)
        parts.append(_list_reads(entry.first + ids[own], entry.group.document.first, entry.number))
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    first = found.add(owner[order], np.concatenate(parts)[order])
    found.deliveries.append(Delivery(source, ids, first + np.arange(len(ids)), np.zeros_like(ids)))


def _add_rows(found: CoreAxons, entry: _Placed, shape: tuple[int, int, int], rule: ListRule) -> None:
    """One axon for a whole source, whose neurons send their ids."""
    window, read = entry.lists.window, entry.lists.read
    assert window is not None, "kernel rows have a window and the channels they read"
    assert read is not None
    kernel, stride, padding, dilation = zip(window.down, window.across, strict=True)
    document = WindowDocument(
        source=shape, kernel=kernel, stride=stride, padding=padding, dilation=dilation, channels=tuple(read.tolist())
    )
    to = entry.group.document
    places = (to.rows[1] - to.rows[0]) * (to.columns[1] - to.columns[0])
    first = to.first + (entry.lists.part.channels[0] - to.channels[0]) * places
    row = [WINDOW, entry.first, len(entry.lists.lists), first, entry.number, len(found.windows)]
    axon = found.add(np.zeros(1, np.int64), np.array([row], np.int64))
    found.windows = (*found.windows, document)
    size = shape[0] * shape[1] * shape[2]
    everyone = np.arange(size)
    found.deliveries.append(
        Delivery(
            entry.lists.source, everyone, axons=np.full(size, axon), tags=np.full(size, OWN_ID), reader=entry.lists
        )
    )


def _add_populations(found: CoreAxons, entry: _Placed, shape: tuple[int, int, int], kind: AxonKind) -> None:
    """Axons of pixels, or of neurons where they are discrete, whose lists depend on where the pixel lies."""
    lists = entry.lists
    assert lists.kind is not None, "population lists have a kind and a base per pixel, and channels"
    assert lists.base is not None
    assert lists.read is not None
    atoms = len(lists.read)
    pixels = np.flatnonzero(lists.kind.ravel() >= 0)
    start = lists.kind.ravel()[pixels] * atoms
    base = entry.group.document.first + lists.base.ravel()[pixels]
    ids = lists.read[:, None] * shape[1] * shape[2] + pixels
    each = start + np.arange(atoms)[:, None]
    sends = np.ones_like(ids, bool) if kind == "shared" else entry.filled[each]
    if kind == "discrete":
        reads = _list_reads(entry.first + each[sends], np.broadcast_to(base, ids.shape)[sends], entry.number)
        first = found.add(np.arange(len(reads)), reads)
        axon, tags = first + np.arange(len(reads)), np.zeros(len(reads), np.int64)
    else:
        columns = (np.full_like(pixels, POPULATION), entry.first + start, np.full_like(pixels, atoms), base)
        rest = (np.full_like(pixels, entry.number), np.zeros_like(pixels))
        first = found.add(np.arange(len(pixels)), np.stack([*columns, *rest], axis=1))
        axon = np.broadcast_to(first + np.arange(len(pixels)), ids.shape)[sends]
        tags = np.broadcast_to(np.arange(atoms)[:, None], ids.shape)[sends]
    found.deliveries.append(Delivery(lists.source, ids[sends], axon, tags))


def _list_reads(lists: Ints, base: int | Ints, group: int) -> Ints:
    """Reads of one list each."""
    columns = (np.full_like(lists, LIST), lists, np.ones_like(lists), np.broadcast_to(base, lists.shape))
    return np.stack([*columns, np.full_like(lists, group), np.zeros_like(lists)], axis=1)

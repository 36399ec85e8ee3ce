"""One core of an image: its tables as memory.json says them, without the meaning of their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import ProgramError
from litesnn.reading import parse_json
from litesnn.runtime.prove.program import Arrays, Entry, Ints, Pair
from litesnn.runtime.prove.verdict import UnknownError

FIELDS = "about format version core chip router slot sections formats windows groups"
GROUP = "population map channels rows columns first compartments neurons parameters"
AXES = ("channel", "row", "column")
ALIGNED = 8
Three = tuple[int, int, int]


class Tables:
    """Tables of a file, one after the other."""

    def __init__(self, content: bytes, name: str) -> None:
        self.content, self.name, self.place = content, name, 0

    def next(self, rows: int, columns: int = 1, kind: str = "<u4") -> Ints:
        """The next table, (rows, columns); of one column (rows,)."""
        dtype = np.dtype(kind)
        size = rows * columns * dtype.itemsize
        if self.place + size > len(self.content):
            raise UnknownError(f"{self.name}: {len(self.content)} bytes, fewer than its tables take")
        found = np.frombuffer(self.content, dtype, rows * columns, self.place).astype(np.int64)
        self.place += size + -size % ALIGNED
        return found.reshape(rows, columns) if columns > 1 else found

    def end(self) -> None:
        """Nothing is left."""
        if self.place != len(self.content):
            raise UnknownError(f"{self.name}: {len(self.content)} bytes; its tables take {self.place}")


class Box(NamedTuple):
    """A group: its box of the population's map, by (channel, row, column), and how its neurons are numbered."""

    population: str
    entry: Entry
    corner: Three
    sides: Three
    strides: Three
    size: int
    arrays: Arrays

    @property
    def first(self) -> int:
        """Number of its first neuron; those of a second compartment, which spikes, follow those of the first."""
        return int(self.entry["first"])

    def ids(self) -> Ints:
        """Ids in the population's map of its neurons, as they are numbered on the core."""
        places = np.indices(self.sides).reshape(3, -1)
        found: Ints = np.ravel_multi_index(tuple(places + np.array(self.corner)[:, None]), tuple(self.entry["map"]))
        return found[np.argsort(np.array(self.strides) @ places)]


class Routes(NamedTuple):
    """Routes of one box, or of a sender: rows (place in `ids` of the first neuron, neurons, core, axon, tag)."""

    source: str
    rows: Ints
    ids: Ints
    place: str


class Core(NamedTuple):
    """A core; `reads` (reads, 6), `routes` (routes, 5), `words` (words, bytes of a word); `widths`: bits of a word, of a header."""

    number: int
    widths: Pair
    words: npt.NDArray[np.uint8]
    pointers: Ints
    entries: Ints
    high: Ints
    axons: Ints
    reads: Ints
    routes: Ints
    formats: tuple[Entry, ...]
    windows: tuple[Entry, ...]
    groups: tuple[Box, ...]

    @property
    def binary(self) -> str:
        """Name of its memory."""
        return f"image/core{self.number}/memory.bin"

    def sending(self) -> Iterator[Routes]:
        """Its routes, box by box; a route stays within one."""
        taken = np.zeros(len(self.routes), bool)
        for box in self.groups:
            start = self.routes[:, 0] - box.first - box.size * (box.entry["compartments"] - 1)
            own = (start >= 0) & (start + self.routes[:, 1] <= box.size)
            taken |= own
            rows = np.column_stack([start, self.routes[:, 1:]])[own]
            yield Routes(box.population, rows, box.ids(), f"{self.binary}: routes")
        if not taken.all():
            raise UnknownError(f"{self.binary}: route {int(np.argmin(taken))} of neurons that send nothing")


def read_core(files: Mapping[str, bytes], number: int, image: Entry) -> Core:
    """A core of the image whose image.json is given."""
    name, binary = f"core{number}/memory.json", f"core{number}/memory.bin"
    document = parse_json(files[name], name, ProgramError)
    known = (document["format"], document["version"], document["core"]) == ("litesnn.image.core", 1, number)
    if not known or set(document) - set(FIELDS.split()):
        raise UnknownError(f"{name}: a core, version or fields that are not known")
    if sorted(image["order"]) != sorted(AXES):
        raise UnknownError(f"image.json: order {image['order']}")
    rows, tables, width = document["sections"], Tables(files[binary], binary), -(-image["word_bits"] // 8)
    words = tables.next(rows["words"], width, "u1").astype(np.uint8).reshape(-1, width)
    pointers, entries = tables.next(rows["lists"] + 1), tables.next(rows["lists"] + 1)
    high, axons = tables.next(rows["entries"]), tables.next(rows["axons"] + 1)
    reads, routes = tables.next(rows["reads"], 6), tables.next(rows["routes"], 5)
    parameters = tables.next(rows["parameters"], kind="<i4")
    tables.end()
    for table, last, what in (
        (pointers, rows["words"], "lists"),
        (entries, len(high), "entries"),
        (axons, len(reads), "axons"),
    ):
        if table[0] != 0 or table[-1] != last or (np.diff(table) < 0).any():
            raise UnknownError(f"{binary}: {what} that do not follow one another")
    return Core(
        number=number,
        widths=(image["word_bits"], image["header_bits"]),
        words=words,
        pointers=pointers,
        entries=entries,
        high=high,
        axons=axons,
        reads=reads,
        routes=routes,
        formats=tuple(document["formats"]),
        windows=tuple(document["windows"]),
        groups=tuple(_groups(name, document["groups"], parameters, image["order"])),
    )


def _groups(name: str, entries: list[Entry], parameters: Ints, order: list[str]) -> Iterator[Box]:
    taken, number = 0, 0
    for entry in entries:
        if set(entry) != set(GROUP.split()) or entry["compartments"] not in (1, 2):
            raise UnknownError(f"{name}: a group with other fields or compartments than are known")
        box = [entry[axis] for axis in ("channels", "rows", "columns")]
        if any(not 0 <= b[0] < b[1] <= whole for b, whole in zip(box, entry["map"], strict=True)):
            raise UnknownError(f"{name}: a box {box} of '{entry['population']}' beyond its map")
        if entry["first"] != number:
            raise UnknownError(f"{name}: '{entry['population']}' begins at {entry['first']}; due: {number}")
        (c, y, x), sides = (b[0] for b in box), [b[1] - b[0] for b in box]
        strides, size = dict[str, int](), 1
        for axis in reversed(order):
            strides[axis], size = size, size * sides[AXES.index(axis)]
        arrays = {}
        for field in entry["parameters"]:
            arrays[field] = parameters[taken : taken + sides[0]]
            taken += sides[0]
        number += size * entry["compartments"]
        by_axis = (strides["channel"], strides["row"], strides["column"])
        all_sides = (sides[0], sides[1], sides[2])
        yield Box(entry["population"], entry, (c, y, x), all_sides, strides=by_axis, size=size, arrays=arrays)
    if taken != len(parameters):
        raise UnknownError(f"{name}: {len(parameters)} parameters; its groups have {taken}")


def spread(first: Ints, count: Ints) -> Ints:
    """`count` numbers from each `first` on, one after the other."""
    found: Ints = np.repeat(first - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
    return found

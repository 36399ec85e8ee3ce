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


class Tables:
    """Tables of a file, one after the other."""

    def __init__(self, content: bytes, name: str) -> None:
        self.content, self.name, self.place = content, name, 0

    def next(self, rows: int, columns: int = 1, kind: str = "<u4") -> npt.NDArray[np.generic]:
        """The next table, (rows, columns); of one column (rows,)."""
        dtype = np.dtype(kind)
        size = rows * columns * dtype.itemsize
        if self.place + size > len(self.content):
            raise UnknownError(f"{self.name}: {len(self.content)} bytes, fewer than its tables take")
        found = np.frombuffer(self.content, dtype, rows * columns, self.place)
        self.place += size + -size % ALIGNED
        return found.reshape(rows, columns) if columns > 1 else found

    def ints(self, rows: int, columns: int = 1, kind: str = "<u4") -> Ints:
        """The next table as int64."""
        return self.next(rows, columns, kind).astype(np.int64)

    def end(self) -> None:
        """Nothing is left."""
        if self.place != len(self.content):
            raise UnknownError(f"{self.name}: {len(self.content)} bytes; its tables take {self.place}")


class Box(NamedTuple):
    """A group: where its box of the population's map begins and its sides; (channel, row, column) each."""

    population: str
    corner: tuple[int, int, int]
    sides: tuple[int, int, int]
    first: int
    compartments: int
    strides: tuple[int, int, int]
    entry: Entry
    arrays: Arrays

    @property
    def size(self) -> int:
        """Neurons of the box."""
        return self.sides[0] * self.sides[1] * self.sides[2]

    @property
    def sending(self) -> int:
        """Number of its first neuron that spikes."""
        return self.first + self.size * (self.compartments - 1)

    def ids(self) -> Ints:
        """Ids in the population's map of its neurons, as they are numbered on the core."""
        places = np.meshgrid(*(np.arange(side) for side in self.sides), indexing="ij")
        whole = tuple(self.entry["map"])
        ids = np.ravel_multi_index(tuple(p + c for p, c in zip(places, self.corner, strict=True)), whole).ravel()
        behind = sum(p * stride for p, stride in zip(places, self.strides, strict=True))
        numbered: Ints = ids[np.argsort(np.asarray(behind).ravel())]
        return numbered


class Routes(NamedTuple):
    """Routes of one box, or of a sender: rows (first neuron, neurons, core, axon, tag), and the id of each number from `first` on."""

    source: str
    rows: Ints
    first: int
    ids: Ints | None
    place: str


class Core(NamedTuple):
    """A core; `reads` (reads, 6), `routes` (routes, 5), `words` (words, bytes of a word)."""

    number: int
    widths: Pair  # bits of a word, of a header
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
            start = self.routes[:, 0]
            own = (start >= box.sending) & (start + self.routes[:, 1] <= box.sending + box.size)
            taken |= own
            yield Routes(box.population, self.routes[own], box.sending, ids=box.ids(), place=f"{self.binary}: routes")
        if not taken.all():
            raise UnknownError(f"{self.binary}: route {int(np.argmin(taken))} of neurons that send nothing")


def read_routes(tables: Tables, rows: int, source: str) -> Routes:
    """Routes of a sender, whose neurons are numbered as in its map."""
    return Routes(source, tables.ints(rows, 5), 0, ids=None, place=f"image/input.bin: routes of '{source}'")


def read_core(files: Mapping[str, bytes], number: int, image: Entry) -> Core:
    """A core of the image whose image.json is given."""
    name, binary = f"core{number}/memory.json", f"core{number}/memory.bin"
    document = parse_json(files[name], name, ProgramError)
    known = (document["format"], document["version"]) == ("litesnn.image.core", 1)
    if not known or document["core"] != number or set(document) - set(FIELDS.split()):
        raise UnknownError(
            f"{name}: core {document['core']}, version {document['version']} or fields that are not known"
        )
    rows, tables = document["sections"], Tables(files[binary], binary)
    words = tables.next(rows["words"], -(-image["word_bits"] // 8), "u1").reshape(rows["words"], -1)
    pointers, entries = tables.ints(rows["lists"] + 1), tables.ints(rows["lists"] + 1)
    high, axons = tables.ints(rows["entries"]), tables.ints(rows["axons"] + 1)
    reads, routes = tables.ints(rows["reads"], 6), tables.ints(rows["routes"], 5)
    parameters = tables.ints(rows["parameters"], kind="<i4")
    tables.end()
    if sorted(image["order"]) != sorted(AXES):
        raise UnknownError(f"image.json: order {image['order']}")
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
        words=words.astype(np.uint8),
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
        corner, sides = tuple(b[0] for b in box), tuple(b[1] - b[0] for b in box)
        if any(not 0 <= b[0] < b[1] <= whole for b, whole in zip(box, entry["map"], strict=True)):
            raise UnknownError(f"{name}: a box {box} of '{entry['population']}' beyond its map")
        strides, step = dict[str, int](), 1
        for axis in reversed(order):
            strides[axis], step = step, step * sides[AXES.index(axis)]
        arrays = {}
        for field in entry["parameters"]:
            arrays[field] = parameters[taken : taken + sides[0]]
            taken += sides[0]
        if entry["first"] != number:
            raise UnknownError(f"{name}: '{entry['population']}' begins at {entry['first']}; due: {number}")
        number += step * entry["compartments"]
        yield Box(
            entry["population"],
            corner=(corner[0], corner[1], corner[2]),
            sides=(sides[0], sides[1], sides[2]),
            first=entry["first"],
            compartments=entry["compartments"],
            strides=(strides["channel"], strides["row"], strides["column"]),
            entry=entry,
            arrays=arrays,
        )
    if taken != len(parameters):
        raise UnknownError(f"{name}: {len(parameters)} parameters; its groups have {taken}")

"""One core of an image: its tables as memory.json says them, without the meaning of their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import ProgramError
from litesnn.reading import parse_json
from litesnn.runtime.prove.program import Arrays, Entry, Ints, Population, only
from litesnn.runtime.prove.verdict import UnknownError

FIELDS = "about format version core chip router slot sections formats windows groups"
GROUP = "population map channels rows columns first compartments margin neurons parameters"
AXES = ("channel", "row", "column")
ALIGNED = 8
MARGIN_MAX = 256
Three = tuple[int, int, int]
Table = tuple[str, int, int, str]  # name, rows, numbers in a row, type of a number


class Box(NamedTuple):
    """A group: its part of the population's map, from `corner` on.

    `numbers` : on the core, (channels, rows, columns); of two compartments, of those that integrate
    `ids` : in the map, in the order of their numbers
    `gap` : of every number from the box's first on, whether it stands for no neuron
    """

    population: str
    entry: Entry
    corner: Three
    numbers: Ints
    ids: Ints
    gap: npt.NDArray[np.bool_]
    arrays: Arrays


class Routes(NamedTuple):
    """Routes of one box, or of a sender: rows (place in `ids` of the first neuron, neurons, core, axon, tag)."""

    source: str
    rows: Ints
    ids: Ints
    place: str


class Core(NamedTuple):
    """A core: its tables by name, as docs/image.md has them, and what memory.json says."""

    number: int
    image: Entry
    tables: Mapping[str, Ints]
    formats: list[Entry]
    windows: list[Entry]
    groups: list[Box]

    @property
    def binary(self) -> str:
        """Name of its memory."""
        return f"image/core{self.number}/memory.bin"

    def sending(self) -> Iterator[Routes]:
        """Its routes, box by box; a route stays within one."""
        routes = self.tables["routes"]
        taken = np.zeros(len(routes), bool)
        for box in self.groups:
            numbers = np.append(box.numbers.ravel() + box.ids.size * (box.entry["compartments"] - 1), -1)
            start = np.searchsorted(numbers[:-1], routes[:, 0])
            last = np.minimum(start + routes[:, 1] - 1, box.ids.size)
            own = (numbers[start] == routes[:, 0]) & (numbers[last] == routes[:, 0] + routes[:, 1] - 1)
            taken |= own
            rows = np.column_stack([start, routes[:, 1:]])[own]
            yield Routes(box.population, rows, box.ids, f"{self.binary}: routes")
        if not taken.all():
            raise UnknownError(f"{self.binary}: route {int(np.argmin(taken))} of neurons that send nothing")


def read_tables(content: bytes, name: str, tables: list[Table]) -> dict[str, Ints]:
    """Tables of a file, one after the other, (rows, numbers); of one number a row, (rows,)."""
    found, place = dict[str, Ints](), 0
    for table, rows, columns, kind in tables:
        dtype = np.dtype(kind)
        size = rows * columns * dtype.itemsize
        if not 0 <= size <= len(content) - place:
            raise UnknownError(f"{name}: {len(content)} bytes, other than its tables take")
        values = np.frombuffer(content, dtype, rows * columns, place).astype(np.int64)
        found[table] = values.reshape(rows, columns) if columns > 1 else values
        place += size + -size % ALIGNED
    if place != len(content):
        raise UnknownError(f"{name}: {len(content)} bytes; its tables take {place}")
    return found


def read_core(files: Mapping[str, bytes], number: int, image: Entry, on_chip: Mapping[str, Population]) -> Core:
    """A core of the image whose image.json is given, with neurons of the populations `on_chip`."""
    name, binary = f"core{number}/memory.json", f"core{number}/memory.bin"
    document = parse_json(files[name], name, ProgramError)
    only(name, document, FIELDS)
    if (document["format"], document["version"], document["core"]) != ("litesnn.image.core", 1, number):
        raise UnknownError(f"{name}: a core or a version that is not known")
    rows = document["sections"]
    sections = [
        ("words", rows["words"], -(-image["word_bits"] // 8), "u1"),
        ("lists", rows["lists"] + 1, 1, "<u4"),
        ("entries", rows["lists"] + 1, 1, "<u4"),
        ("high", rows["entries"], 1, "<u4"),
        ("axons", rows["axons"] + 1, 1, "<u4"),
        ("reads", rows["reads"], 6, "<u4"),
        ("routes", rows["routes"], 5, "<u4"),
        ("parameters", rows["parameters"], 1, "<i4"),
    ]
    tables = read_tables(files[binary], binary, sections)
    for table, into in (("lists", "words"), ("entries", "high"), ("axons", "reads")):
        begins = tables[table]
        if begins[0] != 0 or begins[-1] != len(tables[into]) or (np.diff(begins) < 0).any():
            raise UnknownError(f"{binary}: {table} that do not follow one another")
    whole = {population: values.entry["shape"] for population, values in on_chip.items()}
    groups = list(_groups(name, document, tables["parameters"], image["order"], whole))
    return Core(number, image, tables, document["formats"], windows=document["windows"], groups=groups)


def _groups(place: str, document: Entry, parameters: Ints, order: list[str], maps: Entry) -> Iterator[Box]:
    taken, number = 0, 0
    for entry in document["groups"]:
        name, box = entry["population"], [entry[axis] for axis in ("channels", "rows", "columns")]
        only(place, entry, GROUP)
        if name not in maps or entry["map"] != maps[name]:
            raise UnknownError(f"{place}: no population of the chip has the name and map of '{name}'")
        if any(not 0 <= first < last <= whole for (first, last), whole in zip(box, maps[name], strict=True)):
            raise UnknownError(f"{place}: a box {box} of '{name}' beyond its map")
        if entry["first"] != number or entry["compartments"] not in (1, 2) or sorted(order) != sorted(AXES):
            raise UnknownError(f"{place}: '{name}' begins, or is numbered, otherwise than is known")
        part = np.arange(prod(maps[name])).reshape(maps[name])[tuple(slice(*ends) for ends in box)]
        axes = [AXES.index(axis) for axis in order]
        ids, (below, beside) = part.transpose(axes), entry.get("margin", (0, 0))
        known = min(below, beside) >= 0 and max(below, beside) <= MARGIN_MAX
        if not known or ((below or beside) and (entry["compartments"] > 1 or axes != [0, 1, 2])):
            raise UnknownError(f"{place}: a margin of '{name}' that is not known")
        # A channel takes `below` rows more than it has, a row `beside` columns; what leaves the first ones stands before all.
        tall, wide = ids.shape[1] + below, ids.shape[2] + beside
        lead = below * wide + beside
        gap = np.ones(lead + len(ids) * tall * wide, bool)
        steps = np.indices(ids.shape)
        numbers = lead + (steps[0] * tall + steps[1]) * wide + steps[2]
        gap[numbers] = False
        numbers = number + numbers.transpose(np.argsort(axes))
        count, corner = len(part), (box[0][0], box[1][0], box[2][0])
        arrays = {field: parameters[taken + i * count :][:count] for i, field in enumerate(entry["parameters"])}
        taken, number = taken + count * len(arrays), number + gap.size * entry["compartments"]
        yield Box(name, entry, corner, numbers, ids=ids.ravel(), gap=gap, arrays=arrays)
    if taken != len(parameters):
        raise UnknownError(f"{place}: {len(parameters)} parameters; its groups have {taken}")

"""The memories of a core, and how many blocks of an FPGA's block RAM they take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from litesnn.compiler.export.verilog.layout import Layout

BLOCK_WIDTHS = {36: 512, 18: 1024, 9: 2048, 4: 4096, 2: 8192, 1: 16384}
"""Width in bits -> rows of a block of 18 Kbit with one write and one read port, as FPGAs of the last twenty years have it."""
SHALLOW = 64
"""Rows up to which a memory is put into logic instead."""
MEMBRANE_BITS, PARAMETER_BITS, FORMATS = 24, 32, 16


@dataclass(frozen=True)
class Memory:
    """One memory: `rows` of `width` bits."""

    name: str
    width: int
    rows: int

    @property
    def bits(self) -> int:
        """What it holds."""
        return self.width * self.rows

    @property
    def blocks(self) -> int:
        """Blocks of 18 Kbit, all in the shape that takes least; 0 where it is small enough for logic."""
        if self.rows <= SHALLOW:
            return 0
        return min(-(-self.width // width) * -(-self.rows // rows) for width, rows in BLOCK_WIDTHS.items())


def memories(layout: Layout) -> Iterator[Memory]:
    """All of a core; the ring of sums holds every neuron once per slot."""
    size, wide = layout.sizes, layout.widths
    rows = {name: sum(fields.values()) for name, fields in layout.rows.items()}
    yield Memory("words", size.word_bits, size.words)
    yield Memory("lists", wide["WORD_AT_BITS"], size.lists)
    yield Memory("entries", wide["ENTRY_AT_BITS"], size.lists)
    yield Memory("high", size.count_bits, size.entries)
    yield Memory("formats", rows["format_t"], FORMATS)
    yield Memory("axons", wide["READ_AT_BITS"], size.axons)
    yield Memory("reads", rows["read_t"], size.reads)
    yield Memory("windows", rows["window_t"], size.windows)
    yield Memory("ranks", wide["RANK_BITS"] + 1, size.ranks)
    yield Memory("groups", rows["group_t"], size.groups)
    yield Memory("phases", rows["phase_t"], size.groups)
    yield Memory("parameters", PARAMETER_BITS, size.parameters)
    yield Memory("routes", rows["route_t"], size.routes)
    yield Memory("membranes", MEMBRANE_BITS, size.neurons)
    yield Memory("sums", size.sum_bits, size.slots * size.neurons)


def block_ram(layout: Layout) -> int:
    """Blocks of 18 Kbit that a core takes at most: a synthesizer mixes shapes."""
    return sum(memory.blocks for memory in memories(layout))


def chip_block_ram(layout: Layout) -> int:
    """The same of all cores."""
    return block_ram(layout) * layout.sizes.cores

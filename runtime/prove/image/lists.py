"""The lists of a core's memory, decoded bit by bit: docs/image.md, Lists.

Headers are walked list beside list, then all synapses at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from litesnn.runtime.prove.image.core import Core
from litesnn.runtime.prove.program import Ints
from litesnn.runtime.prove.rows import items
from litesnn.runtime.prove.verdict import UnknownError

ID_BITS, COUNT_BITS = 4, 6
ENCODINGS = ("sparse", "run-length", "dense", "shared-kernel")
SPARSE, RUN_LENGTH, DENSE, _ = range(4)
MODES = {"mixed": 1, "excitatory": 1, "inhibitory": -1}
WIDTHS = ("weight_bits", "delay_bits", "prefix_bits", "index_bits", "skip_bits")
FIELDS = {"id", "encoding", "sign_mode", "weight_exp", *WIDTHS}


class Lists(NamedTuple):
    """Synapses of all lists, `first[i]` to `first[i + 1]` those of list i; `weight`: what is added, never 0."""

    first: Ints
    target: Ints
    weight: Ints
    delay: Ints


def decode_lists(core: Core) -> Lists:
    """Every synapse that is stored; `ValueError` where bits mean nothing."""
    bits, formats = _Bits(core), _formats(core)
    owner, start, number, count = _entries(core, bits, formats)
    kind, weight_bits, delay_bits, prefix_bits, index_bits, skip_bits, mixed, scale = formats[:, number]
    prefix = np.where((kind == RUN_LENGTH) | (kind == DENSE), bits.at(start, prefix_bits), 0)
    first = np.append(0, np.cumsum(count))
    which, synapse = items(first, np.arange(len(count)))
    within = synapse - first[which]
    places = (start + prefix_bits)[which] + within * (weight_bits + delay_bits + index_bits + skip_bits)[which]
    codes = bits.at(places, weight_bits[which])
    if (kind == RUN_LENGTH).any():
        steps = np.where(within > 0, bits.at(places + (weight_bits + delay_bits)[which], skip_bits[which]), 0)
        steps = np.cumsum(steps)
        within = np.where(kind[which] == RUN_LENGTH, steps - steps[first[which]], within)
    stored = np.flatnonzero(codes)
    which, place, code, within = which[stored], places[stored], codes[stored], within[stored]
    delay = bits.at(place + weight_bits[which], delay_bits[which])
    index = bits.at(place + (weight_bits + delay_bits)[which], index_bits[which])
    indexed = (kind == SPARSE) | (kind == DENSE) & (index_bits > 0)
    target = np.where(indexed[which], index, prefix[which] + within)
    negative = mixed[which] & code >> weight_bits[which] - 1
    weight = (code - (negative << weight_bits[which])) * scale[which]
    return Lists(np.searchsorted(owner[which], np.arange(len(core.tables["lists"]))), target, weight, delay)


def _entries(core: Core, bits: _Bits, formats: Ints) -> Ints:
    """Of every entry its list, where its prefix begins, format and synapses, (4, entries), list after list."""
    lists, entries, high = (core.tables[table] for table in ("lists", "entries", "high"))
    word, header = core.image["word_bits"], core.image["header_bits"]
    place, end, size = lists[:-1] * word, lists[1:] * word, formats[1] + formats[2] + formats[4] + formats[5]
    parts, entry = [np.zeros((4, 0), np.int64)], 0
    alive = np.flatnonzero(place + header <= end)
    while len(alive):
        number = bits.at(place[alive], ID_BITS)
        alive, number = alive[number > 0], number[number > 0]
        start, row = place[alive] + ID_BITS, entries[alive] + entry
        if (number >= formats.shape[1]).any() or bits.at(start + COUNT_BITS, header - ID_BITS - COUNT_BITS).any():
            raise ValueError("an entry has a format without a register, or more in its header than is known")
        if (row >= entries[alive + 1]).any():
            raise ValueError("a list has more entries than its table says")
        count, start = bits.at(start, COUNT_BITS) + 64 * high[row], place[alive] + header
        parts.append(np.stack([alive, start, number, count]))
        place[alive] = start + formats[3, number] + size[number] * count
        if (place[alive] > end[alive]).any():
            raise ValueError("an entry reaches beyond its list")
        alive, entry = alive[place[alive] + header <= end[alive]], entry + 1
    found = np.concatenate(parts, axis=1)
    ordered: Ints = found[:, np.argsort(found[0], kind="stable")]
    return ordered


def _formats(core: Core) -> Ints:
    """Encoding, `WIDTHS`, whether codes are mixed, and scale of every register, (8, ids); id 0 is none."""
    columns, place = [(0,) * 8], f"core{core.number}/memory.json"
    for number, form in enumerate(core.formats, 1):
        encoding, mode = form["encoding"], form["sign_mode"]
        if set(form) != FIELDS or form["id"] != number or encoding not in ENCODINGS or mode not in MODES:
            raise UnknownError(f"{place}: format {form['id']}")
        widths, mixed = [form[width] for width in WIDTHS], mode == "mixed"
        shift = form["weight_exp"] + 8 - form["weight_bits"] + mixed
        if not 0 <= shift < 32 or not form["weight_bits"] or min(widths) < 0 or max(widths) > 24:
            raise UnknownError(f"{place}: format {number} has widths or an exponent beyond all")
        columns.append((ENCODINGS.index(encoding), *widths, mixed, MODES[mode] << shift))
    return np.array(columns, np.int64).T


class _Bits:
    """The words of a core, back to back; of each byte on, four."""

    def __init__(self, core: Core) -> None:
        words, width = core.tables["words"].astype(np.uint8), core.image["word_bits"]
        used = np.unpackbits(words.reshape(-1, -(-width // 8)), axis=1, bitorder="little")[:, :width]
        stream = np.pad(np.packbits(used.ravel(), bitorder="little"), (0, 4)).astype(np.int64)
        self.four: Ints = np.sum([stream[i : len(stream) - 3 + i] << 8 * i for i in range(4)], axis=0)

    def at(self, place: Ints, width: Ints | int) -> Ints:
        """The number in `width` bits, at most 24, from each place on."""
        four = self.four[np.minimum(place >> 3, len(self.four) - 1)]
        found: Ints = (four >> (place & 7)) & ((1 << np.asarray(width, np.int64)) - 1)
        return found

"""The lists of a core's memory, decoded bit by bit: docs/image.md, Lists. Headers are walked list beside list, then all synapses at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from litesnn.runtime.prove.image.core import Core, spread
from litesnn.runtime.prove.program import Ints
from litesnn.runtime.prove.verdict import UnknownError

ID_BITS, COUNT_BITS = 4, 6
ENCODINGS = ("sparse", "run-length", "dense", "shared-kernel")
SPARSE, RUN_LENGTH, DENSE, _ = range(4)
WIDTHS = ("weight_bits", "delay_bits", "prefix_bits", "index_bits", "skip_bits")
FIELDS = {"id", "encoding", "sign_mode", "weight_exp", *WIDTHS}


class Lists(NamedTuple):
    """Synapses of all lists: those of list i are `first[i]` to `first[i + 1]`; `weight` is what an accumulator adds, never 0."""

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
    which, within = np.repeat(np.arange(len(owner)), count), spread(np.zeros_like(count), count)
    places = (start + prefix_bits)[which] + within * (weight_bits + delay_bits + index_bits + skip_bits)[which]
    codes = bits.at(places, weight_bits[which])
    if (kind == RUN_LENGTH).any():
        steps = np.where(within > 0, bits.at(places + (weight_bits + delay_bits)[which], skip_bits[which]), 0)
        steps = np.cumsum(steps)
        within = np.where(kind[which] == RUN_LENGTH, steps - steps[(np.cumsum(count) - count)[which]], within)
    stored = np.flatnonzero(codes)
    which, place, code, within = which[stored], places[stored], codes[stored], within[stored]
    delay = bits.at(place + weight_bits[which], delay_bits[which])
    index = bits.at(place + (weight_bits + delay_bits)[which], index_bits[which])
    indexed = (kind == SPARSE) | (kind == DENSE) & (index_bits > 0)
    target = np.where(indexed[which], index, prefix[which] + within)
    negative = mixed[which] & code >> weight_bits[which] - 1
    weight = (code - (negative << weight_bits[which])) * scale[which]
    return Lists(np.searchsorted(owner[which], np.arange(len(core.pointers))), target, weight, delay)


def _entries(core: Core, bits: _Bits, formats: Ints) -> Ints:
    """Of every entry its list, where its prefix begins, format and synapses, (4, entries), list after list."""
    (word, header), size = core.widths, formats[1] + formats[2] + formats[4] + formats[5]
    place, end = core.pointers[:-1] * word, core.pointers[1:] * word
    parts, entry = [np.zeros((4, 0), np.int64)], 0
    alive = np.flatnonzero(place + header <= end)
    while len(alive):
        start = place[alive]
        number, count = bits.at(start, ID_BITS), bits.at(start + ID_BITS, COUNT_BITS)
        alive, start, number, count = (values[number > 0] for values in (alive, start, number, count))
        rest = bits.at(start + ID_BITS + COUNT_BITS, header - ID_BITS - COUNT_BITS)
        if (number >= formats.shape[1]).any() or rest.any():
            raise ValueError("an entry has a format without a register, or more in its header than is known")
        row = core.entries[alive] + entry
        if (row >= core.entries[alive + 1]).any():
            raise ValueError("a list has more entries than its table says")
        count = count + 64 * core.high[row]
        parts.append(np.stack([alive, start + header, number, count]))
        place[alive] = start + header + formats[3, number] + size[number] * count
        if (place[alive] > end[alive]).any():
            raise ValueError("an entry reaches beyond its list")
        alive, entry = alive[place[alive] + header <= end[alive]], entry + 1
    found = np.concatenate(parts, axis=1)
    ordered: Ints = found[:, np.argsort(found[0], kind="stable")]
    return ordered


def _formats(core: Core) -> Ints:
    """Encoding, `WIDTHS`, whether codes are mixed, and scale of every register, (8, ids); id 0 is none."""
    columns: list[tuple[int, ...]] = [(0,) * 8]
    for place, form in enumerate(core.formats, 1):
        encoding, mode = form["encoding"], form["sign_mode"]
        shift = form["weight_exp"] + 8 - form["weight_bits"] + (mode == "mixed")
        known = set(form) == FIELDS and form["id"] == place and encoding in ENCODINGS
        if not known or mode not in ("mixed", "excitatory", "inhibitory"):
            raise UnknownError(f"core{core.number}/memory.json: format {form.get('id')}")
        if not 0 <= shift < 32 or any(not 0 <= form[w] <= 24 for w in WIDTHS) or not form["weight_bits"]:
            raise UnknownError(f"core{core.number}/memory.json: format {place} has widths or an exponent beyond all")
        scale = (-1 if mode == "inhibitory" else 1) << shift
        columns.append((ENCODINGS.index(encoding), *(form[w] for w in WIDTHS), mode == "mixed", scale))
    return np.array(columns, np.int64).T


class _Bits:
    """The words of a core, back to back; of each byte on, four."""

    def __init__(self, core: Core) -> None:
        used = np.unpackbits(core.words, axis=1, bitorder="little")[:, : core.widths[0]]
        stream = np.pad(np.packbits(used.ravel(), bitorder="little"), (0, 4)).astype(np.int64)
        self.four: Ints = np.sum([stream[i : len(stream) - 3 + i] << 8 * i for i in range(4)], axis=0)

    def at(self, place: Ints, width: Ints | int) -> Ints:
        """The number in `width` bits, at most 24, from each place on."""
        four = self.four[np.minimum(place >> 3, len(self.four) - 1)]
        found: Ints = (four >> (place & 7)) & ((1 << np.asarray(width, np.int64)) - 1)
        return found

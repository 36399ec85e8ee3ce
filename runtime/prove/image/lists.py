"""The lists of a core's memory, decoded bit by bit: docs/image.md, Lists. All lists are decoded side by side, entry by entry."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.runtime.prove.image.core import Core
from litesnn.runtime.prove.program import Ints
from litesnn.runtime.prove.verdict import UnknownError

ID_BITS, COUNT_BITS = 4, 6
WIDTHS = ("weight_bits", "delay_bits", "prefix_bits", "index_bits", "skip_bits")
FIELDS = {"id", "encoding", "sign_mode", "weight_exp", *WIDTHS}
ENCODINGS = ("sparse", "run-length", "dense", "shared-kernel")


class Lists(NamedTuple):
    """Synapses of all lists: those of list i are `first[i]` to `first[i + 1]`; `weight` is what an accumulator adds."""

    first: Ints
    target: Ints
    weight: Ints
    delay: Ints


class _Formats(NamedTuple):
    """Registers by id, id 0 being none; (ids,) each."""

    encoding: Ints
    weight_bits: Ints
    delay_bits: Ints
    prefix_bits: Ints
    index_bits: Ints
    skip_bits: Ints
    mixed: npt.NDArray[np.bool_]
    scale: Ints

    @property
    def synapse_bits(self) -> Ints:
        """Of one synapse."""
        return self.weight_bits + self.delay_bits + self.index_bits + self.skip_bits


def decode_lists(core: Core) -> Lists:
    """Every synapse that is stored; `ValueError` where bits mean nothing."""
    bits, formats = _Bits(core), _formats(core)
    word, header = core.widths
    place, end = core.pointers[:-1] * word, core.pointers[1:] * word
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    alive, entry = np.flatnonzero(place + header <= end), 0
    while len(alive):
        start = place[alive]
        number, count = bits.at(start, ID_BITS), bits.at(start + ID_BITS, COUNT_BITS)
        alive, start, number, count = (values[number > 0] for values in (alive, start, number, count))
        rest = np.full_like(start, header - ID_BITS - COUNT_BITS)
        if (number >= len(formats.scale)).any() or bits.at(start + ID_BITS + COUNT_BITS, rest).any():
            raise ValueError("an entry has a format without a register, or more in its header than is known")
        row = core.entries[alive] + entry
        if (row >= core.entries[alive + 1]).any():
            raise ValueError("a list has more entries than its table says")
        count = count + 64 * core.high[row]
        place[alive] = start + header + formats.prefix_bits[number] + formats.synapse_bits[number] * count
        if (place[alive] > end[alive]).any():
            raise ValueError("an entry reaches beyond its list")
        parts.append(_entry(bits, formats, alive, (start + header, number, count)))
        alive, entry = alive[place[alive] + header <= end[alive]], entry + 1
    empty = np.zeros(0, np.int64)
    owner, target, weight, delay = map(np.concatenate, zip((empty,) * 4, *parts, strict=True))
    order = np.argsort(owner, kind="stable")
    first = np.searchsorted(owner[order], np.arange(len(core.pointers)))
    return Lists(first, target[order], weight[order], delay[order])


def _entry(
    bits: _Bits, formats: _Formats, owner: Ints, entry: tuple[Ints, Ints, Ints]
) -> tuple[Ints, Ints, Ints, Ints]:
    """Owner, target, weight and delay of the synapses of one entry of each list: where they begin, the format, how many."""
    start, number, count = entry
    prefix = bits.at(start, formats.prefix_bits[number])
    begins: Ints = np.cumsum(count) - count
    which = np.repeat(np.arange(len(owner)), count)
    within: Ints = np.arange(len(which)) - begins[which]
    form = number[which]
    place: Ints = start[which] + formats.prefix_bits[form] + within * formats.synapse_bits[form]
    code = bits.at(place, formats.weight_bits[form])
    place = place + formats.weight_bits[form]
    delay = bits.at(place, formats.delay_bits[form])
    place = place + formats.delay_bits[form]
    index, skip = bits.at(place, formats.index_bits[form]), bits.at(place, formats.skip_bits[form])
    steps = np.cumsum(np.where(within > 0, skip, 0))
    steps = steps - steps[begins[which]]
    kind, start_at = formats.encoding[form], prefix[which]
    indexed = (kind == 0) | (kind == 2) & (formats.index_bits[form] > 0)
    target = np.select([indexed, kind == 1, kind == 2], [index, start_at + steps, start_at + within], within)
    negative = formats.mixed[form] & (code >> formats.weight_bits[form] - 1 > 0)
    weight = (code - (negative << formats.weight_bits[form])) * formats.scale[form]
    return owner[which], target, weight, delay


def _formats(core: Core) -> _Formats:
    columns: list[tuple[int, ...]] = [(0,) * 8]
    for place, form in enumerate(core.formats, 1):
        encoding, mode = form["encoding"], form["sign_mode"]
        mixed = mode == "mixed"
        shift = form["weight_exp"] + 8 - form["weight_bits"] + mixed
        known = set(form) == FIELDS and form["id"] == place and encoding in ENCODINGS
        if not known or mode not in ("mixed", "excitatory", "inhibitory"):
            raise UnknownError(f"core{core.number}/memory.json: format {form.get('id')}")
        if not 0 <= shift < 32 or any(not 0 <= form[w] <= 24 for w in WIDTHS) or not form["weight_bits"]:
            raise UnknownError(f"core{core.number}/memory.json: format {place} has widths or an exponent beyond all")
        scale = (-1 if mode == "inhibitory" else 1) << shift
        widths = (form[w] for w in ("weight_bits", "delay_bits", "prefix_bits", "index_bits", "skip_bits"))
        columns.append((ENCODINGS.index(encoding), *widths, mixed, scale))
    found = np.array(columns, np.int64).T
    kind, weight, delay, prefix, index, skip, mixed_row, scale_row = found
    return _Formats(
        encoding=kind,
        weight_bits=weight,
        delay_bits=delay,
        prefix_bits=prefix,
        index_bits=index,
        skip_bits=skip,
        mixed=mixed_row > 0,
        scale=scale_row,
    )


class _Bits:
    """The words of a core, back to back."""

    def __init__(self, core: Core) -> None:
        used = (
            np.unpackbits(core.words, axis=1, bitorder="little")[:, : core.widths[0]] if core.words.size else core.words
        )
        stream = np.packbits(used.ravel(), bitorder="little")
        self.bytes = np.concatenate([stream, np.zeros(4, np.uint8)]).astype(np.int64)

    def at(self, place: Ints, width: Ints | int) -> Ints:
        """The number in `width` bits, at most 24, from each place on."""
        at = np.minimum(place >> 3, len(self.bytes) - 4)
        four = sum(self.bytes[at + i] << 8 * i for i in range(4))
        found: Ints = (four >> (place & 7)) & ((1 << np.asarray(width, np.int64)) - 1)
        return found

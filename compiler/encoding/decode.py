"""Synapses read back from synapse memory: from the words, the pointers and the format registers, nothing else.

All lists are read side by side, one entry of each per round; a core has at most a few tens of rounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import ProgramError
from litesnn.compiler.encoding.bits import Bits, take, to_bits, within
from litesnn.compiler.encoding.image import MemoryImage
from litesnn.compiler.encoding.rule import COUNT_BITS, FORMAT_BITS

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class StoredSynapses:
    """Synapses as they stand in memory, zeros that dense entries insert left out; list after list, in the order of entries.

    Attributes
    ----------
    list, target, code : (synapses,) the list, the target within it, and the weight code
    register : (synapses,) index into the image's registers
    delay : (synapses,) steps
    """

    list: Ints
    target: Ints
    code: Ints
    register: Ints
    delay: Ints


def decode(image: MemoryImage) -> StoredSynapses:
    """The synapses of an image.

    Raises
    ------
    ProgramError
        For an entry of a format that no register has, or that reaches beyond its list.
    """
    bits = to_bits(image.words, image.word_bits)
    cursor, end = (pointers * image.word_bits for pointers in (image.pointers[:-1], image.pointers[1:]))
    active = np.arange(len(cursor))
    found: list[tuple[Ints, ...]] = []
    number = 0
    while True:
        active = active[cursor[active] + image.header_bits <= end[active]]
        register = _fixed(bits, cursor[active], FORMAT_BITS) - 1
        active, register = active[register >= 0], register[register >= 0]
        if not len(active):
            break
        if register.max() >= len(image.registers):
            where = int(active[register.argmax()])
            raise ProgramError(f"list {where}: found format {register.max() + 1}; the table has {len(image.registers)}")
        count = _fixed(bits, cursor[active] + FORMAT_BITS, COUNT_BITS) + _high(image, active, number)
        start = cursor[active] + image.header_bits
        prefix, stride = _lengths(image, register)
        after = start + prefix + count * stride
        if (after > end[active]).any():
            raise ProgramError(f"list {int(active[after > end[active]][0])}: an entry reaches beyond the list's words")
        found.append(_entries(bits, image, active, start, register, count))
        cursor[active] = after
        number += 1
    none = np.zeros(0, np.int64)
    parts = [np.concatenate([none, *(piece[i] for piece in found)]) for i in range(5)]
    order = np.argsort(parts[0], kind="stable")
    return StoredSynapses(*(part[order] for part in parts))


def _fixed(bits: Bits, place: Ints, width: int) -> Ints:
    return take(bits, place, np.full(len(place), width))


def _high(image: MemoryImage, lists: Ints, number: int) -> Ints:
    """What the counts of each list's entry of this number have beyond six bits: 0 where nothing is said of it."""
    place = image.entry_pointers[lists] + number
    said = place < image.entry_pointers[lists + 1]
    high = np.zeros(len(lists), np.int64)
    high[said] = image.counts_high[place[said]]
    return high << COUNT_BITS


def _lengths(image: MemoryImage, register: Ints) -> tuple[Ints, Ints]:
    """Bits of the prefix, and of each stored synapse, of entries of the given registers."""
    widths = [(r.prefix_bits, r.weights[0] + r.weights[3] + r.index_bits + r.skip_bits) for r in image.registers]
    prefix, stride = np.array(widths, np.int64).T
    return prefix[register], stride[register]


def _entries(
    bits: Bits, image: MemoryImage, lists: Ints, start: Ints, register: Ints, count: Ints
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Synapses of one entry each: their list, target, code, register and delay."""
    fields = [(r.prefix_bits, r.index_bits, r.skip_bits, r.weights[0], r.weights[3]) for r in image.registers]
    prefix, index, skip, weight, delay = (column[register] for column in np.array(fields, np.int64).T)
    if not count.any():
        none = np.zeros(0, np.int64)
        return none, none, none, none, none
    base = take(bits, start, prefix)
    entry, ordinal = np.repeat(np.arange(len(start)), count), within(count)
    place = (start + prefix)[entry] + ordinal * (weight + delay + index + skip)[entry]
    raw = take(bits, place, weight[entry])
    delays = take(bits, place + weight[entry], delay[entry])
    place += (weight + delay)[entry]
    steps = np.cumsum(take(bits, place, skip[entry]))
    first = np.cumsum(count) - count
    walked = base[entry] + steps - steps[np.minimum(first, len(steps) - 1)][entry]
    target = np.where(skip[entry] > 0, walked, base[entry] + ordinal)
    target = np.where(index[entry] > 0, take(bits, place, index[entry]), target)
    code = _signed(image, register[entry], raw, weight[entry])
    real = code != 0
    return lists[entry][real], target[real], code[real], register[entry][real], delays[real]


def _signed(image: MemoryImage, register: Ints, raw: Ints, width: Ints) -> Ints:
    """Weight codes from stored bits: two's complement in mixed formats, magnitudes otherwise."""
    modes = np.array([r.weights[1] for r in image.registers])[register]
    mixed = np.where(raw >> (width - 1) > 0, raw - (1 << width), raw)
    codes: Ints = np.where(modes == "mixed", mixed, np.where(modes == "inhibitory", -raw, raw))
    return codes

"""Lists read back from synapse memory: from the words, the pointers and the format registers, nothing else.

All lists are read side by side, one entry of each per round; a core has at most a few tens of rounds.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding.bits import Bits, take, to_bits, within
from litesnn.compiler.encoding.image import MemoryImage
from litesnn.compiler.encoding.lists import AxonLists, ListFormat
from litesnn.compiler.encoding.rule import COUNT_BITS, FORMAT_BITS

Ints = npt.NDArray[np.int64]


def decode(image: MemoryImage) -> AxonLists:
    """The lists of an image. Formats that are equal, delay included, come back as one."""
    bits = to_bits(image.words)
    cursor, end = (pointers * image.word_bits for pointers in (image.pointers[:-1], image.pointers[1:]))
    active = np.arange(len(cursor))
    runs, targets, codes = [], [], []
    for number in range(len(image.counts_high) + 1):
        active = active[cursor[active] + image.header_bits <= end[active]]
        register = _fixed(bits, cursor[active], FORMAT_BITS) - 1
        active, register = active[register >= 0], register[register >= 0]
        if not len(active):
            break
        count = _fixed(bits, cursor[active] + FORMAT_BITS, COUNT_BITS)
        count += image.counts_high[image.entry_pointers[active] + number] << COUNT_BITS
        owner, form, target, code, length = _entries(bits, image, cursor[active] + image.header_bits, register, count)
        real = code != 0
        runs.append((active[owner] * len(image.formats) + form)[real])
        targets.append(target[real])
        codes.append(code[real])
        cursor[active] += image.header_bits + length
    none = np.zeros(0, np.int64)
    run = np.concatenate([none, *runs])
    order = np.argsort(run, kind="stable")
    lengths = np.bincount(run, minlength=len(cursor) * len(image.formats))
    return AxonLists(
        formats=image.formats,
        indptr=np.concatenate([[0], np.cumsum(lengths)]),
        targets=np.concatenate([none, *targets])[order].astype(np.int32),
        codes=np.concatenate([none, *codes])[order].astype(np.int32),
        width=image.width,
        atoms=image.atoms,
        rows=image.rows,
    )


def _fixed(bits: Bits, place: Ints, width: int) -> Ints:
    return take(bits, place, np.full(len(place), width))


def _entries(
    bits: Bits, image: MemoryImage, body: Ints, register: Ints, count: Ints
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Synapses of one entry each: (entry, format, target, code) per synapse and the bits after the header per entry."""
    prefix, index, skip = (_of(image, name)[register] for name in ("prefix_bits", "index_bits", "skip_bits"))
    weight = np.array([r.weights[0] for r in image.registers])[register]
    delay = np.array([r.weights[3] for r in image.registers])[register]
    base = take(bits, body, prefix)
    stride = weight + delay + index + skip
    entry, ordinal = np.repeat(np.arange(len(body)), count), within(count)
    place = (body + prefix)[entry] + ordinal * stride[entry]
    raw = take(bits, place, weight[entry])
    delays = take(bits, place + weight[entry], delay[entry])
    place += (weight + delay)[entry]
    steps = np.cumsum(take(bits, place, skip[entry]))
    first = np.cumsum(count) - count
    walked = base[entry] + steps - steps[np.minimum(first, len(steps) - 1)][entry]
    target = np.where(skip[entry] > 0, walked, base[entry] + ordinal)
    target = np.where(index[entry] > 0, take(bits, place, index[entry]), target)
    form = _form(image, register[entry], delays)
    return entry, form, target, _signed(image, register[entry], raw, weight[entry]), prefix + count * stride


def _of(image: MemoryImage, field: str) -> Ints:
    return np.array([getattr(register, field) for register in image.registers], np.int64)


def _form(image: MemoryImage, register: Ints, delays: Ints) -> Ints:
    """Format of each synapse, by its register and its delay; inserted zeros get any."""
    form = np.zeros(len(register), np.int64)
    for number, wanted in enumerate(image.formats):
        form[_matches(image, wanted)[register] & (delays == wanted.delay)] = number
    return form


def _matches(image: MemoryImage, form: ListFormat) -> npt.NDArray[np.bool_]:
    return np.array([register.weights == form.register for register in image.registers])


def _signed(image: MemoryImage, register: Ints, raw: Ints, width: Ints) -> Ints:
    """Weight codes from stored bits: two's complement in mixed formats, magnitudes otherwise."""
    modes = np.array([r.weights[1] for r in image.registers])[register]
    mixed = np.where(raw >> (width - 1) > 0, raw - (1 << width), raw)
    codes: Ints = np.where(modes == "mixed", mixed, np.where(modes == "inhibitory", -raw, raw))
    return codes

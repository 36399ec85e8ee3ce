"""Fields of many widths written into and read from a stream of bits, all of them at once; lowest bit first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]


def put(bits: Bits, place: Ints, width: Ints, values: Ints) -> None:
    """Write each value into `width` bits from its place on; bit k of the stream is `bits[k]`, 0 or 1."""
    for bit in range(int(width.max(initial=0))):
        inside = width > bit
        bits[place[inside] + bit] = (values[inside] >> bit) & 1


def take(bits: Bits, place: Ints, width: Ints) -> Ints:
    """Read values back; a width of 0 reads 0."""
    values = np.zeros(len(place), np.int64)
    for bit in range(int(width.max(initial=0))):
        inside = width > bit
        values[inside] |= bits[place[inside] + bit].astype(np.int64) << bit
    return values


def to_words(bits: Bits) -> Words:
    """Bit k of the stream becomes bit k % 64 of word k // 64; the length is a multiple of 64."""
    return np.packbits(bits, bitorder="little").view("<u8").astype(np.uint64)


def to_bits(words: Words) -> Bits:
    """The stream of `to_words`."""
    return np.unpackbits(words.astype("<u8").view(np.uint8), bitorder="little")


def within(counts: Ints) -> Ints:
    """0 .. count - 1 for each count, one after the other."""
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)

"""Fields of many widths written into and read from a stream of bits, all of them at once; lowest bit first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint8]


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


def to_words(bits: Bits, word_bits: int) -> Words:
    """Bit k of the stream becomes bit k % `word_bits` of word k // `word_bits`; the length is a multiple of that.

    Words are rows of bytes, lowest first: (words, bytes). Bits of the last byte that a word does not have are 0.
    """
    return np.packbits(bits.reshape(-1, word_bits), axis=1, bitorder="little")


def to_bits(words: Words, word_bits: int) -> Bits:
    """The stream of `to_words`."""
    return np.unpackbits(words, axis=1, bitorder="little")[:, :word_bits].ravel()


def within(counts: Ints) -> Ints:
    """0 .. count - 1 for each count, one after the other."""
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)

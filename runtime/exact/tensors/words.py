"""Words: several samples in one float32, so that a kernel computes them together.

Synapses are linear and their sums are small integers. Samples a and b packed as `a + base * b` give, through one
convolution, `sum(a) + base * sum(b)`; while every sum stays below half the base in magnitude, rounding tells the two apart
again, and while the whole stays within 2^24, float32 holds it exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

FLOAT32_EXACT = 2**24
_WORD_BITS = 24
_SAMPLES = (6, 4, 3, 2)


@dataclass(frozen=True)
class Packing:
    """`samples` signed digits of `24 / samples` bits per word; 1 leaves values as they are."""

    samples: int = 1

    @classmethod
    def for_sums(cls, largest: int, lanes: int) -> Packing:
        """The densest packing for `lanes` samples whose sums stay within +-`largest`."""
        fitting = (cls(samples) for samples in _SAMPLES if samples <= lanes)
        return next((packing for packing in fitting if 2 * largest < packing.base), cls())

    @property
    def base(self) -> int:
        """What one digit counts up to."""
        return int(2 ** (_WORD_BITS // self.samples))

    def words(self, lanes: int) -> int:
        """Words that hold `lanes` samples."""
        return -(-lanes // self.samples)

    def pack(self, values: Tensor, out: Tensor) -> None:
        """Write lanes (B, C, H, W') into words (W, C, H, W'): lane i * W + w is digit i of word w."""
        digits = list(self._digits(len(values)))
        if len(digits) > 1 and _length(digits[1]) == len(out):
            torch.add(values[digits[0]], values[digits[1]], alpha=self.base, out=out)
            done = 2
        else:
            out.copy_(values[digits[0]])
            done = 1
        for digit, lanes in enumerate(digits[done:], done):
            out[: _length(lanes)].add_(values[lanes], alpha=self.base**digit)

    def unpack(self, words: Tensor, out: Tensor) -> Tensor:
        """Lanes (B, C, H, W') of words: the inverse of `pack`. Fills and returns `out`, or returns words that hold one sample."""
        if self.samples == 1:
            return words
        digits = list(self._digits(len(out)))
        last, ends = digits[-1], None
        rest = words
        for lanes, following in pairwise(digits):
            live = _length(lanes)
            # What is carried into a full last digit is that digit.
            ends = out[last] if following == last and _length(last) == len(words) else None
            carried = torch.mul(rest, 1 / self.base, out=ends).round_()
            torch.add(rest[:live], carried[:live], alpha=-self.base, out=out[lanes])
            rest = carried
        if ends is None:
            out[last].copy_(rest[: _length(last)])
        return out

    def _digits(self, lanes: int) -> Iterator[slice]:
        """The lanes of every digit that is used."""
        count = self.words(lanes)
        for first in range(0, lanes, count):
            yield slice(first, min(first + count, lanes))


def _length(lanes: slice) -> int:
    return int(lanes.stop - lanes.start)

"""What lists cost as the chip encodes them: ideal bits, encoded bits, and the difference by cause.

`ideal + sum(overhead) == encoded == 64 * words`, always.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding.choose import NAMES, Choice
from litesnn.compiler.encoding.entries import sum_by
from litesnn.compiler.encoding.lists import AxonLists
from litesnn.compiler.encoding.registers import Register
from litesnn.compiler.encoding.rule import ListRule, as_rule
from litesnn.compiler.encoding.together import choose
from litesnn.compiler.profile import Profile

Ints = npt.NDArray[np.int64]
CAUSES = ("headers", "indices", "skips", "delays", "zeros", "padding", "tail")


@dataclass(frozen=True)
class EncodedCost:
    """Memory of a group of lists; costs of several groups add up.

    Attributes
    ----------
    ideal_bits : weight bits of the synapses, what a search counts
    words : of synapse memory, `word_bits` each
    overhead : cause -> bits. `headers` of entries; `indices` in prefixes and synapses; `skips` of run-length; `delays`;
        `zeros` that dense entries insert, with their fields; `padding` of lists to words and of population lists to equal
        length; `tail` the word that Loihi 1 adds where a list ends within 6 bits of a word boundary
    lists, entries : lists with synapses, and their entries
    longest : words of the longest list
    encodings : encoding -> list parts (one per weight format) stored so
    registers : distinct format registers that a core with these lists needs
    """

    ideal_bits: int = 0
    words: int = 0
    overhead: tuple[int, ...] = (0,) * len(CAUSES)
    lists: int = 0
    entries: int = 0
    longest: int = 0
    encodings: tuple[tuple[str, int], ...] = ()
    registers: frozenset[Register] = frozenset()
    word_bits: int = 64

    @property
    def encoded_bits(self) -> int:
        """Bits of synapse memory, whole words."""
        return self.words * self.word_bits

    @property
    def causes(self) -> dict[str, int]:
        """Overhead by cause, in bits."""
        return dict(zip(CAUSES, self.overhead, strict=True))

    def __add__(self, other: EncodedCost) -> EncodedCost:
        return EncodedCost(
            ideal_bits=self.ideal_bits + other.ideal_bits,
            words=self.words + other.words,
            overhead=tuple(a + b for a, b in zip(self.overhead, other.overhead, strict=True)),
            lists=self.lists + other.lists,
            entries=self.entries + other.entries,
            longest=max(self.longest, other.longest),
            encodings=tuple(sorted((Counter(dict(self.encodings)) + Counter(dict(other.encodings))).items())),
            registers=self.registers | other.registers,
            word_bits=self.word_bits,
        )

    def document(self) -> dict[str, Any]:
        """For `report["encoding"]`."""
        return {
            "ideal_bits": self.ideal_bits,
            "encoded_bits": self.encoded_bits,
            "words": self.words,
            "overhead": {cause: bits for cause, bits in self.causes.items() if bits},
            "encodings": dict(self.encodings),
        }


def encode_cost(
    lists: AxonLists,
    target: Profile | ListRule,
    registers: int | None = None,
    only: Sequence[str] | None = None,
) -> EncodedCost:
    """Cost of lists, each run in its cheapest encoding; parameters and errors as in `choose`."""
    rule = as_rule(target)
    if not lists.formats or not len(lists):
        return EncodedCost(word_bits=rule.word_bits)
    return cost_of(choose(lists, rule, registers, only), lists, rule)


def list_words(lists: AxonLists, target: Profile | ListRule) -> Ints:
    """Words of every list, as stored; (lists,)."""
    rule = as_rule(target)
    return choose(lists, rule).list_words(lists, rule)


def cost_of(choice: Choice, lists: AxonLists, rule: ListRule) -> EncodedCost:
    """The cost of a choice, by cause."""
    entries, layout = choice.entries, choice.layout
    form = entries.run % len(lists.formats)
    weight = np.array([f.weight_bits for f in choice.formats], np.int64)[form]
    delay = np.array([f.delay_bits for f in choice.formats], np.int64)[form]
    inserted = entries.stored - entries.synapses
    bits = sum_by(entries.run // len(lists.formats), choice.bits, len(lists))
    stored = choice.list_words(lists, rule)
    plain = -(-bits // rule.word_bits)
    tail = int((rule.words(bits) - plain).sum()) * rule.word_bits
    words = int(stored.sum())
    overhead = (
        rule.header_bits * len(entries.run),
        int((layout.prefix + entries.synapses * layout.index).sum()),
        int((entries.synapses * layout.skip).sum()),
        int((entries.synapses * delay).sum()),
        int((inserted * (weight + delay + layout.per_synapse)).sum()),
        words * rule.word_bits - tail - int(bits.sum()),
        tail,
    )
    parts = Counter(NAMES[code] for code in choice.code[np.diff(entries.run, prepend=-1) > 0].tolist())
    return EncodedCost(
        ideal_bits=lists.ideal_bits,
        words=words,
        overhead=overhead,
        lists=int((bits > 0).sum()),
        entries=len(entries.run),
        longest=int(stored.max(initial=0)),
        encodings=tuple(sorted(parts.items())),
        registers=frozenset(choice.registers),
        word_bits=rule.word_bits,
    )

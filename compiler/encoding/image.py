"""Synapse memory, bit by bit: lists packed into words.

An entry is `format id (4), count (6), reserved up to the header's bits, [index of the first target]`, then per stored
synapse `weight, [delay], [index or step]`; weights are magnitudes with a shared sign, two's complement in mixed formats.
Format id 0 ends a list: Loihi 1's six free bits always hold it. Loihi 2's bit layout is not public; the image has the sizes
its logs show. Its entries may hold more synapses than six bits count: the rest of the count stands beside the list's
pointer, in `counts_high`. docs/image.md has every bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.shown import Brief
from litesnn.base.errors import CompileError
from litesnn.compiler.encoding.bits import Bits, Words, put, to_words, within
from litesnn.compiler.encoding.choose import ENCODINGS, Choice
from litesnn.compiler.encoding.entries import sum_by
from litesnn.compiler.encoding.lists import AxonLists
from litesnn.compiler.encoding.registers import Register
from litesnn.compiler.encoding.rule import COUNT_BITS, FORMAT_BITS, ListRule, as_rule
from litesnn.compiler.encoding.together import choose
from litesnn.compiler.profile import Profile

Ints = npt.NDArray[np.int64]
PLACED = [encoding.code for encoding in ENCODINGS.values() if encoding.placed]


@dataclass(frozen=True, eq=False, repr=False)
class MemoryImage(Brief):
    """Encoded lists.

    Attributes
    ----------
    words : (words, bytes) synapse memory, each word from its lowest byte on
    pointers : (lists + 1,) first word of each list
    registers : format registers; the format ids of entries count from 1
    entry_pointers, counts_high : (lists + 1,) and (entries,): synapse counts beyond six bits, per entry
    header_bits, word_bits : as in `ListRule`
    """

    words: Words
    pointers: Ints
    registers: tuple[Register, ...]
    entry_pointers: Ints
    counts_high: Ints
    header_bits: int
    word_bits: int


def encode(lists: AxonLists, target: Profile | ListRule, choice: Choice | None = None) -> MemoryImage:
    """Lists as they stand in synapse memory by themselves, by default in the cheapest encodings; raises as `encode_together`."""
    rule = as_rule(target)
    choice = choose(lists, rule) if choice is None else choice
    return encode_together([(lists, choice)], rule)


def encode_together(parts: Sequence[tuple[AxonLists, Choice]], rule: ListRule) -> MemoryImage:
    """All lists of a core, one after the other in one memory, with one table of registers: an id means one register.

    Raises
    ------
    CompileError
        If they need more format registers than a core has, or a header too short for format and count.
    """
    table = register_table([choice for _, choice in parts])
    _check(table, rule)
    pieces = [_encoded(lists, choice, rule, table) for lists, choice in parts]
    none = np.zeros(0, np.int64)
    lengths, entries, high = (np.concatenate([none, *(piece[i] for piece in pieces)]) for i in (1, 2, 3))
    return MemoryImage(
        words=np.concatenate([to_words(np.zeros(0, np.uint8), rule.word_bits), *(piece[0] for piece in pieces)]),
        pointers=np.concatenate([[0], np.cumsum(lengths)]),
        registers=table,
        entry_pointers=np.concatenate([[0], np.cumsum(entries)]),
        counts_high=high,
        header_bits=rule.header_bits,
        word_bits=rule.word_bits,
    )


def register_table(choices: Sequence[Choice]) -> tuple[Register, ...]:
    """The distinct registers of several choices, in a fixed order."""
    return tuple(sorted({register for choice in choices for register in choice.registers}))


def _encoded(
    lists: AxonLists, choice: Choice, rule: ListRule, table: tuple[Register, ...]
) -> tuple[Words, Ints, Ints, Ints]:
    """Words of some lists; words and entries of each list, and each entry's synapses beyond six bits."""
    if not len(lists):
        none = np.zeros(0, np.int64)
        return to_words(none.astype(np.uint8), rule.word_bits), none, none, none
    entries, layout = choice.entries, choice.layout
    owner = entries.run // len(lists.formats)
    lengths = choice.list_words(lists, rule)
    first = np.cumsum(lengths) - lengths
    list_bits = sum_by(owner, choice.bits, len(lists))
    inside = np.cumsum(choice.bits) - choice.bits - (np.cumsum(list_bits) - list_bits)[owner]
    start = first[owner] * rule.word_bits + inside
    bits: Bits = np.zeros(int(lengths.sum()) * rule.word_bits, np.uint8)
    ids = np.array([table.index(register) + 1 for register in choice.registers], np.int64)
    put(bits, start, np.full_like(start, FORMAT_BITS), ids[choice.register])
    put(bits, start + FORMAT_BITS, np.full_like(start, COUNT_BITS), entries.stored % 2**COUNT_BITS)
    put(bits, start + rule.header_bits, layout.prefix, entries.base)
    _put_synapses(bits, start + rule.header_bits + layout.prefix, choice, lists)
    return (
        to_words(bits, rule.word_bits),
        lengths,
        np.bincount(owner, minlength=len(lists)),
        entries.stored >> COUNT_BITS,
    )


def _check(table: tuple[Register, ...], rule: ListRule) -> None:
    if len(table) > rule.formats:
        raise CompileError(
            f"the lists need {len(table)} synapse formats; a core of {rule.profile} has {rule.formats}; spread "
            "their blocks over more cores"
        )
    if rule.header_bits < FORMAT_BITS + COUNT_BITS:
        raise CompileError(
            f"list_header_bits {rule.header_bits} leaves no room for format and count, which take "
            f"{FORMAT_BITS + COUNT_BITS}"
        )


def _put_synapses(bits: Bits, body: Ints, choice: Choice, lists: AxonLists) -> None:
    """Write every stored synapse; the zeros that dense entries insert are 0 but for their index."""
    entries, layout = choice.entries, choice.layout
    weight, delay_bits, delay = (
        np.array([getattr(form, name) for form in choice.formats], np.int64)[entries.run % len(lists.formats)]
        for name in ("weight_bits", "delay_bits", "delay")
    )
    stride = weight + delay_bits + layout.per_synapse
    indexed = np.where(np.isin(choice.code, PLACED), entries.stored * (layout.index > 0), 0)
    zero = np.repeat(np.arange(len(body)), indexed)
    ordinal = within(indexed)
    put(
        bits,
        (body + weight + delay_bits)[zero] + ordinal * stride[zero],
        layout.index[zero],
        entries.base[zero] + ordinal,
    )

    entry = np.repeat(np.arange(len(body)), entries.synapses)
    ordinal = within(entries.synapses)
    synapse = entries.first[entry] + ordinal
    targets, codes = lists.targets[synapse].astype(np.int64), lists.codes[synapse].astype(np.int64)
    placed = np.isin(choice.code, PLACED)[entry]
    place = body[entry] + np.where(placed, targets - entries.base[entry], ordinal) * stride[entry]
    mixed = np.array([form.sign_mode == "mixed" for form in lists.formats])[(entries.run % len(lists.formats))[entry]]
    put(bits, place, weight[entry], np.where(mixed, codes & ((1 << weight[entry]) - 1), np.abs(codes)))
    place += weight[entry]
    put(bits, place, delay_bits[entry], delay[entry])
    place += delay_bits[entry]
    put(bits, place, layout.index[entry], targets)
    put(bits, place, layout.skip[entry], np.where(ordinal > 0, targets - np.roll(targets, 1), 0))

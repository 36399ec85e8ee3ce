"""Synapse memory, bit by bit: lists packed into words.

An entry is `format id (4), count (6), reserved up to the header's bits, [index of the first target]`, then per stored
synapse `weight, [delay], [index or step]`; weights are magnitudes with a shared sign, two's complement in mixed formats.
Format id 0 ends a list: Loihi 1's six free bits always hold it. Loihi 2's bit layout is not public; the image has the sizes
its logs show. Its entries may hold more synapses than six bits count: the rest of the count stands beside the list's
pointer, in `counts_high`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import CompileError
from litesnn.compiler.encoding.bits import Bits, Words, put, to_words, within
from litesnn.compiler.encoding.choose import ENCODINGS, Choice, Register, choose
from litesnn.compiler.encoding.entries import sum_by
from litesnn.compiler.encoding.lists import AxonLists, ListFormat
from litesnn.compiler.encoding.rule import COUNT_BITS, FORMAT_BITS, ListRule, as_rule
from litesnn.compiler.profile import Profile

Ints = npt.NDArray[np.int64]
PLACED = [encoding.code for encoding in ENCODINGS.values() if encoding.placed]


@dataclass(frozen=True, eq=False)
class MemoryImage:
    """Encoded lists.

    Attributes
    ----------
    words : (words,) synapse memory
    pointers : (lists + 1,) first word of each list
    registers : format registers; the format ids of entries count from 1
    formats : distinct weight formats and delays, which the decoded synapses are sorted by
    entry_pointers, counts_high : (lists + 1,) and (entries,): synapse counts beyond six bits, per entry
    width, atoms, rows : as in `AxonLists`
    header_bits, word_bits : as in `ListRule`
    """

    words: Words
    pointers: Ints
    registers: tuple[Register, ...]
    formats: tuple[ListFormat, ...]
    entry_pointers: Ints
    counts_high: Ints
    width: int
    atoms: int
    rows: bool
    header_bits: int
    word_bits: int


def encode(lists: AxonLists, target: Profile | ListRule, choice: Choice | None = None) -> MemoryImage:
    """Lists as they stand in synapse memory, by default in the cheapest encodings.

    Raises
    ------
    CompileError
        If they need more format registers than a core has, or a header too short for format and count.
    """
    rule = as_rule(target)
    choice = choose(lists, rule) if choice is None else choice
    _check(choice, rule)
    entries, layout = choice.entries, choice.layout
    owner = entries.run // len(lists.formats)
    pointers = np.concatenate([[0], np.cumsum(choice.list_words(lists, rule))])
    list_bits = sum_by(owner, choice.bits, len(lists))
    inside = np.cumsum(choice.bits) - choice.bits - (np.cumsum(list_bits) - list_bits)[owner]
    start = pointers[owner] * rule.word_bits + inside
    bits: Bits = np.zeros(int(pointers[-1]) * rule.word_bits, np.uint8)
    put(bits, start, np.full_like(start, FORMAT_BITS), choice.register + 1)
    put(bits, start + FORMAT_BITS, np.full_like(start, COUNT_BITS), entries.stored % 2**COUNT_BITS)
    put(bits, start + rule.header_bits, layout.prefix, entries.base)
    _put_synapses(bits, start + rule.header_bits + layout.prefix, choice, lists)
    return MemoryImage(
        words=to_words(bits),
        pointers=pointers,
        registers=choice.registers,
        formats=tuple(dict.fromkeys(lists.formats)),
        entry_pointers=np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(lists)))]),
        counts_high=entries.stored >> COUNT_BITS,
        width=lists.width,
        atoms=lists.atoms,
        rows=lists.rows,
        header_bits=rule.header_bits,
        word_bits=rule.word_bits,
    )


def _check(choice: Choice, rule: ListRule) -> None:
    if len(choice.registers) > rule.formats:
        raise CompileError(
            f"the lists need {len(choice.registers)} synapse formats; a core of {rule.profile} has {rule.formats}; spread "
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
        np.array([getattr(form, name) for form in lists.formats], np.int64)[entries.run % len(lists.formats)]
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

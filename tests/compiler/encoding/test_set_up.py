"""What a core takes, counted at once and without what is never chosen, is what its lists take one by one."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from random_lists import FORMATS, axon_lists, random_lists

from litesnn.compiler.encoding import AxonLists, Candidates, Choice, ListRule, SetUp
from litesnn.compiler.encoding.choose import laid_out, widened
from litesnn.compiler.encoding.entries import Widths, sum_by
from litesnn.compiler.encoding.pool import Pool
from litesnn.compiler.encoding.rule import LENGTHS, bit_length
from litesnn.compiler.encoding.run_length import RunLength
from litesnn.compiler.profile import load_profile

RULES = tuple(ListRule.of(load_profile(name)) for name in ("loihi1", "loihi2"))
SHORT = replace(RULES[0], entry_synapses=4, header_bits=1, index_widths=(1, 6, 12))
"""Entries of few synapses, which cost little."""


@st.composite
def cores(draw: st.DrawFn) -> list[AxonLists]:
    """Lists of a core: of single neurons, whole ones, and rows of kernels."""
    parts = draw(st.lists(axon_lists(), min_size=1, max_size=3))
    parts += draw(st.lists(axon_lists(rows=True), max_size=1))
    return [replace(part, whole=not part.rows and draw(st.integers(0, 4)) == 0) for part in parts]


def some_of(data: st.DataObject, widths: tuple[int, ...]) -> tuple[int, ...]:
    """Some widths, the widest among them."""
    return tuple(width for width in widths[:-1] if data.draw(st.booleans())) + widths[-1:]


def plain_choice(part: Candidates, names: tuple[str, ...], widths: Widths) -> Choice:
    """Every run cut in every variant, and the cheapest taken."""
    lists, rule = part.lists, part.rule
    formats = tuple(widened(form, widths.delay) for form in lists.formats)
    synapse = np.array([form.synapse_bits for form in formats])
    cut, costs = [], []
    for variant, named in zip(part.variants, part.named(names), strict=True):
        entries = variant.entries(lists.runs, rule)
        layout = variant.layout(entries, rule, widths)
        bits = rule.header_bits + layout.prefix
        bits = bits + entries.stored * (synapse[entries.run % len(formats)] + layout.per_synapse)
        cut.append((variant, entries, layout, bits))
        costs.append(np.where(named, sum_by(entries.run, bits, len(lists.runs)), np.inf))
    chosen = np.argmin(costs, axis=0)
    kept = [np.flatnonzero(chosen[entries.run] == place) for place, (_, entries, _, _) in enumerate(cut)]
    stored = [(v, e.some(own), lay.some(own), bits[own]) for (v, e, lay, bits), own in zip(cut, kept, strict=True)]
    return laid_out(stored, formats)


@settings(max_examples=100)
@given(cores(), st.sampled_from([*RULES, SHORT]), st.data())
def test_runs_take_the_cheapest_of_all_variants(parts: list[AxonLists], rule: ListRule, data: st.DataObject) -> None:
    candidates = [Candidates(lists, rule) for lists in parts]
    pool = Pool(candidates)
    every = sorted({name for part in candidates for name in part.names})
    names = tuple(data.draw(st.lists(st.sampled_from(every), min_size=1, unique=True)))
    delays = tuple(sorted({form.delay_bits for part in parts for form in part.formats}))
    widths = Widths(*(some_of(data, each) for each in (rule.index_widths, rule.skip_widths, delays)))
    setup = SetUp(pool, names, widths)
    wanted = [plain_choice(part, names, widths) for part in candidates]
    for choice, want in zip(setup.choices, wanted, strict=True):
        assert choice.registers == want.registers
        for found, due in ((choice, want), (choice.entries, want.entries), (choice.layout, want.layout)):
            for field in fields(found):
                value = getattr(found, field.name)
                if isinstance(value, np.ndarray):
                    np.testing.assert_array_equal(value, getattr(due, field.name))
    words = [want.list_words(lists, rule) for lists, want in zip(parts, wanted, strict=True)]
    np.testing.assert_array_equal(np.concatenate(setup.list_words), np.concatenate(words))
    assert setup.registers == {register for want in wanted for register in want.registers}
    assert setup.register_count == len(setup.registers)


@given(axon_lists(), st.sampled_from([["sparse"], ["run-length"], ["dense"], ["run-length", "dense"]]))
def test_the_widest_index_is_that_of_all_variants(lists: AxonLists, only: list[str]) -> None:
    part = Candidates(lists, RULES[0], only)
    needs = [variant.entries(lists.runs, RULES[0]).index_need.max(initial=0) for variant in part.variants]
    assert Pool([part]).widest == max(needs)


def test_most_variants_are_cut_for_few_runs() -> None:
    part = Candidates(random_lists(0, 50, 900, 0.1, FORMATS[2:3]), RULES[0])
    (group,) = Pool([part]).groups
    taken = dict(zip([variant for variant, _ in group.cut], group.worth.sum(axis=1).tolist(), strict=True))
    assert taken[RunLength(5)] == 50
    assert all(taken.get(RunLength(step), 0) < 10 for step in (2, 3))


def test_bits_of_numbers() -> None:
    numbers = [0, 1, 2, 3, 4, len(LENGTHS) - 1, len(LENGTHS), 1 << 40]
    for some in (numbers, numbers[:-2]):
        assert bit_length(np.array(some)).tolist() == [number.bit_length() for number in some]

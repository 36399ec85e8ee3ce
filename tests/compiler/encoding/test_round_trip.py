"""What is encoded is read back bit for bit, from the words alone, in every encoding and on both chips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_lists import FORMATS, axon_lists, decoded, random_lists
from scipy.sparse import csr_matrix

from litesnn.base.errors import CompileError
from litesnn.compiler.encoding import (
    AxonLists,
    Candidates,
    ListFormat,
    ListRule,
    choose,
    choose_together,
    encode,
    encode_cost,
    encode_together,
    lists_from_matrices,
)
from litesnn.compiler.encoding.choose import ENCODINGS
from litesnn.compiler.encoding.entries import Widths
from litesnn.compiler.encoding.pool import Pool
from litesnn.compiler.encoding.set_up import SetUp
from litesnn.compiler.profile import load_profile

RULES = [ListRule.of(load_profile(name)) for name in ("loihi1", "loihi2")]
PLAIN = ["sparse", "run-length", "dense"]


def assert_same(found: AxonLists, lists: AxonLists) -> None:
    assert (found.formats, found.width, found.atoms, found.rows) == (
        lists.formats,
        lists.width,
        lists.atoms,
        lists.rows,
    )
    for name in ("indptr", "targets", "codes"):
        np.testing.assert_array_equal(getattr(found, name), getattr(lists, name))


@given(axon_lists(), st.sampled_from(RULES), st.sampled_from([None, *([name] for name in PLAIN)]))
def test_lists_come_back_as_they_were(lists: AxonLists, rule: ListRule, only: list[str] | None) -> None:
    image = encode(lists, rule, choose(lists, rule, only=only))
    assert_same(decoded(image, lists), lists)


@given(axon_lists(rows=True), st.lists(st.sampled_from(["shared-kernel", *PLAIN[:2]]), min_size=1, unique=True))
def test_kernel_rows_come_back_as_they_were(lists: AxonLists, only: list[str]) -> None:
    image = encode(lists, RULES[1], choose(lists, RULES[1], only=only))
    assert_same(decoded(image, lists), lists)
    assert (np.diff(image.pointers) >= 1).all()


@given(axon_lists(), st.sampled_from([8, 24, 60, 130]))
def test_words_of_any_width_come_back(lists: AxonLists, width: int) -> None:
    image = encode(lists, replace(RULES[0], word_bits=width))
    assert image.words.shape == (image.pointers[-1], -(-width // 8))
    assert_same(decoded(image, lists), lists)


@settings(max_examples=20)
@given(st.lists(axon_lists(), min_size=2, max_size=5), st.sampled_from(RULES))
def test_lists_of_a_core_share_one_table(parts: list[AxonLists], rule: ListRule) -> None:
    """An id means one register, and as few words are taken as where every part is stored in one encoding."""
    setup = choose_together([Candidates(lists, rule) for lists in parts], rule.formats)
    choices = setup.choices
    image = encode_together(list(zip(parts, choices, strict=True)), rule)
    assert len(set(image.registers)) == len(image.registers) <= rule.formats
    counted = [choice.list_words(lists, rule) for lists, choice in zip(parts, choices, strict=True)]
    np.testing.assert_array_equal(np.diff(image.pointers), np.concatenate(counted))
    np.testing.assert_array_equal(np.concatenate(setup.list_words), np.concatenate(counted))
    assert setup.registers == set(image.registers)
    first = np.cumsum([0, *(len(lists) for lists in parts)])
    for number, lists in enumerate(parts):
        part = slice(first[number], first[number + 1] + 1)
        assert_same(
            decoded(replace(image, pointers=image.pointers[part], entry_pointers=image.entry_pointers[part]), lists),
            lists,
        )
    for name in PLAIN:
        alone = Pool([Candidates(lists, rule, [name]) for lists in parts])
        single = SetUp(alone, (name,), Widths(rule.index_widths[-1:], rule.skip_widths[-1:]))
        assert len(single.registers) > rule.formats or len(image.words) <= single.words


@given(axon_lists(), st.sampled_from(RULES), st.integers(10, 22))
def test_headers_of_any_length_come_back(lists: AxonLists, rule: ListRule, header: int) -> None:
    assert_same(decoded(encode(lists, replace(rule, header_bits=header)), lists), lists)


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.sampled_from(RULES))
def test_population_lists_have_equal_lengths(seed: int, atoms: int, rule: ListRule) -> None:
    lists = replace(random_lists(seed, 3 * atoms, 200, 0.3, FORMATS[:2]), atoms=atoms)
    image = encode(lists, rule)
    lengths = np.diff(image.pointers).reshape(3, atoms)
    assert (lengths == lengths[:, :1]).all()
    assert_same(decoded(image, lists), lists)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_long_lists_of_loihi2_keep_their_counts(seed: int) -> None:
    lists = random_lists(seed, 2, 4096, 1.0, FORMATS[2:3])
    assert_same(decoded(encode(lists, RULES[1]), lists), lists)


@pytest.mark.parametrize("rule", RULES)
def test_blocks_of_equal_format_and_delay_come_back_as_one(rule: ListRule) -> None:
    lists = random_lists(1, 5, 90, 0.5, (FORMATS[2], FORMATS[2]))
    found = decoded(encode(lists, rule), lists)
    assert found.formats == FORMATS[2:3]
    assert len(found.targets) == len(lists.targets)
    for number in range(5):
        first, last = lists.indptr[2 * number], lists.indptr[2 * number + 2]
        want = np.bincount(lists.targets[first:last], lists.codes[first:last], 90)
        part = slice(*found.indptr[number : number + 2])
        np.testing.assert_array_equal(np.bincount(found.targets[part], found.codes[part], 90), want)


@pytest.mark.parametrize("rule", RULES)
def test_nothing_at_all_is_nothing(rule: ListRule) -> None:
    lists = lists_from_matrices([csr_matrix((30, 4), dtype=np.int32)] * 2, FORMATS[:2])
    assert encode_cost(lists, rule).words == 0
    assert_same(decoded(encode(lists, rule), lists), lists)


def test_more_formats_than_registers_are_refused() -> None:
    formats = [ListFormat(4, "mixed", exponent) for exponent in range(-7, 8)] + [ListFormat(5, "mixed")]
    lists = random_lists(3, 4, 40, 0.5, formats)
    with pytest.raises(CompileError, match="the lists need 16 synapse formats; a core of loihi1 has 15"):
        encode(lists, RULES[0])


def test_a_target_beyond_the_widest_index_is_refused() -> None:
    lists = random_lists(3, 1, 5000, 1.0, FORMATS[2:3])
    with pytest.raises(CompileError, match="beyond the 12 index bits of loihi2; split its target population"):
        encode_cost(lists, RULES[1])


def test_every_encoding_is_the_cheapest_of_some_list() -> None:
    lists = random_lists(0, 400, 900, 0.2, FORMATS[2:3])
    assert dict(encode_cost(lists, RULES[0]).encodings).keys() == {*PLAIN}
    assert set(ENCODINGS) == {*PLAIN, "shared-kernel"}

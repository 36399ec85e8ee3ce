"""What is encoded is read back bit for bit, from the words alone, in every encoding and on both chips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_lists import FORMATS, axon_lists, random_lists
from scipy.sparse import csr_matrix

from litesnn.base.errors import CompileError
from litesnn.compiler.encoding import (
    AxonLists,
    ListFormat,
    ListRule,
    choose,
    decode,
    encode,
    encode_cost,
    lists_from_matrices,
)
from litesnn.compiler.encoding.choose import ENCODINGS
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
    assert_same(decode(image), lists)


@given(axon_lists(rows=True), st.lists(st.sampled_from(["shared-kernel", *PLAIN[:2]]), min_size=1, unique=True))
def test_kernel_rows_come_back_as_they_were(lists: AxonLists, only: list[str]) -> None:
    image = encode(lists, RULES[1], choose(lists, RULES[1], only=only))
    assert_same(decode(image), lists)
    assert (np.diff(image.pointers) >= 1).all()


@given(axon_lists(), st.sampled_from(RULES), st.integers(10, 22))
def test_headers_of_any_length_come_back(lists: AxonLists, rule: ListRule, header: int) -> None:
    assert_same(decode(encode(lists, replace(rule, header_bits=header))), lists)


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.sampled_from(RULES))
def test_population_lists_have_equal_lengths(seed: int, atoms: int, rule: ListRule) -> None:
    lists = replace(random_lists(seed, 3 * atoms, 200, 0.3, FORMATS[:2]), atoms=atoms)
    image = encode(lists, rule)
    lengths = np.diff(image.pointers).reshape(3, atoms)
    assert (lengths == lengths[:, :1]).all()
    assert_same(decode(image), lists)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_long_lists_of_loihi2_keep_their_counts(seed: int) -> None:
    lists = random_lists(seed, 2, 4096, 1.0, FORMATS[2:3])
    assert_same(decode(encode(lists, RULES[1])), lists)


@pytest.mark.parametrize("rule", RULES)
def test_blocks_of_equal_format_and_delay_come_back_as_one(rule: ListRule) -> None:
    lists = random_lists(1, 5, 90, 0.5, (FORMATS[2], FORMATS[2]))
    found = decode(encode(lists, rule))
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
    assert_same(decode(encode(lists, rule)), lists)


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

"""What the cost functions say is what the memory image takes; nothing in the overhead is missing or counted twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_lists import FORMATS, axon_lists, nxtf_bits, nxtf_words, random_lists, runs_of

from litesnn.compiler.encoding import AxonLists, EncodedCost, ListRule, choose, encode, encode_cost, list_words
from litesnn.compiler.encoding.choose import ENCODINGS
from litesnn.compiler.encoding.cost import cost_of
from litesnn.compiler.encoding.dense import Dense
from litesnn.compiler.encoding.run_length import RunLength
from litesnn.compiler.encoding.sparse import Sparse
from litesnn.compiler.profile import load_profile

LOIHI1, LOIHI2 = (ListRule.of(load_profile(name)) for name in ("loihi1", "loihi2"))
NXTF = {"sparse": Sparse(), "run-length": RunLength(5), "dense1": Dense("split"), "dense2": Dense("fill")}


@given(axon_lists(), st.sampled_from([LOIHI1, LOIHI2]), st.sampled_from([None, "sparse", "run-length", "dense"]))
def test_cost_is_the_size_of_the_image(lists: AxonLists, rule: ListRule, only: str | None) -> None:
    choice = choose(lists, rule, only=None if only is None else [only])
    cost = cost_of(choice, lists, rule)
    image = encode(lists, rule, choice)
    assert cost.words == len(image.words)
    np.testing.assert_array_equal(choice.list_words(lists, rule), np.diff(image.pointers))
    assert cost.longest == np.diff(image.pointers).max()


@given(axon_lists(), st.booleans(), st.sampled_from([LOIHI1, LOIHI2]))
def test_ideal_bits_and_overhead_add_up(lists: AxonLists, rows: bool, rule: ListRule) -> None:
    cost = encode_cost(lists, rule)
    assert all(bits >= 0 for bits in cost.overhead)
    assert cost.ideal_bits + sum(cost.overhead) == cost.encoded_bits == 64 * cost.words


@given(axon_lists(), st.sampled_from([LOIHI1, LOIHI2]))
def test_the_choice_is_never_above_a_single_encoding(lists: AxonLists, rule: ListRule) -> None:
    chosen = encode_cost(lists, rule)
    for name in rule.encodings:
        single = encode_cost(lists, rule, only=[name])
        assert len(single.registers) > rule.formats or chosen.words <= single.words


@given(axon_lists())
def test_without_a_register_limit_every_list_is_cheapest_by_itself(lists: AxonLists) -> None:
    words = choose(lists, LOIHI1, registers=10**6).list_words(lists, LOIHI1)
    for name in LOIHI1.encodings:
        for variant in ENCODINGS[name].variants(LOIHI1):
            assert (words <= variant.words(lists, LOIHI1)).all()


@pytest.mark.parametrize("compression", NXTF)
@given(lists=axon_lists())
def test_loihi1_words_follow_the_rule_of_nxtf(compression: str, lists: AxonLists) -> None:
    words = NXTF[compression].words(lists, LOIHI1)
    wanted = [
        nxtf_words(sum(nxtf_bits(targets, form, compression) for form, targets in runs)) for runs in runs_of(lists)
    ]
    assert words.tolist() == wanted


@given(st.integers(0, 10**5))
def test_six_free_bits_are_the_extra_word_of_nxtf(bits: int) -> None:
    assert LOIHI1.words(np.array([bits])).tolist() == [nxtf_words(bits)]


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(4, 15))
def test_fewer_registers_are_kept_to(seed: int, registers: int) -> None:
    lists = random_lists(seed, 30, 900, 0.5, FORMATS[:2])
    free, held = choose(lists, LOIHI1, registers=99), choose(lists, LOIHI1, registers=registers)
    assert len(held.registers) <= registers
    assert held.list_words(lists, LOIHI1).sum() >= free.list_words(lists, LOIHI1).sum()


def test_costs_of_groups_add_up() -> None:
    parts = [random_lists(seed, 20, 300, 0.4, FORMATS[:3]) for seed in range(3)]
    costs = [encode_cost(part, LOIHI2) for part in parts]
    total = sum(costs, EncodedCost())
    assert total.words == sum(int(list_words(part, LOIHI2).sum()) for part in parts)
    assert total.ideal_bits + sum(total.overhead) == total.encoded_bits
    assert total.longest == max(cost.longest for cost in costs)
    assert sum(dict(total.encodings).values()) == sum(sum(dict(cost.encodings).values()) for cost in costs)
    document = total.document()
    assert document["words"] * 64 == document["encoded_bits"]
    assert set(document) == {"ideal_bits", "encoded_bits", "words", "overhead", "encodings"}

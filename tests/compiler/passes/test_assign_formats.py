"""Sign handling: whatever the widths, signs and the profile's formats, the blocks' weights add up to the original ones."""

from dataclasses import replace
from itertools import groupby
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from small_graphs import LOIHI1, LOIHI2, dense, graph, neurons, profile, readout, source

from litesnn.compiler.encoding import axon_list_bits
from litesnn.compiler.graph import Graph, Sparse
from litesnn.compiler.passes import AssignFormats, SignHandling
from litesnn.compiler.profile import Profile

SIGNS: tuple[SignHandling, ...] = ("auto", "split", "mixed")


def one_block(codes: Any, exponent: int = 0) -> Graph:
    codes = np.atleast_2d(codes)
    blocks = [dense("input", "a", codes, exponent=exponent), dense("a", "readout", np.ones((1, len(codes)), int))]
    return graph([source(codes.shape[1]), neurons("a", len(codes)), readout(1)], blocks)


def formatted(codes: Any, sign: SignHandling = "auto", target: Profile = LOIHI2, exponent: int = 0) -> Graph:
    result = AssignFormats(target, sign).apply(one_block(codes, exponent))
    result.validate("assign-formats")
    return result


def total(result: Graph) -> np.ndarray:
    shapes = result["input"].shape, result["a"].shape
    return sum(block.weights(*shapes).toarray() for block in result.into("a"))


def as_lava_computes_them(result: Graph) -> np.ndarray:
    """Mantissa * 2^weight_exp, in exact arithmetic."""
    shapes = result["input"].shape, result["a"].shape
    return sum(block.mantissas(*shapes).toarray() * 2.0**block.format.weight_exp for block in result.into("a"))


def odd_codes(bits: int, rng: np.random.Generator, shape: tuple[int, int] = (4, 6)) -> np.ndarray:
    """LitE-SNN codes: odd, or 0 where pruned."""
    codes = 2 * rng.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), shape) + 1
    codes = codes * (rng.random(shape) < 0.7)
    codes[0, :2] = 2**bits - 1, 1 - 2**bits
    return codes


@pytest.mark.parametrize("target", [LOIHI1, LOIHI2], ids=["loihi1", "loihi2"])
@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("bits", range(1, 9))
def test_blocks_add_up_to_the_original_integers(bits: int, sign: SignHandling, target: Profile) -> None:
    codes = odd_codes(bits, np.random.default_rng(bits))
    result = formatted(codes, sign, target, exponent=2)
    np.testing.assert_array_equal(total(result), codes * 4)
    np.testing.assert_array_equal(as_lava_computes_them(result), codes * 4)
    widths = {block.format.num_weight_bits for block in result.blocks}
    assert widths <= set(target.weight_bits) or (
        sign == "mixed" and not set(range(bits + 1, 9)) & set(target.weight_bits)
    )


@pytest.mark.parametrize("bits", range(1, 9))
def test_split_by_sign_takes_exactly_b_bits(bits: int) -> None:
    codes = np.array([[2**bits - 1, -(2**bits - 1), 1, -1]])
    result = formatted(codes, "split")
    assert [(b.format.num_weight_bits, b.format.sign_mode) for b in result.into("a")] == [
        (bits, "excitatory"),
        (bits, "inhibitory"),
    ]


def test_a_width_the_profile_lacks_becomes_the_next_one() -> None:
    codes = np.array([[127, -127]])
    assert {b.format.num_weight_bits for b in formatted(codes, "split", LOIHI2).into("a")} == {7}
    assert {b.format.num_weight_bits for b in formatted(codes, "split", LOIHI1).into("a")} == {8}
    only = profile(weight_bits=(8,))
    assert {b.format.num_weight_bits for b in formatted([[1, -1]], "split", only).into("a")} == {8}


@pytest.mark.parametrize(("codes", "mode"), [([[1, 3, 0]], "excitatory"), ([[-1, -3, 0]], "inhibitory")])
@pytest.mark.parametrize("sign", SIGNS)
def test_weights_of_one_sign_never_pay_for_a_sign_bit(codes: Any, mode: str, sign: SignHandling) -> None:
    (block,) = formatted(codes, sign).into("a")
    assert (block.format.sign_mode, block.format.num_weight_bits) == (mode, 2)


def test_common_powers_of_two_move_into_the_exponent() -> None:
    result = formatted([[24, -40, 0]], "split")
    np.testing.assert_array_equal(total(result), [[24, -40, 0]])
    assert {(block.exponent, block.format.num_weight_bits) for block in result.into("a")} == {(3, 2), (3, 3)}


def test_weights_wider_than_eight_bits_are_chained_bytes() -> None:
    codes = np.array([[0x1234, -0x80FF, 0x100, 7]])
    result = formatted(codes, "split")
    np.testing.assert_array_equal(total(result), codes)
    assert all(np.abs(block.geometry.codes).max() <= 255 for block in result.into("a"))
    assert {"input>a+", "input>a-", "input>a.hi+", "input>a.hi-"} == {block.name for block in result.into("a")}


@pytest.mark.parametrize(("sign", "widths"), [("split", {4, 1}), ("auto", {4, 1}), ("mixed", {5})])
def test_weights_too_wide_for_the_profile_get_the_width_they_need(sign: SignHandling, widths: set[int]) -> None:
    """Rule LSN-WEIGHT-BITS reports them."""
    result = formatted([[15, -1]], sign, profile(weight_bits=(1, 2)))
    assert {block.format.num_weight_bits for block in result.into("a")} == widths
    np.testing.assert_array_equal(total(result), [[15, -1]])


codes_strategy = st.integers(1, 20).flatmap(
    lambda bits: st.tuples(st.just(bits), st.integers(0, 2**32 - 1), st.sampled_from(["both", "plus", "minus"]))
)


def random_codes(bits: int, seed: int, side: Literal["both", "plus", "minus"]) -> np.ndarray:
    rng = np.random.default_rng(seed)
    codes = rng.integers(-(2**bits) + 1, 2**bits, (3, 5)) * (rng.random((3, 5)) < 0.6)
    codes = {"both": codes, "plus": np.abs(codes), "minus": -np.abs(codes)}[side]
    codes[0, 0] = -1 if side == "minus" else 1
    return codes


@given(
    codes_strategy, st.sampled_from(["auto", "split"]), st.sampled_from([LOIHI1, LOIHI2, profile(weight_bits=(4, 8))])
)
def test_any_integers_are_carried_exactly(drawn: Any, sign: SignHandling, target: Profile) -> None:
    codes = random_codes(*drawn)
    result = formatted(codes, sign, target)
    np.testing.assert_array_equal(total(result), codes)
    np.testing.assert_array_equal(as_lava_computes_them(result), codes)


@given(codes_strategy)
def test_auto_never_costs_more_than_split_or_mixed(drawn: Any) -> None:
    codes = random_codes(*drawn)

    def cost(sign: SignHandling) -> int:
        """Encoded bits; the parts of one block share their lists."""
        result = formatted(codes, sign)
        parts = groupby(result.into("a"), lambda block: block.name.rstrip("+-"))
        return sum(axon_list_bits(result, list(blocks), LOIHI2) for _, blocks in parts)

    assert cost("auto") <= cost("split")
    if all(block.format.num_weight_bits in LOIHI2.weight_bits for block in formatted(codes, "mixed").blocks):
        assert cost("auto") <= cost("mixed")


@pytest.mark.parametrize("sign", SIGNS)
def test_a_block_without_a_single_weight_gets_a_format(sign: SignHandling) -> None:
    start = one_block(np.ones((2, 2), int))
    nothing = Sparse.from_matrix(csr_matrix((2, 2)))
    first, *others = start.blocks
    result = AssignFormats(LOIHI2, sign).apply(
        start.rebuild(start.populations, [replace(first, geometry=nothing), *others])
    )
    assert [(block.geometry.nnz, block.format is not None) for block in result.into("a")] == [(0, True)]

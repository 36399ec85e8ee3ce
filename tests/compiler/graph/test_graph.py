"""A graph refuses to hold what cannot be, and names the pass that made it so."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from lava_here import lava_module
from small_graphs import conv, dense, graph, neurons, one_to_one, readout, source

from litesnn.base.errors import GraphError
from litesnn.compiler.graph import Graph, SynapseBlock, SynapseFormat


def small(**block: Any) -> Graph:
    return graph(
        [source(1, 4), neurons("a", 2, 4), readout()],
        [conv("input", "a", np.ones((2, 1, 3, 3)), **block), dense("a", "readout", np.ones((2, 32)))],
    )


def test_a_sound_graph_is_valid() -> None:
    small().validate("nothing")


def test_parts_need_names_of_their_own_and_ends_that_exist() -> None:
    with pytest.raises(GraphError, match="population 'a' exists twice"):
        graph([source(), neurons("a"), neurons("a"), readout()], [])
    with pytest.raises(GraphError, match="block 'input>b' names population 'b', which does not exist"):
        graph([source(), readout()], [one_to_one("input", "b", 1)])
    with pytest.raises(GraphError, match="block 'input>a' exists twice"):
        graph([source(), neurons("a"), readout()], [one_to_one("input", "a", 1)] * 2)


CODES = np.arange(-4, 5).reshape(1, 1, 3, 3).repeat(2, 0)


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (lambda: graph([source()], []), "exactly one output"),
        (
            lambda: graph([source(), neurons("a"), neurons("b"), readout()], [one_to_one("a", "b", 1), one_to_one("b", "a", 1)]),
            "found a cycle .*only feed-forward graphs and feedback",
        ),
        (lambda: small(exponent=-1), "exponent -1 and delay 0 must be 0 or more"),
        (lambda: small(delay=-1), "exponent 0 and delay -1 must be 0 or more"),
        (
            lambda: small_codes(CODES, format=SynapseFormat(2, -6, "mixed")),
            r"codes -4..4 do not fit 2 bits mixed \(-2..1\)",
        ),
        (lambda: small_codes(CODES, format=SynapseFormat(8, 0, "excitatory")), "do not fit 8 bits excitatory"),
        (lambda: small_codes(CODES, format=SynapseFormat(4, 0, "mixed"), exponent=1), "weight_exp 0 does not carry exponent 1"),
        (lambda: with_fields("a", dv=4097), "dv 4097; allowed: 0..4096"),
        (lambda: with_fields("a", dv=-1), "dv -1; allowed: 0..4096"),
        (lambda: with_fields("a", vth=np.array([1, 2**17])), r"vth 1..131072; allowed: 0..131071"),
        (lambda: with_fields("a", vth=np.array([1])), r"vth has shape \(1,\), allowed \(2,\)"),
        (lambda: with_fields("a", bias_mant=np.array([0, 4096])), "bias outside 4095"),
        (lambda: with_fields("a", bias_exp=np.array([0, 8])), "bias outside 4095"),
        (lambda: with_fields("a", bias_mant=np.zeros(3, int)), r"bias has shape \(3,\), allowed \(2,\)"),
        (lambda: with_fields("a", channels=(0,)), r"shape \(2, 4, 4\) with 1 channel ids"),
        (
            lambda: with_fields("a", arrival=3, of=with_fields("input", arrival=0)),
            "block 'input>a:input' delivers at step 1, 'a' expects 3",
        ),
    ],
)  # fmt: skip
def test_a_broken_invariant_names_the_pass_that_broke_it(broken: Any, problem: str) -> None:
    with pytest.raises(GraphError, match=f"^after pass 'clumsy': .*{problem}"):
        broken().validate("clumsy")


def small_codes(codes: np.ndarray, **fields: Any) -> Graph:
    base = small()
    _, second = base.blocks
    return base.rebuild(base.populations, [replace(conv("input", "a", codes), **fields), second])


def with_fields(name: str, of: Graph | None = None, **fields: Any) -> Graph:
    base = of or small()
    populations = [replace(p, **fields) if p.name == name else p for p in base.populations]
    return base.rebuild(populations, base.blocks)


def test_blocks_may_not_end_at_the_input_or_start_at_the_readout() -> None:
    ends_at_source = graph([source(), neurons("a"), readout()], [one_to_one("a", "input", 1)])
    with pytest.raises(GraphError, match="ends at source 'input'"):
        ends_at_source.validate("x")
    starts_at_readout = graph([source(), readout(1), neurons("a")], [one_to_one("readout", "a", 1)])
    with pytest.raises(GraphError, match="starts at 'readout', which sends nothing"):
        starts_at_readout.validate("x")


def test_rebuilding_leaves_the_old_graph_as_it_was() -> None:
    base = small()
    smaller = base.rebuild(base.populations, [])
    assert len(base.blocks) == 2
    assert not smaller.blocks


@pytest.mark.parametrize("sign_mode", ["mixed", "excitatory", "inhibitory"])
@pytest.mark.parametrize("bits", range(1, 9))
def test_lavas_truncation_of_aligned_mantissas_drops_nothing(bits: int, sign_mode: Any) -> None:
    """Lava's `truncate_weights` for fixed-point weights: shift right by 8 - bits (+1 if mixed), then left again."""
    weightutils = lava_module("lava.utils.weightutils")
    fmt = SynapseFormat(bits, 0, sign_mode)
    low, high = fmt.code_range()
    codes = np.arange(low, high + 1, dtype=np.int32)
    block = SynapseBlock("b", "input", "a", dense("input", "a", codes[:, None]).geometry, "e", "e", format=fmt)
    mantissas = block.mantissas((1, 1, 1), (len(codes), 1, 1)).toarray().ravel()
    mode = {
        "mixed": weightutils.SignMode.MIXED,
        "excitatory": weightutils.SignMode.EXCITATORY,
        "inhibitory": weightutils.SignMode.INHIBITORY,
    }
    truncated = weightutils.truncate_weights(mantissas, sign_mode=mode[sign_mode], num_weight_bits=bits)
    np.testing.assert_array_equal(truncated, mantissas)
    np.testing.assert_array_equal(mantissas >> fmt.alignment, codes)
    assert np.abs(mantissas).max() <= 2**8

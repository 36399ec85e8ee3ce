"""graph.json of version 1: what it said by names and by a delay of -1 is read as the fields of version 2 say it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_graphs import LOIHI2, dense, neurons, one_to_one, readout, source
from small_graphs import graph as graph_of

from litesnn.compiler.graph import Graph, Maximum, Relay
from litesnn.compiler.passes import AssignFormats, BalanceDelays, StaggerResets
from litesnn.compiler.program.documents import graph_document, read_graph

INJECTED = -1


def scheduled(wide: list[list[int]], delay_max: int, sign: str) -> Graph:
    """The host writes into `a`; wide weights of both signs to `b`; `a` is read again three populations later, by relays."""
    parts = [
        source(2, minimum=-100, maximum=100, message_bits=8, arrival=0),
        neurons("a", 2),
        neurons("b", 2),
        neurons("c", 2),
        neurons("d", 2),
        readout(2),
    ]
    eye = [[1, 0], [0, 1]]
    blocks = [
        replace(one_to_one("input", "a", 2), injected=True),
        dense("a", "b", wide),
        dense("b", "c", [[3, -2], [-1, 2]]),
        dense("c", "d", eye),
        dense("a", "d", [[1, -1], [1, 1]]),
        dense("d", "readout", eye),
        dense("a", "readout", eye),
    ]
    found = graph_of(parts, blocks)
    for each in (AssignFormats(LOIHI2, sign), BalanceDelays(delay_max, relay_bits=1), StaggerResets()):  # type: ignore[arg-type]
        found = each.apply(found)
    return found


def as_version_1(graph: Graph) -> tuple[dict[str, Any], dict[str, Any]]:
    """The document that version 1 wrote of a graph, and its tensors.

    Its parts were called by their whole's name, `.hi` for each byte above the lowest, and `+` or `-` where both signs are there;
    its relays and maxima said nothing of whose spikes they carry.
    """
    document, tensors = graph_document(graph)
    renamed: dict[str, str] = {}
    for block in document["blocks"]:
        part = block.pop("part", None)
        if part is not None:
            signs = {
                b.format.sign_mode
                for b in graph.blocks
                if b.format and (b.whole, b.byte) == (part["whole"], part["byte"])
            }
            sign = {"excitatory": "+", "inhibitory": "-"}[block["sign_mode"]] if len(signs) > 1 else ""
            renamed[block["name"]] = part["whole"] + ".hi" * part["byte"] + sign
            block["name"] = renamed[block["name"]]
        if block.pop("injected", False):
            block["delay"] = INJECTED
    for population in document["populations"]:
        population.pop("stands_for", None)
    old = {}
    for name, values in tensors.items():
        owner, dot, part_name = name.rpartition(".")
        old[renamed.get(owner, owner) + dot + part_name] = values
    return {**document, "version": 1}, old


def assert_same(found: Graph, expected: Graph) -> None:
    document, tensors = graph_document(found)
    other, arrays = graph_document(expected)
    assert document == other
    assert tensors.keys() == arrays.keys()
    for name, values in tensors.items():
        np.testing.assert_array_equal(values, arrays[name], err_msg=name)


WIDE = st.lists(st.lists(st.integers(-(2**21), 2**21), min_size=2, max_size=2), min_size=2, max_size=2)


@settings(max_examples=60, deadline=None)
@given(WIDE, st.integers(0, 2), st.sampled_from(["split", "auto"]))
def test_version_1_reads_back_equal(wide: list[list[int]], delay_max: int, sign: str) -> None:
    wide[0][0] |= 1  # the lowest byte of the whole is there, as it was of nearly every split weight
    graph = scheduled(wide, delay_max, sign)
    assert_same(read_graph(*as_version_1(graph)), graph)


def test_the_graph_has_everything_that_version_1_said_by_other_means() -> None:
    graph = scheduled([[2**20 + 257, -(2**17) - 3], [5, 2**9 + 1]], 0, "split")
    assert {block.byte for block in graph.blocks} == {0, 1, 2}
    assert {block.format.sign_mode for block in graph.blocks if block.format and block.byte == 0} >= {
        "excitatory",
        "inhibitory",
    }
    assert sum(block.injected for block in graph.blocks) == 1
    relays = [population for population in graph.populations if isinstance(population, Relay)]
    assert len(relays) > 1
    assert {relay.stands_for for relay in relays} == {"a"}
    document, _ = as_version_1(graph)
    assert "part" not in str(document["blocks"])
    assert "stands_for" not in str(document["populations"])
    assert INJECTED in [block["delay"] for block in document["blocks"]]


@pytest.mark.parametrize("relays", [0, 1])
def test_a_maximum_stands_for_what_it_reads_and_not_for_a_relay(relays: int) -> None:
    ones, zeros = np.ones(2), np.zeros(2, np.int64)
    biases = {"vth": zeros, "bias_mant": zeros, "bias_exp": zeros}
    shape = {"shape": (2, 1, 1), "channels": (0, 1), "genotype_channels": 2, "place": "p", "unit": ones}
    carried = [Relay(name="r", stands_for="a", dv=0, **shape, **biases)] if relays else []
    maximum = Maximum(name="m", stands_for="a", dv=4095, **shape, **biases)
    read = "r" if relays else "a"
    parts = [source(2), neurons("a", 2), *carried, maximum, readout(2)]
    eye = [[1, 0], [0, 1]]
    blocks = [
        dense("input", "a", eye),
        *([dense("a", "r", eye)] if relays else []),
        dense(read, "m", eye),
        dense("m", "readout", eye),
    ]
    graph = AssignFormats(LOIHI2, "auto").apply(graph_of(parts, blocks))
    graph = StaggerResets().apply(BalanceDelays(60, relay_bits=1).apply(graph))
    assert_same(read_graph(*as_version_1(graph)), graph)

"""Channels that were removed: what cannot spike must not spike in the reference, what nothing reads may do as it likes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from recurrent_graphs import scheduled, spikes_in
from small_graphs import dense, neurons, readout, source
from small_graphs import graph as graph_of

from litesnn.base.errors import DataError
from litesnn.compiler.graph import Graph
from litesnn.compiler.passes import RemoveDead
from litesnn.runtime.exact import simulate
from litesnn.runtime.trace import Trace
from litesnn.runtime.verify import Comparison
from litesnn.runtime.verify.compare import not_compared

EYE = np.eye(2, dtype=int)


def with_an_unread_loop() -> Graph:
    """`a` and `b` read one another and spike; the output reads `c` alone, whose second channel cannot spike."""
    back = replace(dense("b", "a", 2 * EYE), name="back", distance=1)
    parts = [source(2), neurons("a", 2), neurons("b", 2), neurons("c", 2), readout()]
    blocks = [
        dense("input", "a", 2 * EYE),
        dense("a", "b", 2 * EYE),
        back,
        dense("input", "c", [[2, 0], [0, -2]]),
        dense("c", "readout", EYE),
    ]
    return graph_of(parts, blocks, 3)


def traces() -> tuple[Graph, Trace, Trace]:
    """The network as compiled, and what the one that lost nothing and the compiled one do."""
    whole, compiled = scheduled(with_an_unread_loop()), scheduled(RemoveDead().apply(with_an_unread_loop()))
    inputs = spikes_in(whole, 3, 0)
    expected = simulate(whole, inputs, record=["a", "b", "c"])
    assert all(expected.spikes[name].any() for name in "abc")
    return compiled, expected, simulate(compiled, inputs, record=["c"])


def test_what_nothing_reads_may_spike_and_is_counted_as_not_compared() -> None:
    compiled, expected, found = traces()
    comparison = Comparison("pytorch", "exact")
    comparison.add(compiled, expected, found)
    assert comparison.equal
    assert comparison.first is None
    assert list(comparison.populations) == ["c"]
    assert not_compared(compiled) == {"a": 2, "b": 2}


def test_what_cannot_spike_is_held_against_the_reference() -> None:
    compiled, expected, found = traces()
    spikes = expected.spikes["c"].copy()
    spikes[1, 2, 1] = 1  # the channel that was removed because it never spikes
    comparison = Comparison("pytorch", "exact")
    comparison.add(compiled, replace(expected, spikes={**expected.spikes, "c": spikes}), found)
    assert comparison.mismatching_spikes == 1
    assert comparison.first is not None
    assert (comparison.first.sample, comparison.first.step, comparison.first.neuron) == (1, 2, (1, 0, 0))
    assert "dead-structure removal" in comparison.first.causes[0]


def test_recording_a_removed_population_says_why_it_is_not_there() -> None:
    compiled, _, _ = traces()
    with pytest.raises(
        DataError, match=r"found 'a', which is not on the chip \(never read: it was removed\); allowed: c, "
    ):
        simulate(compiled, spikes_in(compiled, 1, 0), record=["a"])

"""A divergence always has a cause, or says that it is unknown and what was ruled out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from recurrent_graphs import ring, scheduled, spikes_in

from litesnn.compiler.origin import SourceFile
from litesnn.jobs.engines import ChipEngines
from litesnn.jobs.samples import Samples
from litesnn.jobs.verify import verify
from litesnn.runtime.lava import LavaSession
from litesnn.runtime.trace import Trace
from litesnn.runtime.verify import Comparison, Divergence, Verification
from litesnn.runtime.verify.diagnose import diagnose

GRAPH = scheduled(ring(3, 4))
INPUTS = spikes_in(GRAPH, 4, 0)
FILE = SourceFile("ring", "slayer", b"", ".net", (), "spikes")


def verified_with(monkeypatch: pytest.MonkeyPatch, change: Any) -> Verification:
    """Exact against a Lava whose answers are the exact simulator's, changed."""

    def lava(self: ChipEngines, inputs: np.ndarray) -> Trace:
        changed: Trace = change(self.exact(inputs))
        return changed

    monkeypatch.setattr(ChipEngines, "lava", lava)
    monkeypatch.setattr(ChipEngines, "lava_states", ChipEngines.exact_states)
    monkeypatch.setattr(LavaSession, "prepare", lambda self, models: None)
    return verify(GRAPH, FILE, Samples(INPUTS, None, "test"), lava_samples=2)


def silent(trace: Trace) -> Trace:
    return replace(trace, spikes={name: 0 * spikes for name, spikes in trace.spikes.items()})


def loud(trace: Trace) -> Trace:
    return replace(trace, spikes={name: 0 * spikes + 1 for name, spikes in trace.spikes.items()})


def first_of(result: Verification) -> tuple[Comparison, Divergence]:
    comparison = result.comparisons["lava"]
    assert comparison.first is not None
    return comparison, comparison.first


def test_an_engine_that_sends_nothing_is_said_to_and_the_rest_is_ruled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    comparison, first = first_of(verified_with(monkeypatch, silent))
    expected = sum(population.expected_spikes for population in comparison.populations.values())
    assert first.causes[0] == (
        f"nothing was sent by any of 3 populations in lava, {expected} spikes in exact: parts of the network may not have run"
    )
    assert first.causes[1].startswith(
        f"cause unknown. Ruled out for '{first.population}': both engines run the same parameters,"
    )


def test_membranes_of_a_divergence_are_those_before_the_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    _, first = first_of(verified_with(monkeypatch, silent))
    assert first.expected_spike == 1
    assert first.threshold is not None
    assert first.expected_membrane is not None
    assert first.expected_membrane > first.threshold


def test_lava_shows_no_membrane_from_before_a_spike(monkeypatch: pytest.MonkeyPatch) -> None:
    _, first = first_of(verified_with(monkeypatch, loud))
    assert (first.found_spike, first.found_membrane) == (1, None)


def test_a_readout_that_differs_alone_has_causes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    result = verified_with(monkeypatch, lambda trace: replace(trace, readout=trace.readout + 1))
    (cause,) = result.comparisons["lava"].readout_causes
    assert cause.startswith("cause unknown. Ruled out for 'readout'")


def test_a_known_fault_is_named_instead() -> None:
    (cause,) = diagnose(GRAPH, "p0", overflows=3)
    assert cause.startswith("saturated register: 3 value(s) of 'p0'")
    late = [replace(p, reset_offset=p.reset_offset + 1) if p.name == "p1" else p for p in GRAPH.populations]
    (cause,) = diagnose(GRAPH.rebuild(late, GRAPH.blocks), "p1", overflows=0)
    assert cause.startswith("wrong reset: 'p1'")

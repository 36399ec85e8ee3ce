"""Campaigns: a short, always equal slice of them, and that their judge sees what it is there for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from campaign import examine, run, table, troubled
from cases import CAMPAIGNS, Case, generators
from judge import judge
from lava_here import needs_lava

from litesnn.compiler.graph import Removal
from litesnn.runtime.exact import simulate
from litesnn.runtime.trace import Trace


@pytest.mark.parametrize("name", list(CAMPAIGNS))
def test_a_slice_of_every_campaign_agrees_and_counts(name: str) -> None:
    outcomes = run(name, networks=30, seed=7, lava_networks=0, models=())
    assert troubled(outcomes) == []
    counted = [outcome for outcome in outcomes if outcome.counts]
    assert len(counted) == 30
    assert {outcome.kind for outcome in counted} == set(generators(name))
    assert all(outcome.engines["exact"] > 0 for outcome in counted)


@needs_lava
@pytest.mark.parametrize("name", list(CAMPAIGNS))
def test_a_slice_of_every_campaign_agrees_in_lava(name: str) -> None:
    outcomes = run(name, networks=5, seed=8, lava_networks=5, models=("fast",))
    assert troubled(outcomes) == []
    assert all(outcome.engines["lava fast"] > 0 for outcome in outcomes if outcome.counts)


def test_a_campaign_goes_on_behind_what_was_done() -> None:
    first = run("feedback", networks=3, seed=7, lava_networks=0, models=())
    both = run("feedback", networks=6, seed=7, lava_networks=0, models=(), before=first)
    assert both == run("feedback", networks=6, seed=7, lava_networks=0, models=())
    assert both[: len(first)] == first


def first_case() -> Case:
    outcome = next(o for o in run("feedback", 1, 7, 0, ()) if o.counts)
    return generators("feedback")[outcome.kind](outcome.seed)


def test_a_wrong_spike_is_a_mismatch_and_no_false_alarm() -> None:
    case = first_case()

    def wrong(inputs: np.ndarray) -> Trace:
        found = simulate(case.graph, inputs, record=[p.name for p in case.graph.membranes if p.name != "readout"])
        name = next(iter(found.spikes))
        return replace(found, spikes={**found.spikes, name: 1 - found.spikes[name]})

    outcome = judge("planted", 0, replace(case, reference=wrong), None, ())
    assert (outcome.wrong, outcome.alarms, outcome.misses) == (["exact"], [], [])
    mismatches = table([outcome])[1][6:]
    assert mismatches == ("1", "0", "0")


def test_an_alarm_about_a_removed_channel_is_a_false_one_where_all_that_is_left_agrees() -> None:
    case = first_case()

    def chatty(inputs: np.ndarray) -> Trace:
        found = simulate(case.graph, inputs, record=[p.name for p in case.graph.membranes if p.name != "readout"])
        return replace(found, spikes={**found.spikes, "gone": np.ones((len(inputs), case.graph.timesteps, 1, 1, 1))})

    for reason, alarms in (("never spikes", ["exact"]), ("never read", [])):
        graph = replace(case.graph, removals=(Removal("gone", reason, (0,), 1, 0),))
        outcome = judge("planted", 0, replace(case, graph=graph, reference=chatty), None, ())
        assert (outcome.wrong, outcome.alarms, outcome.misses) == ([], alarms, [])


def test_the_same_seed_makes_the_same_network() -> None:
    for kind in generators("feedback"):
        one, other = (examine("feedback", kind, 11, None, ()) for _ in range(2))
        assert one == other

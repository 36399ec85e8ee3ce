"""The schedule: all inputs of a population arrive together, with no more memory than needed, and nothing else changes."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_input, random_trained_genotype
from small_graphs import graph, neurons, one_to_one, profile, random_dag, readout, source
from written_genotypes import loaded, resnet

from litesnn.compiler.graph import Graph, Relay, Spiking
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.passes import BalanceDelays
from litesnn.compiler.passes.balance_delays import arrival_times
from litesnn.runtime.exact import simulate

DAGS = st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 12))


def dag(drawn: tuple[int, int]) -> Graph:
    return random_dag(np.random.default_rng(drawn[0]), drawn[1])


def slots(graph: Graph, arrivals: dict[str, int]) -> int:
    """Delay memory: target neurons times the longest delay into them."""
    longest = dict.fromkeys(arrivals, 0)
    for block in graph.blocks:
        longest[block.target] = max(longest[block.target], arrivals[block.target] - arrivals[block.source] - 1)
    return sum(graph[name].size * delay for name, delay in longest.items())


def as_soon_as_possible(graph: Graph) -> dict[str, int]:
    arrivals: dict[str, int] = {}
    for population in graph.topological():
        incoming = [arrivals[block.source] + 1 for block in graph.into(population.name)]
        arrivals[population.name] = max(incoming, default=0)
    return arrivals


@given(DAGS, st.sampled_from([0, 1, 2, 62]))
def test_all_inputs_of_every_population_arrive_together(drawn: tuple[int, int], delay_max: int) -> None:
    found = BalanceDelays(delay_max).apply(dag(drawn))
    found.validate("balance-delays")
    assert found["input"].arrival == 0
    for block in found.blocks:
        assert 0 <= block.delay <= delay_max
        assert found[block.source].arrival + 1 + block.delay == found[block.target].arrival


@given(DAGS)
def test_delay_memory_is_never_more_than_that_of_the_earliest_schedule(drawn: tuple[int, int]) -> None:
    start = dag(drawn)
    assert slots(start, arrival_times(start)) <= slots(start, as_soon_as_possible(start))


@settings(max_examples=12)
@given(st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 4)))
def test_no_schedule_of_a_small_network_has_less_delay_memory(drawn: tuple[int, int]) -> None:
    start = dag(drawn)
    names = [population.name for population in start.membranes]
    best = min(
        slots(start, arrivals)
        for times in product(range(1, len(names) + 1), repeat=len(names))
        for arrivals in [{"input": 0, **dict(zip(names, times, strict=True))}]
        if all(arrivals[block.source] < arrivals[block.target] for block in start.blocks)
    )
    assert slots(start, arrival_times(start)) == best


@given(DAGS)
def test_the_schedule_reports_what_it_did(drawn: tuple[int, int]) -> None:
    found = BalanceDelays(62).apply(dag(drawn))
    schedule = found.schedule
    assert schedule is not None
    assert schedule.depth == found.readout.arrival
    assert schedule.latency == found.timesteps + found.readout.arrival
    assert schedule.delayed_blocks == sum(block.delay > 0 for block in found.blocks)
    assert schedule.delay_slots == slots(found, {p.name: p.arrival for p in found.populations})


def chain_with_skip(length: int, **first) -> Graph:
    """input -> p0 -> p1 ... -> readout, and a skip from the first population to the readout."""
    names = [f"p{i}" for i in range(length)]
    blocks = [one_to_one(a, b, 1) for a, b in zip(["input", *names], names, strict=False)]
    blocks += [one_to_one(names[-1], "readout", 1), replace(one_to_one(names[0], "readout", 1), name="skip")]
    return graph([source(**first), *(neurons(name) for name in names), readout(1)], blocks)


@pytest.mark.parametrize(("delay_max", "relays"), [(0, 4), (1, 2), (2, 1), (3, 1), (4, 0), (62, 0)])
def test_relays_appear_where_a_path_needs_more_delay_than_a_synapse_has(delay_max: int, relays: int) -> None:
    found = BalanceDelays(delay_max).apply(chain_with_skip(5))
    found.validate("balance-delays")
    made = [p for p in found.membranes if isinstance(p, Relay)]
    assert len(made) == relays == found.schedule.relays
    assert found.readout.arrival == 6
    assert all(p.name.startswith("p0.relay") for p in made)


def test_two_late_readers_share_the_relays_of_one_source() -> None:
    start = chain_with_skip(5)
    found = BalanceDelays(0).apply(
        start.rebuild(start.populations, [*start.blocks, replace(one_to_one("p0", "p4", 1), name="skip2")])
    )
    assert found.schedule.relays == 4


def test_a_graded_input_is_not_relayed() -> None:
    """It keeps a delay that is too long, which rule LSN-DELAY reports."""
    start = chain_with_skip(3, minimum=-8, maximum=7, message_bits=8)
    late = start.rebuild(start.populations, [*start.blocks, replace(one_to_one("input", "p2", 1), name="skip2")])
    found = BalanceDelays(1).apply(late)
    assert {block.delay for block in found.out_of("input")} == {0, 2}
    assert not any(p.name.startswith("input.relay") for p in found.populations)


@pytest.mark.parametrize("delay_max", [0, 1, 2])
@pytest.mark.parametrize("seed", [1, 9, 25])
def test_relays_leave_the_answer_as_it_was(seed: int, delay_max: int) -> None:
    genotype = random_trained_genotype(seed, stem=True)
    inputs = random_input(genotype, 4, seed)
    plain, relayed = (compile_graph(genotype, profile(delay_max=limit)) for limit in (62, delay_max))
    names = [p.name for p in plain.membranes if isinstance(p, Spiking)]
    for stream in (False, True):
        expected, found = (simulate(g, inputs, record=names, stream=stream) for g in (plain, relayed))
        np.testing.assert_array_equal(found.readout, expected.readout)
        for name in names:
            np.testing.assert_array_equal(found.spikes[name], expected.spikes[name])
    if delay_max == 0 and plain.schedule.delayed_blocks:
        assert relayed.schedule.relays > 0


def test_relays_get_a_format_that_the_profile_offers(tmp_path: Path) -> None:
    relayed = compile_graph(loaded(resnet(), tmp_path), profile(delay_max=0, weight_bits=(4, 8)))
    assert relayed.schedule.relays > 0
    assert {block.format.num_weight_bits for block in relayed.blocks} <= {4, 8}

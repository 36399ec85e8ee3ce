"""The initiation interval is the worst ratio of blocks to distance over all loops, and a schedule exists at it and at none below."""

from __future__ import annotations

import json
from dataclasses import replace
from math import ceil

import jsonschema
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_trained_genotype
from recurrent_graphs import random_recurrent, ring, scheduled
from small_graphs import dense, graph, neurons, readout, source

import litesnn
from litesnn.base.errors import CompileError, GraphError
from litesnn.compiler.analysis.loops import find_loops, initiation_interval
from litesnn.compiler.graph import Graph, Pace
from litesnn.compiler.passes.balance_delays import arrival_times
from litesnn.compiler.program.documents import graph_document, read_graph
from litesnn.compiler.report import render_html, report_schema

DRAWN = st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 7), st.integers(1, 4))


def drawn_graph(drawn: tuple[int, int, int]) -> Graph:
    return random_recurrent(np.random.default_rng(drawn[0]), drawn[1], drawn[2])


def worst_ratio(found: Graph) -> int:
    """Over all loops, counted out: blocks by the distance they bridge; the least distance where several blocks join two."""
    ways = nx.DiGraph()
    for block in found.blocks:
        before = ways.get_edge_data(block.source, block.target, {"distance": block.distance})["distance"]
        ways.add_edge(block.source, block.target, distance=min(before, block.distance))
    ratios = []
    for cycle in nx.simple_cycles(ways):
        steps = zip(cycle, [*cycle[1:], cycle[0]], strict=True)
        ratios.append(ceil(len(cycle) / sum(ways[a][b]["distance"] for a, b in steps)))
    return max(ratios, default=1)


@settings(max_examples=60, deadline=None)
@given(DRAWN)
def test_the_interval_is_the_worst_ratio_of_all_loops(drawn: tuple[int, int, int]) -> None:
    found = drawn_graph(drawn)
    interval = initiation_interval(found)
    assert interval == worst_ratio(found)
    arrival_times(found, interval)
    if interval > 1:
        with pytest.raises(CompileError, match="no arrival times"):
            arrival_times(found, interval - 1)


@settings(max_examples=40, deadline=None)
@given(DRAWN)
def test_the_listed_loops_are_loops_and_explain_the_interval(drawn: tuple[int, int, int]) -> None:
    found = drawn_graph(drawn)
    loops = find_loops(found)
    for loop in loops:
        assert loop.path[0] == loop.path[-1]
        joined = {(block.source, block.target) for block in found.blocks}
        assert set(zip(loop.path, loop.path[1:], strict=False)) <= joined
        assert set(loop.edges) <= {block.edge for block in found.blocks if block.distance}
    assert max((loop.interval for loop in loops), default=1) == initiation_interval(found)


def test_two_feedback_edges_can_make_a_loop_that_neither_makes_alone() -> None:
    """b -> a and d -> c go back, b and d are not joined but through them: a -> d, c -> b, with distance 2 in all."""
    eye = [[1]]
    names = ["a", "c", "b", "d"]
    blocks = [dense("input", name, eye) for name in names]
    blocks += [dense("a", "d", eye), dense("c", "b", eye), dense("d", "readout", eye)]
    blocks += [
        replace(dense(s, t, eye), name=f"{s}{t}", edge=f"{s}{t}", distance=1) for s, t in (("b", "a"), ("d", "c"))
    ]
    found = graph([source(), *(neurons(name) for name in names), readout(1)], blocks)
    (loop,) = find_loops(replace(found))
    assert (loop.distance, loop.latency, loop.interval, set(loop.edges)) == (2, 4, 2, {"ba", "dc"})


@settings(max_examples=30, deadline=None)
@given(DRAWN, st.sampled_from([1, 62]))
def test_every_input_arrives_in_the_step_it_belongs_to(drawn: tuple[int, int, int], delay_max: int) -> None:
    found = scheduled(drawn_graph(drawn), delay_max)
    interval = found.pace.interval
    for block in found.blocks:
        assert 0 <= block.delay <= delay_max
        late = found[block.source].arrival + 1 + block.delay - found[block.target].arrival
        assert late == interval * block.distance
    for population in found.membranes:
        first = population.arrival
        offsets = [step - first for step in range(first, first + 2 * found.pace.period) if population.computes(step)]
        assert offsets == found.pace.offsets(2).ravel().tolist()
        assert (first + 1) % interval == population.phase


def test_a_pace_says_when_a_step_is_computed() -> None:
    pace = Pace(3, 2, 4)
    assert (pace.period, pace.span, pace.idle) == (8, 5, 5)
    assert [pace.at(offset) for offset in range(-1, 9)] == [
        None, (0, 0), None, (0, 1), None, (0, 2), None, None, None, (1, 0),
    ]  # fmt: skip


def test_a_loop_without_distance_is_refused() -> None:
    looped = ring(2)
    flat = looped.rebuild(looped.populations, [replace(block, distance=0) for block in looped.blocks])
    with pytest.raises(GraphError, match="found a cycle .*feedback of distance 1"):
        flat.validate("lower")


def test_recurrent_graphs_are_written_and_read() -> None:
    found = scheduled(ring(3))
    document, tensors = graph_document(found)
    again = read_graph(json.loads(json.dumps(document)), tensors)
    assert graph_document(again)[0] == document
    assert again.schedule == found.schedule
    assert [block.distance for block in again.blocks] == [block.distance for block in found.blocks]
    assert all(again[p.name].computes(step) == p.computes(step) for p in found.membranes for step in range(20))


def test_neurons_of_another_phase_are_another_group_of_a_core() -> None:
    found = scheduled(ring(2))
    groups = {population.group for population in found.membranes}
    assert len(groups) == len(found.membranes)


def test_the_report_tells_what_a_loop_costs() -> None:
    loaded = random_trained_genotype(3, feedback=1, size=5)
    samples = litesnn.verification_samples(loaded.spec)
    made = litesnn.compile(loaded, "loihi2", samples=samples, lava_samples=0).program.report
    report = made.plain()
    jsonschema.Draft202012Validator(report_schema()).validate(report)
    schedule = report["schedule"]
    assert schedule["period"] == (schedule["timesteps"] + 1) * schedule["initiation_interval"]
    assert schedule["idle_steps"] == schedule["period"] - schedule["timesteps"]
    neurons_there = sum(population["neurons"] for population in report["populations"])
    assert report["costs"]["per_sample"]["neuron_steps_at_rest"] == neurons_there * schedule["idle_steps"]
    assert (
        any(f"{schedule['period']} steps" in row["name"] for row in report["costs"]["time"])
        or not report["costs"]["time"]
    )
    page = render_html(made)
    assert schedule["loops"]
    for loop in schedule["loops"]:
        assert " → ".join(loop["path"]) in page.replace("&gt;", ">")

"""What neurons take besides a LIF neuron's place stands in report.json, on the page and in the terminal."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from isolated_graphs import isolated
from programmed_graphs import programmed_of
from rich.console import Console
from small_graphs import dense, neurons, source

from litesnn.compiler.costs import Activity, cost_document
from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.origin.facts import graph_facts
from litesnn.compiler.origin.source_file import SourceFile
from litesnn.compiler.passes import AssignFormats
from litesnn.compiler.profile import load_profile
from litesnn.compiler.report import Made, build_report, read_report, render_html
from litesnn.compiler.report.panels.populations import PopulationsPanel


def network() -> Graph:
    """Four neurons that subtract with the next update, and two of different decays that the host reads."""
    cell = programmed_of(neurons("cell", 4), reset="subtract_next", vth=np.full(4, 640))
    out = replace(neurons("out", 2), dv=np.array([0, 100]), is_output=True)
    blocks = [dense("input", "cell", [[9]] * 4), dense("cell", "out", [[3, 1, 0, 2], [1, 1, 5, 5]])]
    return AssignFormats(load_profile("loihi1")).apply(isolated([source(1), cell, out], blocks))


TAKE = {
    "loihi1": {"cell": "2 compartments", "out": "2 decays"},
    "loihi2": {"cell": "program, 2 words", "out": "2 words, 2 decays"},
}


@pytest.mark.parametrize("chip", TAKE)
def test_the_report_says_what_neurons_take(chip: str) -> None:
    profile, graph = load_profile(chip), network()
    origin = SourceFile("a", "toy", b"", ".toy", (), "spikes", graph=graph)
    report = build_report(
        Made(graph=graph, origin=origin, profile=profile, findings=[], mapping=map_graph(graph, profile))
    )
    again = read_report(report.model_dump_json(exclude_unset=True).encode())
    assert {entry.name: entry.takes for entry in again.populations} == TAKE[chip]
    page, shown = render_html(report), StringIO()
    for part in PopulationsPanel.of(report).terminal():
        Console(file=shown, width=200).print(part)
    for words in (*TAKE[chip].values(), "neurons take"):
        assert words in page
        assert words in shown.getvalue()
    plain = replace(neurons("cell", 4), vth=np.full(4, 10))
    only = [plain if p.name == "cell" else replace(p, dv=0) if p.name == "out" else p for p in graph.populations]
    lif = graph.rebuild(only, graph.blocks)
    without = build_report(Made(graph=lif, origin=replace(origin, graph=lif), profile=profile, findings=[]))
    assert not PopulationsPanel.of(without).takes


def test_costs_count_both_compartments_and_their_synapses() -> None:
    graph = network()
    spikes = {
        "input": np.full((1, 1, 1), 3),
        "cell": np.arange(4).reshape(4, 1, 1),
        "out": np.zeros((2, 1, 1), np.int64),
    }
    activity = Activity(2, spikes)
    found = {
        chip: cost_document(graph, graph_facts(graph), activity, load_profile(chip), None)
        for chip in ("loihi1", "loihi2")
    }
    two, one = found["loihi1"]["per_sample"], found["loihi2"]["per_sample"]
    assert two["neuron_updates"] - one["neuron_updates"] == 4 * graph.timesteps
    assert (
        two["reset_operations"] == two["synaptic_operations"] - one["synaptic_operations"] == 3
    )  # 6 spikes, 2 samples
    assert "reset_operations" not in one
    assert found["loihi1"]["metrics"]["synaptic_operations"] == found["loihi2"]["metrics"]["synaptic_operations"]
    assert found["loihi1"]["energy"][0]["value"] == pytest.approx(two["synaptic_operations"] * 23.6e-12)

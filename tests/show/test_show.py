"""`litesnn show`: what the page says is what the simulator did, for every kind of network; where engines part is found and marked."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from random_networks import random_trained_genotype
from written_nets import SDNN, dense, layer, write_net

import litesnn
from litesnn.base.errors import DataError
from litesnn.compiler.graph import Graph
from litesnn.compiler.program import Program
from litesnn.compiler.report.sections.sample_trace import RasterEntry, SampleTrace
from litesnn.display.trace_page.page import render_trace
from litesnn.jobs.conformance.pack import write_pack
from litesnn.jobs.samples import SampleChoice
from litesnn.jobs.show.show import View, show
from litesnn.runtime.exact import simulate
from litesnn.runtime.traces import read_trace

GENOTYPES: dict[str, dict[str, Any]] = {
    "pools and maxima": {"cells": 1, "size": 5, "timesteps": 3, "ops": ("conv3x3", "maxpool3x3", "avgpool2x2", "skip")},
    "feedback": {"cells": 1, "size": 4, "feedback": 2, "nodes": 2, "timesteps": 3, "channels": 3},
    "reset by subtraction": {"cells": 2, "size": 4, "reset": "subtract", "channels": 3, "timesteps": 4},
}


@cache
def genotype_program(name: str) -> Program:
    loaded = random_trained_genotype(list(GENOTYPES).index(name), **GENOTYPES[name])
    return litesnn.compile(loaded, "loihi2", lava_samples=0).program


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Sigma-delta layers: graded values, isolated samples."""
    first = layer("input", shape=np.array([2]), neuron={**SDNN, "vThMant": 0})
    layers = [
        first,
        dense([[3, -1], [1, 2]], SDNN, bias=np.array([4, 1])),
        dense([[2, 1]], {**SDNN, "sigma_output": True}),
    ]
    path = write_net(tmp_path_factory.mktemp("net") / "s.net", layers, None)
    return litesnn.import_network(litesnn.read_network(path, timesteps=5), "loihi2", simulate=False).program


def sent(entry: RasterEntry) -> int:
    return sum(map(sum, entry.cells))


def agrees(trace: SampleTrace, program: Program, inputs: Any) -> None:
    """Everything the document says against a run of the simulator."""
    graph: Graph = program.graph
    names = [p.name for p in graph.membranes if p.sends != "nothing"]
    neuron = trace.neurons[0]
    ran = simulate(graph, inputs, record=names, record_states=[neuron.population])
    drawn = {entry.population: entry for entry in trace.populations if entry.kind != "source"}
    assert sorted(drawn) == sorted(names)
    for name, entry in drawn.items():
        assert sent(entry) == entry.sent == np.count_nonzero(ran.spikes[name][0])
        assert [sum(row[t] for row in entry.cells) for t in range(trace.timesteps)] == [
            np.count_nonzero(step) for step in ran.spikes[name][0]
        ]
    population = graph[neuron.population]
    at = (0, slice(None), population.channels.index(neuron.neuron[0]), *neuron.neuron[1:])
    assert list(neuron.membrane) == ran.membranes[neuron.population][at].tolist()
    assert list(neuron.current) == ran.currents[neuron.population][at].tolist()
    assert trace.answer.predicted == ran.predictions[0]
    assert trace.answer.curves[0].values[-1] == ran.readout[0].max()


@pytest.mark.parametrize("name", GENOTYPES)
def test_the_page_is_what_the_simulator_did(name: str) -> None:
    program = genotype_program(name)
    trace = show(program, SampleChoice(), View(sample=3))
    samples = litesnn.verification_samples(program.origin.genotype.spec)
    agrees(trace, program, samples.inputs[3:4])
    assert trace.verification.mismatching_spikes == 0
    assert set(trace.verification.samples) == {"pytorch", "exact"}
    assert trace.neurons[0].others["pytorch"] == trace.neurons[0].potential
    page = render_trace(trace)
    assert "Every spike agrees" in page
    assert all(entry.population in page for entry in trace.populations)


def test_graded_values_and_isolated_samples(graded: Program, tmp_path: Path) -> None:
    inputs = np.random.default_rng(0).integers(-20, 20, (3, 9, 2, 1, 1)).astype(np.int16)
    np.save(tmp_path / "x.npy", inputs)
    trace = show(graded, SampleChoice(tmp_path / "x.npy"), View(sample=1))
    assert trace.timesteps == 9  # the input says how long it is
    agrees(trace, graded, inputs[1:2])
    assert any(entry.graded for entry in trace.populations if entry.kind != "source")
    assert "One engine ran: nothing was compared" in render_trace(trace)
    with pytest.raises(DataError, match="'pytorch'; allowed: exact, lava; this network is from a file"):
        show(graded, SampleChoice(), View(engines=("pytorch",)))


def changed(program: Program) -> tuple[Program, str]:
    """The program with lower thresholds in a population before the last: its spikes are no longer the model's."""
    victim = next(p for p in program.graph.membranes if p.kind == "lif")
    lowered = replace(victim, vth=np.maximum(victim.vth // 8, 0))
    populations = [lowered if p is victim else p for p in program.graph.populations]
    return replace(program, graph=program.graph.rebuild(populations, program.graph.blocks)), victim.name


def test_where_engines_part_is_named_traced_and_marked() -> None:
    program, name = changed(genotype_program("pools and maxima"))
    trace = show(program, SampleChoice(), View(sample=2))
    first = next(trace.verification.binding).first_divergence
    assert trace.differs
    assert first is not None
    assert (first.population, first.sample) == (name, 2)
    neuron = trace.neurons[0]
    assert (neuron.population, neuron.neuron) == (name, first.neuron)
    entry = next(entry for entry in trace.populations if entry.population == name)
    step = min(column for _, column in entry.differing)
    assert step == first.step
    page = render_trace(trace)
    assert "Engines part" in page
    assert "engines part</span>" in page
    assert f"First at step {first.step}, {name}" in page


def test_where_samples_meet_those_before_belong_to_the_sample() -> None:
    program = genotype_program("reset by subtraction")
    graph = program.graph
    blocks = [replace(block, delay=block.delay + 1) if i == 1 else block for i, block in enumerate(graph.blocks)]
    faulty = replace(program, graph=graph.rebuild(graph.populations, blocks))
    trace = show(faulty, SampleChoice(), View(sample=2))
    assert trace.verification.samples == {"pytorch": 3, "exact": 3}
    samples = litesnn.verification_samples(program.origin.genotype.spec).inputs[:3]
    name = trace.populations[-1].population
    ran = simulate(faulty.graph, samples, record=[name])
    assert sent(trace.populations[-1]) == np.count_nonzero(ran.spikes[name][2])


def test_a_stored_trace_leads_to_the_sample_in_which_it_parts(tmp_path: Path) -> None:
    program = genotype_program("reset by subtraction")
    inputs = litesnn.verification_samples(program.origin.genotype.spec).inputs[:4]
    write_pack(program, litesnn.Samples(inputs, None, "inputs"), tmp_path / "pack")
    assert not show(program, SampleChoice(), View(against=tmp_path / "pack", engines=("exact",))).differs
    name, register = next(key for key in read_trace(tmp_path / "pack").arrays if key[1] == "spikes")
    files = {(a.population, a.which): a for a in read_trace(tmp_path / "pack").document.arrays}
    place = tmp_path / "pack" / files[name, register].file
    values = np.load(place)
    values[2, 1, 0, 1, 1] ^= 1
    np.save(place, values)
    manifest = tmp_path / "pack" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(files[name, register].sha256 or "", "0" * 64))
    with pytest.raises(DataError, match="wrong SHA-256"):
        show(program, SampleChoice(), View(against=tmp_path / "pack"))
    manifest.write_text(manifest.read_text().replace(f'"sha256": "{"0" * 64}"', '"note": "mine"'))
    trace = show(program, SampleChoice(), View(against=tmp_path / "pack", engines=("exact",)))
    assert trace.against is not None
    assert trace.against.first is not None
    assert (trace.sample, trace.against.differing, trace.against.first.step) == (2, 1, 1)
    assert trace.neurons[0].neuron == trace.against.first.neuron
    assert "The first value that differs" in render_trace(trace)


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (View(sample=64), r"--sample: found 64; allowed: 0\.\.63"),
        (View(engines=("exact", "loihi")), "--engines: found 'loihi'; allowed: exact, pytorch, lava"),
        (View(neurons=("nobody:0,0,0",)), "--neuron: found population 'nobody'; allowed: "),
        (View(neurons=("readout:0,9,9",)), "--neuron: found row 9, column 9 of 'readout'; allowed: rows 0..0"),
        (View(neurons=("readout:99",)), "--neuron: found channel 99 of 'readout'; allowed: 0–"),
        (View(neurons=("readout:a",)), "--neuron: found 'a'; allowed: CHANNEL,ROW,COLUMN"),
    ],
)
def test_what_is_not_there_is_refused(view: View, message: str) -> None:
    with pytest.raises(DataError, match=message):
        show(
            genotype_program("reset by subtraction"), SampleChoice(), replace(view, engines=view.engines or ("exact",))
        )

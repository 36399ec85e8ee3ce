"""Programs with right hashes that somebody changed: refused with a `ProgramError`, or still programs; never a traceback.

A stride through all mutations of `program_mutations`; what was silent or a traceback once is named below.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from program_mutations import forge, mutations
from random_networks import random_input, random_trained_genotype
from safetensors.numpy import load, save
from written_nets import CUBA, SDNN, dense, layer, write_net

import litesnn
from litesnn.base.errors import ProgramError
from litesnn.compiler.graph import Graph
from litesnn.compiler.program import Program
from litesnn.compiler.report import render_html
from litesnn.compiler.report.sections.verification import VerificationSection
from litesnn.jobs.compile import import_network
from litesnn.runtime.exact import simulate

STRIDES = {
    "graph.json": 179,
    "weights.safetensors": 37,
    "mapping.json": 71,
    "profile.json": 1999,
    "report.json": 997,
    "manifest.json": 19,
    "source/source.json": 29,
}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One of a genotype; imported ones, isolated with delays and a loop, and of sigma-delta neurons."""
    folder = tmp_path_factory.mktemp("programs")
    genotype = random_trained_genotype(0)
    samples = litesnn.Samples(random_input(genotype, 3, 0), None, "three")
    litesnn.compile(genotype, "loihi2", samples=samples, lava_samples=0).program.save(folder / "genotype")
    rng = np.random.default_rng(1)
    recurrent = dense(rng.integers(-20, 20, (5, 4)), CUBA, "dense_rec", weight_rec=rng.integers(-9, 9, (5, 5)))
    changes = [
        layer("input", shape=np.array([3]), neuron=SDNN),
        dense(rng.integers(-60, 60, (4, 3)), SDNN, bias=rng.integers(-50, 50, 4)),
        dense(rng.integers(-60, 60, (2, 4)), {**SDNN, "sigma_output": True}),
    ]
    spikes = [
        layer("input", shape=np.array([4])),
        dense(rng.integers(-60, 60, (4, 4)), delay=np.array([0, 2, 1, 0])),
        recurrent,
    ]
    for name, layers, options in (("spikes", spikes, {}), ("changes", changes, {"input_bits": 8})):
        network = litesnn.read_network(write_net(folder / f"{name}.net", layers), **options)
        import_network(network, lava_samples=0).program.save(folder / name)
    return {name: folder / name for name in ("genotype", "spikes", "changes")}


def inputs(graph: Graph) -> np.ndarray[Any, Any]:
    source, rng = graph.sources[0], np.random.default_rng(0)
    shape = (2, *source.shape) if source.message_bits else (2, graph.timesteps, *source.shape)
    return rng.integers(max(source.minimum, -100), min(source.maximum, 100) + 1, shape).astype(np.int16)


@pytest.mark.parametrize("kind", ["genotype", "spikes", "changes"])
def test_mutations_are_refused_or_still_programs(programs: dict[str, Path], tmp_path: Path, kind: str) -> None:
    found: Counter[str] = Counter()
    for name in ("manifest.json", *json.loads((programs[kind] / "manifest.json").read_bytes())["files"]):
        if name not in STRIDES:
            continue
        for _, content in mutations(name, (programs[kind] / name).read_bytes(), STRIDES[name]):
            try:
                forged = Program.load(forge(programs[kind], tmp_path / "forged", name, content))
            except ProgramError:
                found["refused"] += 1
                continue
            found["loaded"] += 1
            if name in ("graph.json", "weights.safetensors"):
                simulate(forged.graph, inputs(forged.graph))
            else:
                render_html(forged.report)
    assert found["refused"] > found["loaded"] > 0


def changed(change: Callable[[Any], None]) -> Callable[[bytes], bytes]:
    def apply(content: bytes) -> bytes:
        document = json.loads(content)
        change(document)
        return json.dumps(document).encode()

    return apply


def with_array(part: str, change: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]) -> Callable[[bytes], bytes]:
    def apply(content: bytes) -> bytes:
        tensors = load(content)
        name = next(name for name in sorted(tensors) if name.endswith(part))
        return save({**tensors, name: np.ascontiguousarray(change(tensors[name]))})

    return apply


def with_value(value: int) -> Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]:
    def apply(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        wide = values.astype(np.int64)
        wide.flat[0] = value
        return wide

    return apply


@pytest.mark.parametrize(
    ("name", "forgery", "message"),
    [
        ("graph.json", changed(lambda g: g.update(timesteps=0)), "timesteps: Input should be greater than or equal to 1"),
        ("graph.json", changed(lambda g: g.update(timesteps=True)), "timesteps: Input should be a valid integer"),
        ("graph.json", changed(lambda g: g.update(timesteps=10**9)), "timesteps: Input should be less than"),
        ("graph.json", changed(lambda g: g.update(timesteps=g["timesteps"] + 1)), "the schedule does not fit"),
        ("graph.json", changed(lambda g: g["blocks"][0].update(delay=10**9)), "blocks.0.delay: Input should be less than"),
        ("graph.json", changed(lambda g: g["blocks"][0].update(delay=3)), "found delay 3; due: 0"),
        ("graph.json", changed(lambda g: g["populations"][1].update(dv=4097)), "populations.1.dv: Input should be less than"),
        ("graph.json", changed(lambda g: g["populations"][1].update(dv="819")), "populations.1.dv: Input should be a valid integer"),
        ("graph.json", changed(lambda g: g["populations"][1].pop("dv")), r"populations\.1: 'dv' stands as a number there or as the tensor 'stem.dv'; found neither"),
        ("graph.json", changed(lambda g: g["populations"][1].update(reset_interval=99)), "reset_interval, .*: found .*99"),
        ("graph.json", changed(lambda g: g["populations"][1].update(channels=[0] * len(g["populations"][1]["channels"]))), "different numbers below"),
        ("graph.json", changed(lambda g: g["populations"][0].update(maximum=1000)), "values .* 1000; allowed with message_bits"),
        ("graph.json", changed(lambda g: g["populations"][0].update(shape=[2, 60000, 60000])), "more than 16777216 neurons"),
        ("graph.json", changed(lambda g: g["schedule"].update(initiation_interval=0)), "the schedule does not fit"),
        ("graph.json", changed(lambda g: g.pop("schedule")), "has no schedule"),
        ("weights.safetensors", with_array(".vth", lambda v: v.astype(bool)), "tensor .*vth': found bool; allowed: int64"),
        ("weights.safetensors", with_array(".vth", lambda v: v.astype(np.float32)), "found float32; allowed: int64"),
        ("weights.safetensors", with_array(".vth", lambda v: v[:-1]), "vth has shape"),
        ("weights.safetensors", with_array(".vth", with_value(2**17)), "allowed: 0..131071"),
        ("weights.safetensors", with_array(".vth", with_value(-1)), "allowed: 0..131071"),
        ("weights.safetensors", with_array(".bias_exp", with_value(-1)), "bias_exp -1"),
        ("weights.safetensors", with_array(".bias_mant", with_value(-(2**63))), "bias_mant -9223372036854775808"),
        ("weights.safetensors", with_array(".codes", with_value(2**32 + 1)), "found values beyond 32 bits"),
        ("weights.safetensors", with_array(".codes", with_value(300)), "codes .* do not fit"),
        ("weights.safetensors", with_array(".codes", lambda v: v[None]), "codes has shape"),
        ("weights.safetensors", lambda blob: save({**load(blob), "extra": np.zeros(1)}), "tensor 'extra' belongs to no"),
        ("mapping.json", changed(lambda m: m["cores"].append(m["cores"][0])), "two cores stand in one place"),
        ("mapping.json", changed(lambda m: m["cores"].pop()), "every neuron must stand on one core|cores_detail|link 0, "),
        ("mapping.json", changed(lambda m: m["cores"][0]["slices"][0].update(channels=[0, 10**6])), "reaches beyond it"),
        ("mapping.json", changed(lambda m: m["cores"][0].update(chip=7)), "which does not exist"),
        ("mapping.json", changed(lambda m: m["links"].append([0, 99, 1.0])), "link 0, 99, 1: allowed"),
        ("mapping.json", changed(lambda m: m["mesh"].update(rows=10**9)), "mesh and chips must be 1 to"),
        ("report.json", changed(lambda r: r["network"].update(timesteps=True)), "network.timesteps: Input should be a valid integer, found True"),
        ("report.json", changed(lambda r: r.update(profile="other")), "profile: found 'other'"),
        ("report.json", changed(lambda r: r["populations"].pop()), "populations: are not those of the graph"),
        ("profile.json", changed(lambda p: p["chip"]["cores"].update(value="many")), "chip.cores.value"),
        ("manifest.json", changed(lambda m: m.update(command=7)), "command: Input should be a valid string"),
    ],
)  # fmt: skip
def test_what_was_silent_or_a_traceback(
    programs: dict[str, Path], tmp_path: Path, name: str, forgery: Callable[[bytes], bytes], message: str
) -> None:
    program = programs["genotype"]
    with pytest.raises(ProgramError, match=message):
        Program.load(forge(program, tmp_path / "forged", name, forgery((program / name).read_bytes())))


def test_a_report_of_the_first_version_is_read_with_the_words_of_today(
    programs: dict[str, Path], tmp_path: Path
) -> None:
    """LiteSNN 0.1.0 did not say how much a verification compared; what can be told from the rest is."""
    report = json.loads((programs["genotype"] / "report.json").read_bytes())
    today = json.loads(json.dumps(report))
    for word in ("compared_spikes", "compared_readouts", "silent_populations"):
        del report["verification"][word]
    del report["mapping"]["simulation"]["compared_spikes"]
    found = Program.load(
        forge(programs["genotype"], tmp_path / "old", "report.json", json.dumps(report).encode())
    ).report
    assert found.verification == VerificationSection(**today["verification"])
    assert found.mapping.simulation.compared_spikes is None
    assert found.plain()["mapping"]["simulation"]["compared_spikes"] is None
    render_html(found)

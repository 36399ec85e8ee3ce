"""`litesnn import` on small files: what is written, and that every other command takes it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import h5py
import numpy as np
import pytest
from command_line import call
from jsonschema import Draft202012Validator
from naive_simulator import simulate_naively
from written_nets import INSTANT, dense, layer, random_spikes, write_net

from litesnn.compiler.program import Program
from litesnn.compiler.report import report_schema

WEIGHTS = np.random.default_rng(3)


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    first = layer("input", shape=np.array([1, 2, 3]), neuron=INSTANT, weight=np.array([40.0]), bias=np.array([2.0]))
    layers = [
        first,
        layer("flatten"),
        dense(WEIGHTS.integers(-60, 80, (7, 6)) * 2),
        dense(WEIGHTS.integers(-9, 9, (3, 7)), None),
    ]
    return write_net(tmp_path_factory.mktemp("net") / "small.net", layers)


@pytest.fixture(scope="module")
def program(net: Path) -> Path:
    target = net.parent / "program"
    result = call("import", net, "-o", target, "--no-lava", "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert (document["program"], document["isolated"], document["mismatching_spikes"]) == (str(target), False, None)
    assert document["imported"]["transform"] == {"weight": 40, "bias": 2}
    return target


def test_the_program_keeps_the_file_and_reads_back_as_it_was(net: Path, program: Path) -> None:
    loaded = Program.load(program)
    assert loaded.genotype is None
    assert (program / "source" / "network.net").read_bytes() == net.read_bytes()
    again = program.parent / "again"
    loaded.save(again)
    files = {path.relative_to(program): path.read_bytes() for path in program.rglob("*") if path.is_file()}
    assert files == {path.relative_to(again): path.read_bytes() for path in again.rglob("*") if path.is_file()}


def test_the_report_is_one_by_its_schema(program: Path) -> None:
    report = json.loads((program / "report.json").read_text())
    Draft202012Validator(report_schema()).validate(report)
    assert [row["population"] for row in report["imported"]["layers"]] == ["layer0", None, "layer2", "layer3"]


@pytest.mark.parametrize("arguments", [("info",), ("check",), ("check", "--certificate")])
def test_other_commands_take_it(program: Path, arguments: tuple[object, ...]) -> None:
    command, *options = arguments
    result = call(command, program, *options)
    assert result.exit_code == 0, result.output
    assert "small" in result.output


def test_estimates_are_for_genotypes(program: Path) -> None:
    result = call("estimate", program)
    assert result.exit_code == 2
    assert "is a program; `litesnn info` shows its costs" in " ".join(result.output.split())


def test_a_chip_without_graded_spikes_gets_them_from_the_host(net: Path, tmp_path: Path) -> None:
    assert call("import", net, "-o", tmp_path / "p", "--no-lava", "--profile", "loihi1").exit_code == 0
    hosted = [population.name for population in Program.load(tmp_path / "p").graph.membranes if population.on_host]
    assert hosted == ["layer0"]


def test_real_values_pass_through_the_input_layer_and_integers_do_not(program: Path, tmp_path: Path) -> None:
    real = np.random.default_rng(0).uniform(-1, 1, (2, 1, 2, 3))
    np.save(tmp_path / "real.npy", real)
    np.save(tmp_path / "whole.npy", np.trunc(40 * real + 2).astype(np.int16))
    found = []
    for name in ("real", "whole"):
        result = call(
            "run", program, "--input", tmp_path / f"{name}.npy", "-o", tmp_path / "y.npz", "--record", "layer2"
        )
        assert result.exit_code == 0, result.output
        with np.load(tmp_path / "y.npz") as arrays:
            found.append({key: arrays[key] for key in arrays.files})
    expected = simulate_naively(Program.load(program).graph, np.load(tmp_path / "whole.npy"))
    for arrays in found:
        np.testing.assert_array_equal(arrays["readout"], expected.readout)
        np.testing.assert_array_equal(arrays["layer2.spikes"], expected.spikes["layer2"])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((1, 3, 2, 1)), r"input: found shape \(1, 3, 2, 1\); allowed: \(N, C, H, W\) held for all steps"),
        (np.zeros((1, 4, 1, 2, 3)), r"or \(N, 8, C, H, W\)"),
        (np.full((1, 1, 2, 3), 5000), "found values 5000 .. 5000; allowed: -4096 .. 4095"),
        (np.full((1, 1, 2, 3), np.nan), "found NaN"),
        (np.zeros((1, 1, 2, 3), complex), "found elements of type '<c16'"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(program: Path, tmp_path: Path, values: np.ndarray, message: str) -> None:
    np.save(tmp_path / "x.npy", values)
    result = call("run", program, "--input", tmp_path / "x.npy", "-o", tmp_path / "y.npz")
    assert result.exit_code == 2
    assert re.search(message, " ".join(result.output.split()))
    assert not (tmp_path / "y.npz").exists()


def test_a_refused_file_writes_nothing(net: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.net"
    broken.write_bytes(net.read_bytes())
    with h5py.File(broken, "a") as file:
        del file["layer/2/neuron/vDecay"]
    result = call("import", broken, "-o", tmp_path / "program")
    assert result.exit_code == 2
    assert "layer/2/neuron: 'vDecay' is missing" in " ".join(result.output.split())
    assert call("import", net.with_suffix(".txt"), "-o", tmp_path / "program").exit_code == 2
    for wrong in (("--input-shape", "1,2"), ("--dt", 1), ("--weights", net)):
        assert call("import", net, "-o", tmp_path / "program", *wrong).exit_code == 2, wrong
    assert [path.name for path in tmp_path.iterdir()] == ["broken.net"]


def test_spikes_go_in_step_by_step(tmp_path: Path) -> None:
    path = write_net(tmp_path / "spikes.net", [dense(np.array([[30, -20], [9, 50]]), INSTANT)])
    assert call("import", path, "-o", tmp_path / "p", "--no-lava").exit_code == 0
    spikes = random_spikes((3, 8, 2, 1, 1))
    np.save(tmp_path / "x.npy", spikes)
    result = call("run", tmp_path / "p", "--input", tmp_path / "x.npy", "-o", tmp_path / "y.npz", "--record", "all")
    assert result.exit_code == 0, result.output
    with np.load(tmp_path / "y.npz") as arrays:
        expected = simulate_naively(Program.load(tmp_path / "p").graph, spikes)
        np.testing.assert_array_equal(arrays["layer0.spikes"], expected.spikes["layer0"])
        np.testing.assert_array_equal(arrays["readout"], expected.spikes["layer0"].sum(axis=1).reshape(3, 2))

"""`litesnn import FILE.nir` and `litesnn export PROGRAM --to nir`: what they print and write, and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import nir_files as files
import numpy as np
import pytest
from typer.testing import CliRunner

from litesnn.cli import app
from litesnn.compiler.program import Program
from litesnn.compiler.program.documents import graph_document

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits" / "genotype.json"


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.output


@pytest.fixture
def network(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    nodes = {
        "input": files.port("Input", 6),
        "fc1": files.linear(rng.normal(0.1, 0.5, (8, 6))),
        "lif": files.lif_node((8,), 0.75, 1.0),
        "fc2": files.linear(rng.normal(0, 0.5, (3, 8)), rng.normal(0, 0.1, 3)),
        "output": files.port("Output", 3),
    }
    return files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes))


def test_import_compares_with_the_floating_point_run(network: Path) -> None:
    options = ("--bits", "8,fc2=4", "--timesteps", 12, "--no-lava")
    code, output = run("import", network, "-o", network.parent / "p", *options, "--json")
    assert code == 0
    comparison = json.loads(output)["imported"]["record"]["comparison"]
    (row,) = comparison["layers"]
    assert (comparison["steps"], row["population"]) == (12, "lif")
    assert row["float_spikes"] > 100
    assert row["count_error"] < 0.05
    assert row["differing"] < 0.05
    assert comparison["same_class"] > 0.8


def test_import_shows_what_each_layer_became(network: Path) -> None:
    code, output = run("import", network, "-o", network.parent / "p", "--no-lava")
    assert code == 0
    for part in (
        "fc1",
        "8 bits",
        "bounded",
        "dv 1024",
        "spikes 0/1",
        "assumed reset: to v_reset; were it by subtraction at the spike",
        "assumed reset: to v_reset; were it with the next update",
    ):
        assert part in " ".join(output.split())


def test_what_the_user_says_is_not_assumed(network: Path) -> None:
    said = ("--reset-kind", "zero", "--spike-at", "--decay-rule", "euler", "--dt", 1e-4, "--no-lava", "--json")
    code, output = run("import", network, "-o", network.parent / "p", *said)
    assert code == 0
    document = json.loads(output)
    assert "assumed" not in {label["status"] for label in document["fidelity"]}
    assert "spikes at the threshold" in {label["step"] for label in document["fidelity"]}
    assert document["imported"]["record"]["comparison"]["otherwise"] == []


def test_broken_input_is_exit_code_2(network: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.nir"
    broken.write_bytes(network.read_bytes()[:500])
    for arguments in (
        (broken,),
        (tmp_path / "none.nir",),
        (network, "--bits", "12"),
        (network, "--dt", "-1"),
        (network, "--input-shape", "a,b"),
        (network, "--encoding", "direct", "--input-range", "5"),
        (network, "--bits", "conv=4"),
        (network, "--isolated"),
        (network, "--channels", "4"),
    ):
        code, output = run("import", *arguments)
        assert (code, "Traceback" in output) == (2, False), arguments


def test_a_compiled_example_is_exported_and_read_back(tmp_path: Path) -> None:
    program, target = tmp_path / "program", tmp_path / "digits.nir"
    assert run("compile", EXAMPLE, "-o", program, "--no-lava")[0] == 0
    code, output = run("export", program, "--to", "nir", "-o", target, "--json")
    assert (code, json.loads(output)["files"]) == (0, [str(target)])
    from litesnn.compiler.frontends.nir.read import read_nir

    document, tensors = graph_document(Program.load(program).graph)
    again, arrays = graph_document(read_nir(target).graph)
    assert document == again
    assert all(np.array_equal(tensors[name], arrays[name]) for name in tensors)
    assert run("export", program, "--to", "onnx", "-o", target)[0] == 2


def test_a_folder_with_data_is_refused_where_the_file_names_no_data_set(network: Path) -> None:
    assert run("import", network, "-o", network.parent / "p", "--no-lava")[0] == 0
    code, output = run("verify", network.parent / "p", "--data-dir", network.parent)
    assert code == 2
    assert "--data-dir: found with a network from a .nir file, which names no data set" in " ".join(output.split())

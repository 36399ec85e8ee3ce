"""`litesnn conformance`: a pack from which anybody can compute the network, replaced whole, and traces that are compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nir_files as files
import numpy as np
import pytest
from command_line import as_json, call, everything, json_of, ok, refused

CLASSES, STEPS = 3, 9


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A layer with a synaptic current, a leak and a bias; its output spikes."""
    folder = tmp_path_factory.mktemp("program")
    rng = np.random.default_rng(0)
    nodes = {
        "input": files.port("Input", 6),
        "fc1": files.linear(rng.normal(0.1, 0.5, (8, 6)), rng.normal(0, 0.1, 8)),
        "lif": files.lif_node((8,), 0.75, 1.0),
        "fc2": files.linear(rng.normal(0.1, 0.5, (CLASSES, 8))),
        "out": files.lif_node((CLASSES,), 0.9, 0.7),
        "output": files.port("Output", CLASSES),
    }
    network = files.write_nir(folder / "net.nir", nodes, files.chain(nodes))
    ok("import", network, "-o", folder / "p", "--timesteps", STEPS, "--samples", 0)
    return folder / "p"


def written(program: Path, folder: Path, *more: Any) -> dict[str, Any]:
    return json_of("conformance", program, "-o", folder, "--samples", 4, *more)


def test_the_network_can_be_computed_from_the_pack_alone(program: Path, tmp_path: Path) -> None:
    """By the equations of its README, with nothing but numpy."""
    pack = tmp_path / "pack"
    assert written(program, pack)["samples"] == 4
    manifest = json.loads((pack / "manifest.json").read_text())
    tensor = {
        name: np.load(pack / file).astype(np.int64) for name, file in manifest["tensors"].items() if "unit" not in name
    }
    sent = {"input": np.load(pack / "inputs.npy").astype(np.int64)}
    trace = {(a["population"], a["register"]): np.load(pack / a["file"]) for a in manifest["trace"]["arrays"]}
    for population in manifest["network"]["populations"][1:]:
        name, shape = population["name"], population["shape"]
        arriving = np.zeros((4, STEPS, *shape), np.int64)
        for block in manifest["network"]["blocks"]:
            if block["target"] == name:
                assert block["geometry"] == "dense"
                weights = tensor[f"{block['name']}.codes"] << block["exponent"]
                arriving += (sent[block["source"]].reshape(4, STEPS, -1) @ weights.T).reshape(arriving.shape)
        bias = (tensor[f"{name}.bias_mant"] << tensor[f"{name}.bias_exp"])[:, None, None]
        vth = (tensor[f"{name}.vth"] << 6)[:, None, None]
        u = v = np.zeros((4, *shape), np.int64)
        spikes = []
        for step in range(STEPS):
            u = np.sign(u) * ((np.abs(u) * (4096 - (population["du"] + 1))) >> 12) + (arriving[:, step] << 6)
            v = np.sign(v) * ((np.abs(v) * (4096 - population["dv"])) >> 12) + u + bias
            spikes.append((v > vth).astype(np.int64))
            v = np.where(v > vth, 0, v)
            assert np.array_equal(trace[name, "u"][:, step], u)
            assert np.array_equal(trace[name, "v"][:, step], v)
        sent[name] = np.stack(spikes, 1)
        assert sent[name].any()
        assert np.array_equal(trace[name, "spikes"], sent[name])
    counted = sent["out"].sum(1).reshape(4, CLASSES)
    assert np.array_equal(np.load(pack / "readout.npy"), counted)


def test_the_page_says_how_to_read_it(program: Path, tmp_path: Path) -> None:
    written(program, tmp_path / "pack")
    page = (tmp_path / "pack" / "README.md").read_text()
    for part in (
        "u = sgn(u) * ((|u| * (4096 - (du + 1))) >> 12)",
        "Order of operations",
        "`lif`",
        "All to all",
        "arrival",
        "--against",
    ):
        assert part in page


def test_a_pack_is_replaced_whole_and_only_where_it_is_ours(program: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    written(program, pack)
    before = {path: path.read_bytes() for path in everything(pack) if path.is_file()}
    written(program, pack)
    assert {path: path.read_bytes() for path in everything(pack) if path.is_file()} == before
    written(program, pack, "--populations", "out")
    assert {p.name for p in (pack / "trace").iterdir()} == {"002.u.npy", "002.v.npy", "002.spikes.npy"}
    (pack / "note.txt").write_text("mine")
    refused(call("conformance", program, "-o", pack), "holds what LiteSNN did not write there: note.txt")
    refused(call("conformance", program, "-o", program), "is not a LiteSNN conformance pack")
    assert (pack / "note.txt").read_text() == "mine"


def test_a_failed_run_leaves_nothing(program: Path, tmp_path: Path) -> None:
    refused(call("conformance", program, "-o", tmp_path / "pack", "--populations", "ghost"), "found 'ghost'")
    assert not everything(tmp_path)


def test_a_trace_that_differs_is_exit_code_1_with_its_place(program: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    written(program, pack)
    equal = json_of("conformance", program, "--against", pack)
    assert (equal["equal"], equal["differing_values"], equal["first"]) == (True, 0, None)
    manifest = json.loads((pack / "manifest.json").read_text())
    entry = next(a for a in manifest["trace"]["arrays"] if (a["population"], a["register"]) == ("lif", "v"))
    values = np.load(pack / entry["file"])
    np.save(pack / entry["file"], values + (values != 0))
    refused(call("conformance", program, "--against", pack), "wrong SHA-256")
    del entry["sha256"]
    (pack / "manifest.json").write_text(json.dumps(manifest))
    result = call("conformance", program, "--against", pack, "--json")
    assert result.exit_code == 1
    first = as_json(result)["first"]
    assert (first["population"], first["register"], first["theirs"] - first["ours"]) == ("lif", "v", 1)
    shown = call("conformance", program, "--against", pack)
    assert shown.exit_code == 1
    assert "the first difference is in 'lif'" in shown.output
    assert "likely cause" in shown.output


def test_what_does_not_go_together_is_refused(program: Path, tmp_path: Path) -> None:
    refused(call("conformance", program), "found neither of -o and --against")
    refused(call("conformance", program, "-o", tmp_path / "a", "--against", tmp_path), "found both")
    refused(call("conformance", program, "--against", tmp_path), "found neither trace.json nor manifest.json")
    refused(call("conformance", program, "--against", tmp_path, "--input", tmp_path / "x.npy"), "the trace says which")

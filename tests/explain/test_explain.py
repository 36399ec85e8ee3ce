"""`litesnn explain` on networks whose losses are known: it names them, and what it says wins accuracy back does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nir_files as files
import numpy as np
import pytest
from command_line import call, json_of, ok, refused
from written_genotypes import document, loaded
from written_nets import dense, layer, write_net

import litesnn
from litesnn.compiler.origin.formats import read_network

SAID = ("--spike-above", "--reset-kind", "zero", "--decay-rule", "euler", "--no-lava", "-q")
INPUTS, HIDDEN, CLASSES, STEPS, SAMPLES = 20, 32, 4, 8, 120


def teacher(folder: Path, direct: bool = False) -> tuple[Path, Path, Path]:
    """A random network, samples, and its own classes as labels, so that floating point is always right."""
    rng = np.random.default_rng(7)
    first, last = rng.normal(0.05, 0.4, (HIDDEN, INPUTS)), rng.normal(0, 0.4, (CLASSES, HIDDEN))
    if direct:
        values = rng.gamma(1.0, 0.5, (SAMPLES, INPUTS, 1, 1))
    else:
        values = (rng.random((SAMPLES, STEPS, INPUTS, 1, 1)) < 0.35).astype(np.int16)

    def network(bias: Any) -> Path:
        nodes = {
            "input": files.port("Input", INPUTS),
            "fc1": files.linear(first),
            "lif": files.lif_node((HIDDEN,), 0.9, 1.0),
            "fc2": files.linear(last, bias),
            "output": files.port("Output", CLASSES),
        }
        return files.write_nir(folder / "net.nir", nodes, files.chain(nodes))

    def run(path: Path) -> dict[str, Any]:
        options = {"encoding": "direct"} if direct else {}
        from litesnn.compiler.frontends.real.options import InputCoding, RealOptions

        reference = read_network(path, RealOptions(timesteps=STEPS, input=InputCoding(**options))).float_reference  # type: ignore[arg-type]
        assert reference is not None
        return dict(reference.run(values, STEPS))  # type: ignore[arg-type]

    rates = run(network(np.zeros(CLASSES)))["lif"].reshape(SAMPLES, STEPS, HIDDEN).mean((0, 1))
    path = network(-last @ rates)  # no class is likelier than another by itself
    labels = run(path)["output"].reshape(SAMPLES, STEPS, CLASSES).sum(1).argmax(1)
    assert np.bincount(labels, minlength=CLASSES).min() > SAMPLES / 12
    np.save(folder / "x.npy", values)
    np.save(folder / "y.npy", labels)
    return path, folder / "x.npy", folder / "y.npy"


def explained(program: Path, *more: Any) -> dict[str, Any]:
    return json_of("explain", program, *more)


def loss(found: dict[str, Any], key: str) -> float:
    """Points that a change takes by itself."""
    change = next(change for change in found["changes"] if change["key"] == key)
    return 0.0 if change["alone"] is None else found["composed"]["accuracy"] - change["alone"]["accuracy"]


def accuracy(program: Path, x: Path, y: Path, folder: Path) -> float:
    document = json_of("run", program, "--input", x, "-o", folder / "out.npz")
    return float((np.array(document["predictions"]) == np.load(y)).mean())


def test_a_layer_of_two_bits_is_named_and_its_bits_win_it_back(tmp_path: Path) -> None:
    path, x, y = teacher(tmp_path)
    ok("import", path, "-o", tmp_path / "p", "--timesteps", STEPS, "--bits", "8,fc1=2", *SAID)
    found = explained(tmp_path / "p", "--input", x, "--labels", y)
    assert found["reference"]["accuracy"] == found["composed"]["accuracy"] == 1.0
    last = found["changes"][-1]["sequence"]
    assert last["accuracy"] == accuracy(tmp_path / "p", x, y, tmp_path)
    assert loss(found, "weights") > 0.1
    assert max(loss(found, key) for key in ("decay", "truncation", "constants", "rule", "registers")) < 0.05
    assert (found["edges"][0]["edge"], found["edges"][0]["bits"]) == ("fc1", 2)
    best = found["tried"][found["best"]]
    assert best["measured"]["accuracy"] > last["accuracy"] + 0.1
    options = best["option"].split()
    base = [] if "--bits" in options else ["--bits", "8,fc1=2"]
    ok("import", path, "-o", tmp_path / "q", "--timesteps", STEPS, *base, *options, *SAID)
    assert accuracy(tmp_path / "q", x, y, tmp_path) == best["measured"]["accuracy"]


def test_an_input_range_that_is_too_small_is_named_and_a_scale_wins_it_back(tmp_path: Path) -> None:
    path, x, y = teacher(tmp_path, direct=True)
    coding = ("--encoding", "direct", "--input-range", "0..7", "--input-scale", 0.05)
    ok("import", path, "-o", tmp_path / "p", "--timesteps", STEPS, *coding, *SAID)
    found = explained(tmp_path / "p", "--input", x, "--labels", y, "--raw")
    assert found["reference"]["accuracy"] == 1.0
    assert found["clipped_inputs"] > 0.3
    assert loss(found, "input") > 0.1
    assert loss(found, "input") > 3 * loss(found, "weights")
    best = found["tried"][found["best"]]
    assert best["option"].startswith("--input-scale")
    assert best["measured"]["accuracy"] > found["changes"][-1]["sequence"]["accuracy"] + 0.1


def test_a_leak_that_truncates_is_named(tmp_path: Path) -> None:
    """A rare input whose weight is one unit of a membrane that other inputs make coarse; the real leak is slower than truncation."""
    steps, wide, decay = 900, 300, 1 - 4 / 4096
    weights = np.full((2, wide), 127.0)
    weights[:, 0] = 1
    nodes = {
        "input": files.port("Input", wide),
        "fc1": files.linear(weights),
        "lif": files.lif_node((2,), decay, 9.0),
        "fc2": files.linear([[1.0, 1.0], [-1.0, -1.0]], [-0.0001, 0.0001]),
        "output": files.port("Output", 2),
    }
    path = files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes))
    ok("import", path, "-o", tmp_path / "p", "--timesteps", steps, *SAID, "--samples", 0)
    inputs = np.zeros((2, steps, wide, 1, 1), np.int16)
    inputs[0, ::60, 0] = 1
    np.save(tmp_path / "x.npy", inputs)
    np.save(tmp_path / "y.npy", np.array([0, 1]))
    found = explained(tmp_path / "p", "--input", tmp_path / "x.npy", "--labels", tmp_path / "y.npy", "--no-trials")
    assert found["reference"]["accuracy"] == 1.0
    assert loss(found, "truncation") == 0.5
    assert loss(found, "weights") == loss(found, "decay") == 0
    assert found["changes"][-1]["sequence"]["accuracy"] == 0.5


def test_a_reset_that_is_taken_over_otherwise_is_named(tmp_path: Path) -> None:
    path, x, _ = teacher(tmp_path)
    said = ("--spike-above", "--reset-kind", "subtract", "--approximate", "--decay-rule", "euler", "--no-lava", "-q")
    ok("import", path, "-o", tmp_path / "p", "--timesteps", STEPS, *said)
    found = explained(tmp_path / "p", "--input", x, "--no-trials")
    alone = {change["key"]: change["alone"] for change in found["changes"]}
    assert alone["rule"]["differing"]["lif"] > 10 * max(alone["weights"]["differing"]["lif"], 0.001)
    assert alone["rule"]["agreement"] < 1.0


@pytest.mark.parametrize("clamped", [False, True])
def test_a_delay_that_was_clamped_is_named_and_one_that_relays_carry_is_not(tmp_path: Path, clamped: bool) -> None:
    """Two delays from one layer into another, both beyond the chip's longest."""
    rng, steps = np.random.default_rng(0), 90
    nodes = {
        "input": files.port("Input", 8),
        "f1": files.linear(rng.integers(-3, 6, (10, 8)) * 0.25),
        "a": files.if_node((10,), 1.5),
        "d": {"type": "Delay", "delay": np.where(np.arange(10) % 2, 70.0, 66.0)},
        "f2": files.linear(rng.integers(-3, 6, (6, 10)) * 0.25),
        "b": files.if_node((6,), 1.5),
        "output": files.port("Output", 6),
    }
    path = files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes))
    said = ("--dt", 1, "--reset-kind", "zero", "--spike-above", "--no-lava", "--timesteps", steps)
    ok("import", path, "-o", tmp_path / "p", *said, *(["--clamp-delays"] if clamped else []))
    np.save(tmp_path / "x.npy", (rng.random((6, steps, 8, 1, 1)) < 0.4).astype(np.int16))
    found = explained(tmp_path / "p", "--input", tmp_path / "x.npy", "--no-trials")
    differing = {change["key"]: change["alone"]["differing"] for change in found["changes"] if change["alone"]}
    assert (differing["delays"]["b"] > 0.05) == clamped
    assert all(not any(layers.values()) for key, layers in differing.items() if key != "delays")


def test_without_labels_agreement_stands_for_accuracy(tmp_path: Path) -> None:
    path, x, _ = teacher(tmp_path)
    ok("import", path, "-o", tmp_path / "p", "--timesteps", STEPS, "--bits", "3", *SAID)
    result = ok("explain", tmp_path / "p", "--input", x, "--samples", 30, "-o", tmp_path / "page.html")
    text = " ".join(result.output.split())
    for part in (
        "no labels",
        "agreement with the float network's class",
        "the first 30 of 120 samples",
        "weights to integers",
    ):
        assert part in text
    page = (tmp_path / "page.html").read_text()
    assert 'id="explanation"' in page
    assert "Where accuracy went" in page
    assert "No labels were given" in page


def test_a_genotype_ends_at_its_program(tmp_path: Path) -> None:
    compiled = litesnn.compile(loaded(document(), tmp_path), "loihi2", lava_samples=0, samples=None)
    compiled.program.save(tmp_path / "p")
    found = explained(tmp_path / "p", "--samples", 8)
    assert found["computed_by"] == "PyTorch `float`"
    assert found["labels"] is False
    assert found["reference"]["agreement"] == 1.0
    assert [change["key"] for change in found["changes"]][-1] == "registers"


def test_what_holds_integers_has_no_float_network(tmp_path: Path) -> None:
    net = write_net(tmp_path / "net.net", [layer("input", shape=np.array([1, 1, 4])), dense(np.ones((3, 4)))])
    ok("import", net, "-o", tmp_path / "p", "--samples", 0)
    refused(call("explain", tmp_path / "p"), "there is no floating-point network to explain from")


def test_spikes_have_no_raw_samples(tmp_path: Path) -> None:
    path, x, _ = teacher(tmp_path)
    ok("import", path, "-o", tmp_path / "p", "--timesteps", STEPS, *SAID, "--samples", 0)
    refused(call("explain", tmp_path / "p", "--input", x, "--raw"), "--raw: found with a network that takes spikes")


@pytest.mark.parametrize("given", [(), ("--labels", "y.npy")])
def test_labels_need_input(tmp_path: Path, given: tuple[str, ...]) -> None:
    path, _, y = teacher(tmp_path)
    ok("import", path, "-o", tmp_path / "p", "--timesteps", STEPS, *SAID, "--samples", 0)
    if given:
        refused(call("explain", tmp_path / "p", "--labels", y), "--labels needs --input")
    else:
        found = explained(tmp_path / "p", "--samples", 4, "--no-trials")
        assert "random inputs" in found["of"]

"""`litesnn quantize` and `litesnn prune --max-drop`: bits and channels of a trained genotype by measured need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import call, json_of, ok, refused
from random_networks import random_input, random_trained_genotype

import litesnn
from litesnn.compiler.genotype import LoadedGenotype, load_genotype, save_genotype
from litesnn.compiler.genotype.fewer_bits import with_fewer_bits
from litesnn.compiler.graph import Graph
from litesnn.compiler.origin.genotype import compile_graph
from litesnn.compiler.profile import load_profile
from litesnn.jobs.by_need.halves import halved
from litesnn.jobs.by_need.measured import Choice, Measured
from litesnn.jobs.by_need.trials import Trial
from litesnn.jobs.samples import Samples
from litesnn.search.model.reference import fixed_parameters

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits" / "genotype.json"
LOIHI2 = load_profile("loihi2")
COUNT = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small genotype with samples, whose classes are those that it names but for every eighth."""
    place = tmp_path_factory.mktemp("trained")
    choices = {"norm": "node", "cells": 1, "nodes": 1, "bits": 6, "channels": 16, "keep": 1.0, "ops": ("conv3x3",)}
    loaded = random_trained_genotype(3, size=4, encoding="direct", stem=True, pool="global_average", **choices)
    save_genotype(loaded.spec, dict(loaded.trained), place / "net.json")
    inputs = random_input(loaded, COUNT, 0)
    np.save(place / "x.npy", inputs)
    np.save(place / "y.npy", np.where(np.arange(COUNT) % 8, litesnn.simulate(graph_of(loaded), inputs).predictions, 0))
    return place


def arrays(folder: Path) -> tuple[object, ...]:
    return "--input", folder / "x.npy", "--labels", folder / "y.npy"


def graph_of(genotype: LoadedGenotype) -> Graph:
    return compile_graph(genotype, LOIHI2)


def told_by_the_other_half(genotype: LoadedGenotype, folder: Path) -> float:
    inputs, labels = np.load(folder / "x.npy"), np.load(folder / "y.npy")
    half = halved(Samples(inputs, labels, "all")).reporting
    return float((litesnn.simulate(graph_of(genotype), inputs[half]).predictions == labels[half]).mean())


def check_need(need: dict[str, Any], folder: Path, out: Path) -> None:
    """What the record says is true of the files, and the network computes the same spikes in PyTorch and in the simulator."""
    before, after = load_genotype(folder / "net.json"), load_genotype(out)
    assert (need["score"], need["samples"], need["profile"]) == ("accuracy", [COUNT // 2, COUNT // 2], "loihi2")
    assert (need["before"], need["after"]) == tuple(told_by_the_other_half(one, folder) for one in (before, after))
    assert need["words"] == [litesnn.estimate(one, LOIHI2).synapse_words for one in (before, after)]
    assert need["words"][1] < need["words"][0]
    few = Samples(np.load(folder / "x.npy")[:4], None, "few")
    assert litesnn.compile(after, LOIHI2, samples=few, lava_samples=0).equal


def test_quantize_gives_every_edge_the_bits_that_it_needs(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    found = json_of("quantize", folder / "net.json", "--max-drop", 10, *arrays(folder), "-o", out)
    after = load_genotype(out)
    bits = {edge.name: edge.bits for edge in after.topology.edges() if edge.weighted}
    lowered = {
        edge.name: [edge.bits, bits[edge.name]]
        for edge in load_genotype(folder / "net.json").topology.edges()
        if edge.weighted and bits[edge.name] < edge.bits
    }
    assert found["bits"] == lowered
    check_need(found["need"], folder, out)
    assert after.spec.lowered_bits is not None
    assert after.spec.lowered_bits[0].model_dump(mode="json") == {name: found[name] for name in ("bits", "need")}
    assert f"bits of {len(lowered)} edges lowered by need: accuracy on 20 samples" in " ".join(
        ok("info", out).output.split()
    )


def test_prune_takes_the_channels_that_are_not_needed(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    options = ("--max-drop", 25, "--rates", "stem=0", "--profile", "loihi2")
    found = json_of("prune", folder / "net.json", "--method", "sca", *options, *arrays(folder), "-o", out)
    assert found["rates"]["stem"] == 0 < found["rates"]["cell0.node0"]
    assert found["samples"] == COUNT // 2  # the reporting half is not even scored
    check_need(found["need"], folder, out)
    (record,) = json_of("info", out)["pruning"]
    assert record["need"] == found["need"]
    assert "accuracy on 20 samples that had no part in the choice" in " ".join(ok("info", out).output.split())


def test_fewer_bits_leave_thresholds_and_biases_as_they_are() -> None:
    """Where the weight exponents have room: all that changes is how fine the weights are."""
    before = load_genotype(EXAMPLE)
    node = before.topology.nodes[0]
    after = with_fewer_bits(before, {edge.name: edge.bits - 1 for edge in node.edges})
    old, new = (fixed_parameters(one)[node.name] for one in (before, after))
    assert (old.threshold == new.threshold).all()
    assert (old.bias_mant == new.bias_mant).all()
    (edge,) = node.edges
    assert (np.abs(old.weights[edge.name] - new.weights[edge.name]) <= 2 ** after.topology.nodes[0].membrane_exp).all()
    assert (old.weights[edge.name] != new.weights[edge.name]).any()


@pytest.mark.parametrize(
    ("command", "options", "message"),
    [
        ("quantize", ("--input", "few.npy"), "samples: found 15; allowed: 16 or more"),
        ("quantize", ("--max-drop", 101), "max_drop: found 101"),
        ("prune", ("--max-drop", 1), "needs a chip to count memory on"),
        ("prune", ("--max-time", 1, "--rates", 0.5), "found without --max-drop"),
        ("prune", ("--max-drop", 1, "--target-cores", 1, "--profile", "loihi2"), "--max-drop: found with --target"),
        ("prune", ("--max-drop", 1, "--inherit", "weights", "--profile", "loihi2"), "found with --inherit weights"),
        ("prune", ("--max-drop", 1, "--rates", 0.5, "--method", "l1", "--profile", "loihi2"), "nothing to choose"),
    ],
)
def test_what_it_refuses_is_said_and_nothing_is_written(
    command: str, options: tuple[object, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("few.npy", np.zeros((15, 1, 8, 8), np.int16))
    refused(call(command, EXAMPLE, *options), message)
    assert [path.name for path in tmp_path.iterdir()] == ["few.npy"]


def test_a_genotype_whose_data_are_not_at_hand_is_not_measured_on_noise(tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace('"dataset": "digits"', '"dataset": "cifar10"')
    (tmp_path / "net.json").write_text(text)
    (tmp_path / "genotype.safetensors").write_bytes(EXAMPLE.with_suffix(".safetensors").read_bytes())
    refused(
        call("quantize", tmp_path / "net.json", "-o", tmp_path / "o.json"),
        "records data set 'cifar10', which needs --data-dir",
    )


@pytest.mark.parametrize("command", ["quantize", "prune"])
def test_a_choice_that_was_ended_goes_on_to_the_same_bytes(
    command: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(name: str, *options: object) -> Any:
        asked = (folder / "net.json", "--max-drop", 10, "--profile", "loihi2", *arrays(folder), "-o", tmp_path / name)
        return call(command, *asked, *options)

    assert run("whole.json").exit_code == 0
    real, tried = Measured._tried, list[object]()

    def watched(self: Measured, choice: Choice) -> Trial | str:
        if len(tried) == 4:
            raise KeyboardInterrupt
        tried.append(dict(choice))
        return real(self, choice)

    monkeypatch.setattr(Measured, "_tried", watched)
    assert run("parts.json").exit_code != 0
    assert (tmp_path / "parts.json.trials").exists()
    refused(
        call(
            command,
            folder / "net.json",
            "--max-drop",
            10,
            "--profile",
            "loihi1",
            *arrays(folder),
            "-o",
            tmp_path / "parts.json",
            "--resume",
        ),
        "trials of another network, chip or samples",
    )
    before, tried[:] = list(tried), []
    monkeypatch.setattr(Measured, "_tried", lambda self, choice: (tried.append(dict(choice)), real(self, choice))[1])
    assert run("parts.json", "--resume").exit_code == 0
    assert tried
    assert not [choice for choice in tried if choice in before], "nothing is measured twice"
    assert not (tmp_path / "parts.json.trials").exists()
    for suffix in (".json", ".safetensors"):
        whole, parts = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("whole", "parts"))
        assert parts.replace(b"parts.", b"whole.") == whole

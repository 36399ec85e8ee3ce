"""What the checker does not know is never proved, and the checker stays small and by itself."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from proved_programs import network, relayed_input
from safetensors.numpy import load, save

import litesnn.runtime.prove as prove_package
from litesnn.runtime.prove import Proof, prove

FOLDER = Path(str(prove_package.__file__)).parent


def changed(change: Any) -> Proof:
    files, integers = network(0)
    document = json.loads(files["graph.json"])
    change(document)
    return prove({**files, "graph.json": json.dumps(document).encode()}, integers)


def neurons(document: Any) -> Any:
    return next(p for p in document["populations"] if p.get("role") == "lif")


@pytest.mark.parametrize(
    "change",
    [
        lambda document: neurons(document).update(role="resonate"),
        lambda document: neurons(document).update(kind="sigma_delta"),
        lambda document: neurons(document).update(refractory=1),
        lambda document: document["blocks"][0].update(geometry="sparse"),
        lambda document: document["blocks"][0].update(injected=True),
        lambda document: document["blocks"][0]["params"].update(groups=2),
        lambda document: document["schedule"].update(pause=1),
        lambda document: document.update(version=3),
        lambda document: document.update(plasticity={}),
        lambda document: neurons(document).pop("dv") and neurons(document).pop("shape"),
    ],
)
def test_what_is_not_known_is_not_proved(change: Any) -> None:
    proof = changed(change)
    assert proof.word == "NOT PROVED"
    assert [problem.reason for problem in proof.problems] == ["unknown"]


def test_a_relay_that_spikes_by_itself_is_refuted() -> None:
    files, integers = network(2)
    tensors = load(files["weights.safetensors"])
    relays = [p["name"] for p in json.loads(files["graph.json"])["populations"] if p.get("role") == "relay"]
    tensors[f"{relays[0]}.vth"] = tensors[f"{relays[0]}.vth"] - 1
    proof = prove({**files, "weights.safetensors": save(tensors)}, integers)
    assert proof.word == "REFUTED"
    assert relays[0] in proof.problems[0].place


def test_a_relay_of_values_is_refuted() -> None:
    """It sends 1 for any value that is not 0: of an input of spikes it is proved, of the same input with values not."""
    files, integers = relayed_input()
    graph, genotype = (json.loads(files[name]) for name in ("graph.json", "genotype/genotype.json"))
    assert any(p.get("role") == "relay" and p["stands_for"] == "input" for p in graph["populations"])
    assert prove(files, integers).word == "PROVED"
    genotype["input"].update(encoding="direct", minimum=0, maximum=5)
    graph["populations"][0].update(minimum=0, maximum=5, message_bits=8)
    changed_files = {"graph.json": json.dumps(graph).encode(), "genotype/genotype.json": json.dumps(genotype).encode()}
    proof = prove({**files, **changed_files}, integers)
    assert proof.word == "REFUTED"
    assert {problem.place for problem in proof.problems} == {"population 'input.relay1'"}


@pytest.mark.parametrize("change", [{"stands_for": "nothing"}, {"stands_for": "readout"}, {"name": "readout"}])
def test_a_relay_that_stands_for_another_population_is_refuted(change: dict[str, str]) -> None:
    """One that is called as the readout takes its place in the graph, but not in what is due."""
    files, integers = network(2)
    document = json.loads(files["graph.json"])
    relay = next(p for p in document["populations"] if p.get("role") == "relay")
    if "name" in change:
        document["populations"] = [p for p in document["populations"] if p["name"] != "readout"]
        document["blocks"] = [b for b in document["blocks"] if b["target"] != "readout"]
        for block in document["blocks"]:
            block |= {end: "readout" for end in ("source", "target") if block[end] == relay["name"]}
    relay.update(change)
    proof = prove({**files, "graph.json": json.dumps(document).encode()}, integers)
    assert proof.word == "REFUTED"
    assert any(relay["name"] in problem.place for problem in proof.problems)


def test_a_distance_below_0_is_refuted() -> None:
    files, integers = network(0)
    document = json.loads(files["graph.json"])
    block = document["blocks"][-1]
    block["distance"] = -1
    proof = prove({**files, "graph.json": json.dumps(document).encode()}, integers)
    assert proof.word == "REFUTED"
    assert any(block["name"] in f"{problem.place}: {problem.detail}" for problem in proof.problems)


def test_a_network_from_elsewhere_is_not_proved_and_its_timing_is_checked() -> None:
    files, _ = network(0)
    proof = prove(files, None)
    assert (proof.word, [p.reason for p in proof.problems]) == ("NOT PROVED", ["no reference"])
    document = json.loads(files["graph.json"])
    document["blocks"][0]["delay"] += 1
    assert prove({**files, "graph.json": json.dumps(document).encode()}, None).word == "REFUTED"


def sources() -> dict[str, ast.Module]:
    return {str(path): ast.parse(path.read_text("utf-8")) for path in FOLDER.rglob("*.py")}


def test_the_checker_imports_nothing_of_the_compiler() -> None:
    found = {
        node.module
        for module in sources().values()
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.startswith("litesnn")
    }
    assert {name for name in found if not name.startswith("litesnn.runtime.prove")} == {
        "litesnn.base.errors",
        "litesnn.reading",
    }


@pytest.mark.parametrize(("part", "limit"), [("", 600), ("image", 525)])
def test_each_half_of_the_checker_can_be_read_in_one_sitting(part: str, limit: int) -> None:
    lines = 0
    for path in (FOLDER / part).glob("*.py"):
        found = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Expr)]
        texts = {
            line
            for node in found
            if isinstance(node.value, ast.Constant)
            for line in range(node.lineno, node.end_lineno + 1)
        }
        written = enumerate(path.read_text("utf-8").splitlines(), 1)
        lines += sum(bool(line.strip()) and number not in texts for number, line in written)
    assert 0 < lines < limit, "lines of code, docstrings and empty lines left out"

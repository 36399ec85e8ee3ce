"""A broken genotype ends in one message, code 2 and nothing written, whichever command reads it."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import call, everything, refused
from safetensors.numpy import save

from litesnn.commands.compile import compile_app
from litesnn.compiler.genotype import load_genotype


def edit(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        raw = json.loads(path.read_text())
        change(raw)
        path.write_text(json.dumps(raw))

    return apply


def retensor(change: Callable[[dict[str, np.ndarray]], Any]) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        tensors = dict(load_genotype(path).trained)
        change(tensors)
        blob = save(tensors)
        (path.parent / "small.safetensors").write_bytes(blob)
        edit(lambda raw: raw["weights"].update(sha256=hashlib.sha256(blob).hexdigest()))(path)

    return apply


def first_edge(raw: dict[str, Any]) -> dict[str, Any]:
    found = raw["cells"][0]["nodes"][0]["inputs"][0]
    assert isinstance(found, dict)
    return found


BROKEN: dict[str, tuple[Callable[[Path], Any], str]] = {
    "broken JSON": (lambda p: p.write_text(p.read_text()[:-9]), "small.json: not valid JSON"),
    "empty file": (lambda p: p.write_text(""), "small.json: not valid JSON"),
    "not a genotype": (lambda p: p.write_text('{"a": 1}'), "is this a genotype file?"),
    "missing file": (lambda p: p.unlink(), "small.json: no such genotype file"),
    "unknown op": (edit(lambda r: first_edge(r).update(op="conv9x9")), "cells[0].nodes[0].inputs[0].op: found 'conv9x9'; allowed: conv1x1"),
    "edge to a later node": (edit(lambda r: first_edge(r).update(source="n1")), "found 'n1', which is not computed before node 0"),
    "missing tensor": (retensor(lambda t: t.pop("stem.edge0.mask")), "stem.edge0.mask: missing"),
    "NaN tensor": (retensor(lambda t: t["readout.bias"].fill(np.nan)), "readout.bias: found 4 NaN or infinite values"),
    "wrong hash": (edit(lambda r: r["weights"].update(sha256="0" * 64)), "wrong SHA-256"),
    "missing weights": (lambda p: (p.parent / "small.safetensors").unlink(), "small.safetensors: no such weights file"),
    "no weights yet": (edit(lambda r: r.pop("weights")), "'small' has no weights yet; train it first"),
    "[markup] in a name": (edit(lambda r: r.update(name="[red]")), "name: found '[red]'"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_genotype_gives_one_message_and_writes_nothing(case: str, genotype: Path, tmp_path: Path) -> None:
    spoil, message = BROKEN[case]
    spoil(genotype)
    before = everything(tmp_path)
    refused(call(genotype, "-o", tmp_path / "out", "--samples", 0, entry=compile_app), message)
    if case != "no weights yet":  # shapes, bits and inputs are checked before anything is trained
        refused(call("check", genotype), message)
    assert everything(tmp_path) == before

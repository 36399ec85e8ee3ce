"""Genotype files: a round trip keeps every bit, and everything wrong with a file or a tensor is refused with its name."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save
from written_genotypes import (
    STEP,
    document,
    litesnn_cells,
    loaded,
    parsed,
    random_tensors,
    resnet,
    trainable,
    vgg,
    written,
)

from litesnn.base.errors import GenotypeError, OutputError
from litesnn.base.output import write_atomically
from litesnn.compiler.genotype import Genotype, load_genotype, save_genotype


def rewrite(path: Path, change) -> None:
    """Change the JSON of a genotype file."""
    raw = json.loads(path.read_text())
    change(raw)
    path.write_text(json.dumps(raw))


def with_tensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    """Replace the weights file and name its hash in the genotype, as a careless tool would."""
    blob = save(tensors)
    (path.parent / "small.safetensors").write_bytes(blob)
    rewrite(path, lambda raw: raw["weights"].update(sha256=hashlib.sha256(blob).hexdigest()))


@pytest.mark.parametrize("family", [document, litesnn_cells, vgg, resnet])
def test_round_trip_keeps_every_bit(family, tmp_path: Path) -> None:
    genotype = trainable(parsed(family()))
    tensors = random_tensors(genotype)
    saved = save_genotype(genotype, tensors, tmp_path / "net.json")
    again = load_genotype(tmp_path / "net.json")
    assert again.spec == saved
    assert set(again.trained) == set(tensors)
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(again.trained[name], tensor)
        assert again.trained[name].dtype == tensor.dtype


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    genotype = trainable(parsed(document()))
    tensors = random_tensors(genotype)
    for folder, names in (("a", list(tensors)), ("b", list(reversed(tensors)))):
        save_genotype(genotype, {name: tensors[name] for name in names}, tmp_path / folder / "net.json")
    for file in ("net.json", "net.safetensors"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_file_names_may_hold_what_people_put_there(tmp_path: Path) -> None:
    genotype = trainable(parsed(document()))
    path = tmp_path / "mein Netz (gut).v2.json"
    save_genotype(genotype, random_tensors(genotype), path)
    assert load_genotype(path).spec.weights.file == "mein Netz (gut).v2.safetensors"


def test_untrained_genotypes_load_and_say_what_to_do_when_weights_are_asked_for(tmp_path: Path) -> None:
    save_genotype(parsed(document()), None, tmp_path / "net.json")
    untrained = load_genotype(tmp_path / "net.json")
    assert untrained.tensors is None
    with pytest.raises(GenotypeError, match="'small' has no weights yet; train it first: litesnn train"):
        _ = untrained.trained


def test_refusing_to_save_broken_tensors_leaves_the_folder_empty(tmp_path: Path) -> None:
    genotype = trainable(parsed(document()))
    tensors = random_tensors(genotype)
    tensors["stem.edge0.weight"][0] = np.inf
    with pytest.raises(GenotypeError, match="stem.edge0.weight"):
        save_genotype(genotype, tensors, tmp_path / "net.json")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("stem.edge0.weight", None, r"stem.edge0.weight: missing; allowed: float32 \(3, 2, 3, 3\)"),
        ("cell0.node1.norm.bias", None, r"cell0.node1.norm.bias: missing; allowed: float32 \(3,\)"),
        ("stem.edge0.weight", lambda w: w * np.nan, r"stem.edge0.weight: found 54 NaN or infinite values, first at \(0, 0, 0, 0\)"),
        ("readout.bias", lambda w: w * np.inf, r"readout.bias: found 4 NaN or infinite values, first at \(0,\)"),
        ("stem.edge0.weight", lambda w: w.astype(np.float64), "stem.edge0.weight: found float64 .*; allowed: float32"),
        ("stem.edge0.weight", lambda w: w[:2], r"found float32 \(2, 2, 3, 3\); allowed: float32 \(3, 2, 3, 3\)"),
        ("stem.edge0.weight", lambda w: w.swapaxes(0, 1).copy(), r"found float32 \(2, 3, 3, 3\)"),
        ("stem.edge0.mask", lambda w: w * 0 + 2, r"stem.edge0.mask: found value 2; allowed: 0 \(pruned\) or 1 \(kept\)"),
        ("stem.edge0.mask", lambda w: w.astype(np.float32), "stem.edge0.mask: found float32 .*; allowed: uint8"),
        ("stem.norm.running_var", lambda w: w * 0 - 1, "stem.norm.running_var: found a negative variance -1.0; allowed: >= 0"),
        ("extra", lambda _: np.zeros(3, np.float32), "extra: not a tensor of this genotype; remove it"),
    ],
)  # fmt: skip
def test_tensors_that_do_not_fit_are_named(tmp_path: Path, name: str, change, message: str) -> None:
    path = written(document(), tmp_path)
    tensors = dict(load_genotype(path).trained)
    old = tensors.pop(name, None)
    if change is not None:
        tensors[name] = change(old)
    with pytest.raises(GenotypeError, match=message):
        with_tensors(path, tensors)
        load_genotype(path)


def test_all_broken_tensors_are_told_at_once(tmp_path: Path) -> None:
    path = written(document(), tmp_path)
    with_tensors(path, {})
    with pytest.raises(GenotypeError, match=r"21 problem\(s\) with tensors(.|\n)*and 11 more"):
        load_genotype(path)


def test_wrong_hash_is_refused(tmp_path: Path) -> None:
    path = written(document(), tmp_path)
    weights = tmp_path / "small.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(GenotypeError, match="wrong SHA-256: found [0-9a-f]{64}, the genotype names [0-9a-f]{64}"):
        load_genotype(path)


@pytest.mark.parametrize("keep", [0, 4, 100, -1])
def test_truncated_safetensors_are_refused_even_with_a_right_hash(tmp_path: Path, keep: int) -> None:
    path = written(document(), tmp_path)
    weights = tmp_path / "small.safetensors"
    short = weights.read_bytes()[:keep]
    weights.write_bytes(short)
    rewrite(path, lambda raw: raw["weights"].update(sha256=hashlib.sha256(short).hexdigest()))
    with pytest.raises(GenotypeError, match="small.safetensors: not a safetensors file"):
        load_genotype(path)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(GenotypeError, match="none.json: no such genotype file"):
        load_genotype(tmp_path / "none.json")
    path = written(document(), tmp_path)
    (tmp_path / "small.safetensors").unlink()
    with pytest.raises(GenotypeError, match="small.safetensors: no such weights file"):
        load_genotype(path)
    with pytest.raises(GenotypeError, match="cannot read this genotype: found a folder"):
        load_genotype(tmp_path)


def test_impossible_wiring_names_the_file(tmp_path: Path) -> None:
    path = written(document(), tmp_path)
    rewrite(path, lambda raw: raw["cells"][0]["nodes"][0]["inputs"][0].update(source="n1"))
    with pytest.raises(GenotypeError, match=r"small.json: cells\[0\].nodes\[0\].inputs\[0\].source: found 'n1'"):
        load_genotype(path)


def drop(raw: dict, *path) -> None:
    for part in path[:-1]:
        raw = raw[part]
    del raw[path[-1]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: drop(r, "stem", "step"), "stem.step: missing although the genotype has weights"),
        (lambda r: drop(r, "head", "step"), "head.step: missing"),
        (lambda r: drop(r, "head", "membrane_exp"), "head.membrane_exp: missing"),
        (lambda r: drop(r, "cells", 0, "nodes", 1, "membrane_exp"), r"cells\[0\].nodes\[1\].membrane_exp: missing"),
        (
            lambda r: r["cells"][0]["nodes"][1]["inputs"][0].update(step=0.3),
            r"cells\[0\].nodes\[1\].inputs\[1\].step: found 0.5, 1.66667 times the unit of cells\[0\].nodes\[1\].inputs\[0\]; "
            "with norm 'node' the edges of a node must be powers of two apart",
        ),
    ],
)
def test_trained_genotypes_need_exact_steps(tmp_path: Path, change, message: str) -> None:
    path = written(document(), tmp_path)
    rewrite(path, change)
    with pytest.raises(GenotypeError, match=message):
        load_genotype(path)


def test_steps_any_power_of_two_apart_are_fine_and_with_norm_edge_any_step_is(tmp_path: Path) -> None:
    def steps(raw: dict, value: float) -> None:
        raw["cells"][0]["nodes"][1]["inputs"][0]["step"] = value

    for value in (STEP / 16, STEP * 4):
        path = written(document(), tmp_path)
        rewrite(path, lambda raw, value=value: steps(raw, value))
        assert load_genotype(path).trained
    path = written(document(norm="edge"), tmp_path)
    rewrite(path, lambda raw: steps(raw, 0.3))
    assert load_genotype(path).trained


def test_writing_is_atomic_and_says_where_it_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"cannot write .*file/net.json: .*; choose a folder you can write to"):
        write_atomically(tmp_path / "file" / "net.json", b"x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="cannot write .*folder: it is a folder; give the name of a file"):
        write_atomically(tmp_path / "folder", b"x")
    target = tmp_path / "net.json"
    target.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder", "net.json"]


def test_loaded_documents_keep_their_bytes(tmp_path: Path) -> None:
    path = written(document(), tmp_path)
    result = loaded(document(), tmp_path)
    assert result.document == path.read_bytes()
    assert result.weights == (tmp_path / "small.safetensors").read_bytes()
    assert isinstance(result.spec, Genotype)

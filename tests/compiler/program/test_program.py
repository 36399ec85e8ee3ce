"""Programs: the same bytes twice, the same answer after loading, all or nothing on disk, and nothing altered is accepted."""

import filecmp
import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from random_networks import random_input, random_trained_genotype
from small_graphs import LOIHI2
from written_genotypes import document, loaded

import litesnn
from litesnn.base.errors import LiteSNNError, ProgramError
from litesnn.compiler.program import Program, check_output
from litesnn.runtime.exact import simulate


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return litesnn.compile(loaded(document(), tmp_path_factory.mktemp("genotype")), "loihi2", samples=None).program


@pytest.fixture
def saved(program: Program, tmp_path: Path) -> Path:
    program.save(tmp_path / "program")
    return tmp_path / "program"


def rewrite_manifest(directory: Path, **changes: Any) -> None:
    path = directory / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def listed(directory: Path) -> dict[str, str]:
    files = json.loads((directory / "manifest.json").read_text())["files"]
    assert isinstance(files, dict)
    return files


@pytest.mark.parametrize("seed", [0, 6, 8, 22, 29])
def test_a_loaded_program_gives_the_same_answer(seed: int, tmp_path: Path) -> None:
    genotype = random_trained_genotype(seed)
    inputs = random_input(genotype, 5, seed)
    compiled = litesnn.compile(genotype, LOIHI2, samples=None).program
    compiled.save(tmp_path / "program")
    again = Program.load(tmp_path / "program")
    names = [population.name for population in compiled.graph.membranes]
    before, after = (simulate(p.graph, inputs, record_states=names) for p in (compiled, again))
    np.testing.assert_array_equal(after.readout, before.readout)
    for name in names:
        np.testing.assert_array_equal(after.potentials[name], before.potentials[name])
    again.graph.validate("load")
    assert again.report == compiled.report
    assert (again.command, again.profile, again.genotype.spec) == (compiled.command, LOIHI2, genotype.spec)


def test_loading_keeps_labels_ranges_removals_and_the_schedule(tmp_path: Path) -> None:
    compiled = litesnn.compile(random_trained_genotype(4), LOIHI2, samples=None).program
    compiled.save(tmp_path / "program")
    again = Program.load(tmp_path / "program").graph
    assert compiled.graph.removals
    for part in ("labels", "ranges", "removals", "schedule", "timesteps"):
        assert getattr(again, part) == getattr(compiled.graph, part)


def same_tree(left: Path, right: Path) -> bool:
    found = filecmp.dircmp(left, right)
    _, different, errors = filecmp.cmpfiles(left, right, found.common_files, shallow=False)
    lonely = found.left_only or found.right_only or found.common_funny
    return not (lonely or different or errors) and all(same_tree(left / d, right / d) for d in found.common_dirs)


def test_compiling_twice_gives_identical_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        genotype = random_trained_genotype(9)
        samples = litesnn.Samples(random_input(genotype, 4, 0), None, "four")
        litesnn.compile(genotype, "loihi2", samples=samples, lava_samples=0).program.save(tmp_path / folder)
    assert {path.name for path in (tmp_path / "a").rglob("*")} >= {"graph.json", "manifest.json", "genotype.json"}
    assert same_tree(tmp_path / "a", tmp_path / "b")


def test_nothing_that_runs_is_stored(saved: Path) -> None:
    assert {path.suffix for path in saved.rglob("*") if path.is_file()} <= {".json", ".safetensors", ".html", ".bin"}


def test_the_manifest_says_what_made_it(saved: Path) -> None:
    manifest = json.loads((saved / "manifest.json").read_text())
    assert {"format", "version", "litesnn", "libraries", "command", "profile", "seed", "files"} <= set(manifest)
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((saved / name).read_bytes()).hexdigest() == digest


def test_every_altered_file_is_refused_by_name(saved: Path) -> None:
    for name in listed(saved):
        content = (saved / name).read_bytes()
        (saved / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(ProgramError, match=f"{name}: wrong SHA-256"):
            Program.load(saved)
        (saved / name).write_bytes(content)
    Program.load(saved)


def test_every_missing_file_is_refused_by_name(saved: Path) -> None:
    for name in listed(saved):
        (saved / name).rename(saved / "away")
        with pytest.raises(ProgramError, match=f"{name}: no such file"):
            Program.load(saved)
        (saved / "away").rename(saved / name)


def test_a_file_that_the_manifest_does_not_list_is_not_read(saved: Path) -> None:
    for name in (
        "graph.json",
        "weights.safetensors",
        "profile.json",
        "genotype/genotype.json",
        "genotype/small.safetensors",
    ):
        files = listed(saved)
        rewrite_manifest(saved, files={key: value for key, value in files.items() if key != name})
        with pytest.raises(ProgramError, match="does not list .*; the program is incomplete"):
            Program.load(saved)
        rewrite_manifest(saved, files=files)


@pytest.mark.parametrize("name", ["../../../../../../../../etc/passwd", "/etc/passwd", "genotype/../../outside"])
def test_names_that_leave_the_directory_are_refused(saved: Path, name: str) -> None:
    (saved.parent / "outside").write_text("secret")
    rewrite_manifest(saved, files={**listed(saved), name: hashlib.sha256(b"secret").hexdigest()})
    with pytest.raises(ProgramError, match="leaves the program's directory; refused"):
        Program.load(saved)


def test_links_that_leave_the_directory_are_refused(saved: Path) -> None:
    outside = saved.parent / "outside.json"
    (saved / "report.json").rename(outside)
    (saved / "report.json").symlink_to(outside)
    with pytest.raises(ProgramError, match=r"file 'report.json' leaves the program's directory; refused"):
        Program.load(saved)


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ('{"format": "litesnn.program", "version": 2, "files": {}}', "not a 'litesnn.program' of version 1; compile the genotype again"),
        ('{"format": "other", "version": 1, "files": {}}', "not a 'litesnn.program' of version 1"),
        ("[]", "not a 'litesnn.program'"),
        ("{", "not valid JSON"),
        ("[" * 100_000, "nested deeper than 64"),
        ('{"format": "litesnn.program", "version": 1, "files": ["graph.json"]}', "'files' must map file names to SHA-256"),
        ('{"format": "litesnn.program", "version": 1, "files": {"graph.json": 3}}', "'files' must map file names"),
        ('{"format": "litesnn.program", "version": 1, "files": {}}', "does not list graph.json"),
        ('{"format": "litesnn.program", "version": 1, "files": {"a\\u0000b": ""}}', "'files' must map file names to SHA-256"),
    ],
    ids=lambda value: value[:50],
)  # fmt: skip
def test_broken_manifests_are_refused(saved: Path, manifest: str, message: str) -> None:
    (saved / "manifest.json").write_text(manifest)
    with pytest.raises(ProgramError, match=message):
        Program.load(saved)


def test_what_is_no_program_says_so(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(
            ProgramError, match=r"not a LiteSNN program \(no manifest.json\); compile one with litesnn-compile"
        ):
            Program.load(path)


def forge(directory: Path, name: str, content: bytes) -> None:
    """Replace a file and its hash, as someone who knows the format would."""
    (directory / name).write_bytes(content)
    rewrite_manifest(directory, files={**listed(directory), name: hashlib.sha256(content).hexdigest()})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda g: g.update(version=3), "graph.json: version"),
        (lambda g: g.update(extra=1), "graph.json: extra"),
        (lambda g: g["blocks"][0].update(geometry="warp"), "geometry 'warp'; allowed: conv2d, depthwise, dense"),
        (lambda g: g["blocks"][0].update(params={"spin": 1}), "unexpected keyword argument 'spin'"),
        (lambda g: g["blocks"][0].update(name="other"), "tensor 'other.codes' is missing"),
        (lambda g: g["blocks"][0].update(source="nobody"), "names population 'nobody', which does not exist"),
        (lambda g: g["populations"][1].update(minimum=3), r"graph.json: populations\.1\.minimum"),
        (lambda g: g["populations"][1].update(shape=[3, 9, 9]), "the target is"),
        (
            lambda g: g["populations"][1].update(kind="readout") or g["populations"][1].pop("role"),
            "graph.json: a graph has exactly one output",
        ),
    ],
)
def test_forged_graphs_with_right_hashes_are_refused_with_a_message(saved: Path, change: Any, message: str) -> None:
    graph = json.loads((saved / "graph.json").read_text())
    change(graph)
    forge(saved, "graph.json", json.dumps(graph).encode())
    with pytest.raises(LiteSNNError, match=message):
        Program.load(saved)


def test_saving_over_a_program_replaces_it(program: Program, saved: Path) -> None:
    replace(program, command="second").save(saved)
    assert Program.load(saved).command == "second"
    assert [path.name for path in saved.parent.iterdir()] == ["program"]


def test_saving_over_anything_else_is_refused_and_leaves_it_alone(program: Program, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter").write_text("years")
    (tmp_path / "notes").write_text("more")
    for name in ("thesis", "notes"):
        with pytest.raises(ProgramError, match=f"{name} exists and is not a LiteSNN program; choose another -o"):
            program.save(tmp_path / name)
    assert (tmp_path / "thesis" / "chapter").read_text() == "years"
    (tmp_path / "empty").mkdir()
    program.save(tmp_path / "empty")
    assert Program.load(tmp_path / "empty").name == "small"


def test_an_unwritable_place_is_refused_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProgramError, match="is not a folder you can write to; choose another -o"):
        check_output(tmp_path / "file" / "deep" / "program")

    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.mkdir", forbidden)  # root may write everywhere
    with pytest.raises(ProgramError, match="is not a folder you can write to"):
        check_output(tmp_path / "program")


@pytest.mark.parametrize("fails_at", range(6))
def test_a_write_that_fails_midway_leaves_nothing_behind(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    written = 0
    write_bytes = Path.write_bytes

    def full(self: Path, content: bytes) -> int:
        nonlocal written
        written += 1
        if written > fails_at:
            raise OSError(28, "No space left on device")
        return write_bytes(self, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ProgramError, match=r"cannot write .*program: No space left on device"):
        program.save(tmp_path / "program")
    assert not list(tmp_path.iterdir())


def test_a_replacement_that_fails_leaves_the_old_program(
    program: Program, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = os.rename

    def no_new(source: Any, target: Any) -> None:
        if Path(target) == saved and "old" not in Path(source).parent.name:
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr("os.rename", no_new)
    with pytest.raises(ProgramError, match="Input/output error"):
        replace(program, command="second").save(saved)
    monkeypatch.undo()
    assert Program.load(saved).command == program.command
    assert [path.name for path in saved.parent.iterdir()] == ["program"]

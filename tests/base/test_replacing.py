"""What an output may replace: what LiteSNN wrote, and nothing else; links stay links and modes follow the umask."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from command_line import call, ok, refused
from written_genotypes import document, loaded, written

import litesnn
from litesnn.base.errors import LiteSNNError, OutputError, ProgramError
from litesnn.base.output import check_file, write_atomically
from litesnn.base.output_kinds import GENOTYPE, PAGE, RECORDING
from litesnn.commands.compile import compile_app
from litesnn.compiler.program import Program, check_output


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return litesnn.compile(loaded(document(), tmp_path_factory.mktemp("genotype")), "loihi2", samples=None).program


@pytest.fixture
def saved(program: Program, tmp_path: Path) -> Path:
    program.save(tmp_path / "program")
    return tmp_path / "program"


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def kept(folder: Path, program: Program, message: str) -> None:
    """Neither the check nor the writing touches anything, and both say why."""
    before = content(folder)
    for refuse in (check_output, program.save):
        with pytest.raises(ProgramError, match=message):
            refuse(folder)
    assert content(folder) == before


@pytest.mark.parametrize(
    "manifest",
    [
        '{"manifest_version": 3, "name": "my extension"}',
        "{",
        '{"format": "litesnn.program", "version": 7, "files": {}}',
    ],
)
def test_a_folder_with_somebody_elses_manifest_is_kept(program: Program, tmp_path: Path, manifest: str) -> None:
    folder = tmp_path / "extension"
    folder.mkdir()
    (folder / "manifest.json").write_text(manifest)
    (folder / "thesis.txt").write_text("years")
    kept(folder, program, "extension exists and is not a LiteSNN program; choose another -o, or remove it")


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "genotype/mine.json", "graph.json~"])
def test_a_users_file_in_a_program_is_kept_and_named(saved: Path, program: Program, name: str) -> None:
    (saved / name).write_text("mine")
    kept(saved, program, f"holds what LiteSNN did not write there: {name}; move it elsewhere, or choose another -o")


def test_folders_and_links_in_a_program_are_kept_and_named(saved: Path, program: Program, tmp_path: Path) -> None:
    (saved / "results").mkdir()
    (saved / "data").symlink_to(tmp_path)
    (saved / "report.html").unlink()
    (saved / "report.html").symlink_to(tmp_path / "elsewhere.html")
    kept(saved, program, "did not write there: data, report.html, results/; move")


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../b", "", "a//b", "./a"])
def test_a_manifest_cannot_claim_files_outside(saved: Path, program: Program, name: str) -> None:
    manifest = json.loads((saved / "manifest.json").read_text())
    manifest["files"][name] = "0" * 64
    (saved / "manifest.json").write_text(json.dumps(manifest))
    kept(saved, program, "is not a LiteSNN program.*leaves the program's directory; refused")


def test_what_appears_while_the_work_goes_on_is_kept(saved: Path, program: Program) -> None:
    """The second look: the folder was fine when the work began, and even when the writing began."""

    class Busy(Program):
        def files(self) -> dict[str, bytes]:
            (saved / "late.txt").write_text("mine")
            return super().files()

    busy = Busy(**{field.name: getattr(program, field.name) for field in fields(program)})
    with pytest.raises(ProgramError, match="did not write there: late.txt"):
        busy.save(saved)
    assert (saved / "late.txt").read_text() == "mine"
    assert [path.name for path in saved.parent.iterdir()] == ["program"]
    Program.load(saved)


def test_a_linked_folder_keeps_its_link(saved: Path, program: Program, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("program")
    before = (saved / "manifest.json").stat().st_ino
    program.save(tmp_path / "link")
    assert os.readlink(tmp_path / "link") == "program"
    assert (saved / "manifest.json").stat().st_ino != before
    (tmp_path / "ahead").symlink_to("not-yet")
    program.save(tmp_path / "ahead")
    assert (tmp_path / "ahead").is_symlink()
    Program.load(tmp_path / "not-yet")
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(ProgramError, match="cannot write .*circle: Too many levels of symbolic links"):
        check_output(tmp_path / "circle")


def test_modes_follow_the_umask(program: Program, tmp_path: Path, umask: None) -> None:
    program.save(tmp_path / "new" / "program")
    write_atomically(tmp_path / "deep" / "page.html", b"")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").rglob("*") if path.is_file()}
    assert modes == {0o640}
    assert stat.S_IMODE((tmp_path / "deep" / "page.html").stat().st_mode) == 0o640
    folders = [tmp_path / "new", tmp_path / "deep", *(p for p in (tmp_path / "new").rglob("*") if p.is_dir())]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o750}


@pytest.mark.parametrize(
    ("name", "text"),
    [("data.json", '{"mine": 1}'), ("list.json", "[]"), ("text.json", "not JSON"), ("deep.json", "[" * 100_000)],
)
def test_a_users_json_is_no_genotype(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    for refuse in (lambda path: check_file(path, GENOTYPE), lambda path: write_atomically(path, b"{}", GENOTYPE)):
        with pytest.raises(
            OutputError, match=f"cannot write .*{name}: it exists and is not a genotype that LiteSNN wrote; choose"
        ):
            refuse(tmp_path / name)
    assert (tmp_path / name).read_text() == text
    assert len(list(tmp_path.iterdir())) == 1


def test_an_empty_file_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "new.json").touch()
    check_file(tmp_path / "new.json", GENOTYPE)


def test_folders_devices_and_pipes_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, message in (
        (tmp_path, "it is a folder; give the name of a file"),
        (tmp_path / "pipe", "it is not a regular file; give the name of a new file"),
        (Path("/dev/null"), "it is not a regular file"),
    ):
        for refuse in (lambda place: check_file(place, PAGE), lambda place: write_atomically(place, b"x", PAGE)):
            with pytest.raises(OutputError, match=message):
                refuse(path)


@pytest.mark.parametrize("name", ["n" * 300, f"{'d' * 300}/page.html", "file/page.html"])
def test_names_that_no_file_can_have_are_refused_before_the_work(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write .*(File name too long|Not a directory)"):
        check_file(tmp_path / name, PAGE)
    with pytest.raises(ProgramError, match="cannot write .*(File name too long|Not a directory)"):
        check_output(tmp_path / name)


def test_a_linked_file_keeps_its_link(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "net.json").symlink_to("far/net.json")
    litesnn_genotype = json.dumps(document()).encode()
    write_atomically(tmp_path / "net.json", litesnn_genotype, GENOTYPE)
    write_atomically(tmp_path / "net.json", litesnn_genotype, GENOTYPE)
    assert (tmp_path / "net.json").is_symlink()
    assert [path.name for path in (tmp_path / "far").iterdir()] == ["net.json"]


def test_recordings_replace_recordings_alone(tmp_path: Path) -> None:
    for name, arrays in (("earlier.npz", {"readout": np.zeros(3)}), ("training.npz", {"x_train": np.zeros(3)})):
        np.savez(tmp_path / name, **arrays)
    check_file(tmp_path / "earlier.npz", RECORDING)
    with pytest.raises(OutputError, match="training.npz: it exists and is not the arrays of `litesnn run` that"):
        check_file(tmp_path / "training.npz", RECORDING)


USERS = b"somebody's work of years"


@pytest.mark.parametrize(
    ("command", "taken"),
    [
        (["run", "PROGRAM", "--input", "x.npy", "-o", "taken.npz"], "taken.npz"),
        (["report", "PROGRAM", "-o", "thesis.html"], "thesis.html"),
        (["export", "PROGRAM", "--to", "nir", "-o", "mine.nir"], "mine.nir"),
        (["export", "PROGRAM", "--to", "sanafe", "-o", "folder"], "folder/network.yaml"),
        (["check", "GENOTYPE", "--fixed", "mine.json"], "mine.json"),
        (["prune", "GENOTYPE", "--rates", "0.5", "-o", "mine.json"], "mine.safetensors"),
        (["train", "GENOTYPE", "--dataset", "digits", "-o", "mine.json"], "mine.json"),
        (["train", "GENOTYPE", "--dataset", "digits", "-o", "mine.json"], "mine.safetensors"),
        (["train", "GENOTYPE", "--dataset", "digits", "-o", "mine.json"], "mine.json.checkpoint"),
        (["new", "resnet8", "--dataset", "digits", "-o", "mine.json"], "mine.json"),
        (["search", "litesnn", "--dataset", "digits", "-o", "folder"], "folder/history.json"),
        (["search", "litesnn", "--dataset", "digits", "--sweep", "1:1", "-o", "folder"], "folder/sweep.json"),
        (["search", "litesnn", "--dataset", "digits", "--sweep", "1:1", "-o", "folder"], "folder/sweep-0/genotype.json"),
        (["search", "snasnet", "--dataset", "digits", "-o", "folder"], "folder/report.html"),
        (["search", "lightsnn", "--dataset", "digits", "-o", "folder"], "folder/search.checkpoint"),
        (["import", "arrays.txt", "-o", "folder"], "folder/genotype.safetensors"),
        (["import", "net.net", "-o", "folder"], "folder/thesis.txt"),
        (["compile", "GENOTYPE", "-o", "folder"], "folder/thesis.txt"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[:3]),
)  # fmt: skip
def test_every_command_refuses_before_it_begins(
    program_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], taken: str
) -> None:
    """Inputs that are not there would be the next complaint: the output is the first."""
    monkeypatch.chdir(tmp_path)
    names = {"PROGRAM": str(program_folder), "GENOTYPE": "in/small.json"}
    if command[0] in ("check", "prune", "compile"):
        (tmp_path / "in").mkdir()
        names["GENOTYPE"] = str(written(document(), tmp_path / "in"))
    (tmp_path / taken).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / taken).write_bytes(USERS)
    before = content(tmp_path)
    refused(
        call(*(names.get(part, part) for part in command)),
        Path(taken).name if "thesis.txt" not in taken else "folder exists and is not",
    )
    assert content(tmp_path) == before


@pytest.fixture(scope="module")
def program_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("program")
    ok(written(document(), folder, seed=3), "-o", folder / "program", "--samples", 0, entry=compile_app)
    return folder / "program"


def test_weights_of_a_genotype_are_replaced_with_it(program: Program, tmp_path: Path) -> None:
    """Those that say so, and those of LiteSNN 0.1.0, which the genotype beside them names."""
    assert program.genotype is not None
    path = written(document(), tmp_path, seed=3)
    spec, tensors = program.genotype.spec, program.genotype.trained
    from litesnn.compiler.genotype import check_genotype_output, save_genotype

    check_genotype_output(path)
    save_genotype(spec, tensors, tmp_path / "again.json")
    (tmp_path / "again.json").unlink()
    check_genotype_output(tmp_path / "again.json")
    (tmp_path / "again.safetensors").write_bytes(USERS)
    with pytest.raises(LiteSNNError, match="again.safetensors: it exists and is not the weights of a genotype"):
        check_genotype_output(tmp_path / "again.json")

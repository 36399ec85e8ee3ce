"""The command line: what each command prints and writes, and that wrong input ends in one message, code 2 and nothing written."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result
from written_genotypes import document, parsed, random_tensors, resnet, trainable, written

import litesnn
from litesnn.cli import app, compile_app
from litesnn.commands.common import EngineProgress
from litesnn.compiler.genotype import load_genotype, save_genotype
from litesnn.compiler.program import Program
from litesnn.runtime.exact import simulate

SHIPPED = Path(litesnn.__file__).parent / "hw_profiles" / "loihi2.toml"


def call(*arguments: object, entry: Any = app) -> Result:
    return CliRunner().invoke(entry, [str(argument) for argument in arguments])


def ok(*arguments: object, entry: Any = app) -> Result:
    result = call(*arguments, entry=entry)
    assert result.exit_code == 0, result.output
    return result


def as_json(result: Result) -> dict[str, Any]:
    """All of standard output as one JSON object."""
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def genotype(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return written(document(), tmp_path / "in", seed=3)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("program")
    ok(written(document(), folder, seed=3), "-o", folder / "program", "--samples", 0, entry=compile_app)
    return folder / "program"


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    np.save(tmp_path / "x.npy", np.random.default_rng(0).integers(-128, 128, (5, 2, 4, 4)))
    return tmp_path / "x.npy"


def own_profile(folder: Path, **figures: int) -> Path:
    """The shipped loihi2 with other figures, as a user's own file."""
    text = SHIPPED.read_text().replace('name = "loihi2"', 'name = "mychip"')
    for figure, value in figures.items():
        text, count = re.subn(rf"(?m)^({figure} = {{ value = )\d+", rf"\g<1>{value}", text)
        assert count == 1
    (folder / "mychip.toml").write_text(text)
    return folder / "mychip.toml"


# litesnn-compile


@pytest.mark.parametrize("entry", ["litesnn-compile", "litesnn compile"])
def test_compile_verifies_and_writes_the_program(entry: str, genotype: Path, tmp_path: Path) -> None:
    arguments = [genotype, "--profile", "loihi2", "-o", tmp_path / "out", "--samples", 0]
    result = ok(*arguments, entry=compile_app) if entry == "litesnn-compile" else ok("compile", *arguments)
    assert "0 mismatching spikes" in result.stdout
    assert f"program written to {tmp_path / 'out'}" in result.stdout.replace("\n", "")
    assert Program.load(tmp_path / "out").name == "small"


def test_compile_json_is_one_object_with_what_scripts_need(genotype: Path, tmp_path: Path, inputs: Path) -> None:
    np.save(tmp_path / "y.npy", np.array([0, 1, 2, 3, 0]))
    found = as_json(
        ok(genotype, "-o", tmp_path / "out", "--samples", 0, "--input", inputs, "--labels", tmp_path / "y.npy", "--json",
           entry=compile_app)
    )  # fmt: skip
    assert {"mismatching_spikes", "spike_counts", "accuracy", "samples", "findings", "program"} <= set(found)
    assert found["mismatching_spikes"] == 0
    assert found["samples"] == {"pytorch": 5, "exact": 5, "pytorch_float": 5}
    assert set(found["accuracy"]) == {"pytorch", "exact", "pytorch_float"}
    assert found["accuracy"]["pytorch"] == found["accuracy"]["exact"]
    assert found["spike_counts"]["pytorch"] == found["spike_counts"]["exact"]
    assert {finding["severity"] for finding in found["findings"]} <= {"ok", "warning"}
    assert found["program"] == str(tmp_path / "out")


def test_compile_names_the_folder_after_network_and_profile(genotype: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    ok(genotype, "--profile", "loihi1", "--samples", 0, entry=compile_app)
    assert Program.load(tmp_path / "small-loihi1").profile.name == "loihi1"


def test_random_inputs_are_said_in_plain_words(genotype: Path, tmp_path: Path) -> None:
    result = ok(genotype, "-o", tmp_path / "out", "--samples", 0, entry=compile_app)
    said = " ".join(result.stdout.split())
    assert "64 random inputs (seed 0): the genotype records no data set; only spikes are compared, not accuracy" in said


def test_a_data_set_that_is_not_at_hand_is_named(tmp_path: Path) -> None:
    path = written(document(training={"dataset": "cifar10"}), tmp_path)
    result = ok(path, "-o", tmp_path / "out", "--samples", 0, entry=compile_app)
    assert "records data set 'cifar10', which needs --data-dir" in " ".join(result.stdout.split())


def test_compile_says_what_is_exact_and_what_is_not(genotype: Path, tmp_path: Path) -> None:
    ok(genotype, "-o", tmp_path / "out", "--samples", 0, entry=compile_app)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert {label["status"] for label in report["fidelity"]} <= {"exact", "bounded", "approximate"}
    assert report["verification"]["mismatching_spikes"] == 0


def test_a_broken_rule_exits_1_says_which_and_writes_nothing(genotype: Path, tmp_path: Path) -> None:
    tiny = own_profile(tmp_path, cores=1, neurons_per_core=4)
    result = call(genotype, "--profile", tiny, "-o", tmp_path / "out", "--samples", 0, entry=compile_app)
    assert result.exit_code == 1
    assert "LSN-CHIPS" in result.stdout
    assert "nothing was written" in result.stdout
    assert not (tmp_path / "out").exists()
    found = as_json(
        call(genotype, "--profile", tiny, "-o", tmp_path / "out", "--samples", 0, "--json", entry=compile_app)
    )
    assert found["program"] is None
    assert any(finding["severity"] == "error" for finding in found["findings"])


def test_a_users_own_profile_works_like_a_shipped_one(genotype: Path, tmp_path: Path) -> None:
    own = own_profile(tmp_path, delay_max=0)
    ok(genotype, "--profile", own, "-o", tmp_path / "out", "--samples", 0, entry=compile_app)
    compiled = Program.load(tmp_path / "out")
    assert compiled.profile.name == "mychip"
    assert compiled.graph.schedule is not None
    assert compiled.graph.schedule.relays > 0


def test_compiling_again_replaces_the_program(genotype: Path, tmp_path: Path) -> None:
    for profile in ("loihi1", "loihi2"):
        ok(genotype, "--profile", profile, "-o", tmp_path / "out", "--samples", 0, entry=compile_app)
    assert Program.load(tmp_path / "out").profile.name == "loihi2"


@pytest.mark.parametrize("sign", ["split", "auto"])
def test_sign_handling_is_chosen_and_recorded(genotype: Path, tmp_path: Path, sign: str) -> None:
    ok(genotype, "-o", tmp_path / "out", "--samples", 0, "--sign", sign, entry=compile_app)
    assert f"--sign {sign}" in Program.load(tmp_path / "out").command
    modes = {block.format.sign_mode for block in Program.load(tmp_path / "out").graph.blocks}
    if sign == "split":
        assert "mixed" not in modes


# wrong input


def edit(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        raw = json.loads(path.read_text())
        change(raw)
        path.write_text(json.dumps(raw))

    return apply


def retensor(change: Callable[[dict[str, np.ndarray]], Any]) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        import hashlib

        from safetensors.numpy import save

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


def refused(result: Result, message: str) -> None:
    """Exit code 2, one `error:` message on standard error, nothing on standard output, no traceback."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("error: ") == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_genotype_gives_one_message_and_writes_nothing(case: str, genotype: Path, tmp_path: Path) -> None:
    spoil, message = BROKEN[case]
    spoil(genotype)
    before = everything(tmp_path)
    refused(call(genotype, "-o", tmp_path / "out", "--samples", 0, entry=compile_app), message)
    refused(call("check", genotype), message)
    assert everything(tmp_path) == before


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((5, 1, 4, 4), int), "found shape (5, 1, 4, 4); 'direct' input takes (N, C, H, W) with N >= 1 and (C, H, W) = (2, 4, 4)"),
        (np.zeros((2, 4, 4), int), "found shape (2, 4, 4)"),
        (np.zeros((0, 2, 4, 4), int), "found shape (0, 2, 4, 4)"),
        (np.full((1, 2, 4, 4), 128), "found values 128 .. 128; allowed: -128 .. 127"),
        (np.full((1, 2, 4, 4), 0.5), "found float64 values that are not whole numbers"),
        (np.full((1, 2, 4, 4), np.nan), "not whole numbers"),
        (np.full((1, 2, 4, 4), "a"), "not whole numbers"),
        (np.array([{"a": 1}], dtype=object), "not a plain .npy array"),
    ],
    ids=str,
)  # fmt: skip
def test_wrong_input_arrays_are_refused_everywhere(
    array: Any, message: str, genotype: Path, program: Path, tmp_path: Path
) -> None:
    np.save(tmp_path / "bad.npy", array, allow_pickle=True)
    before = everything(tmp_path)
    bad = ["--input", tmp_path / "bad.npy"]
    refused(call(genotype, *bad, "-o", tmp_path / "out", "--samples", 0, entry=compile_app), message)
    refused(call("run", program, *bad, "-o", tmp_path / "y.npz"), message)
    refused(call("verify", program, *bad, "--samples", 0), message)
    assert everything(tmp_path) == before


def test_arrays_that_are_none_are_refused(program: Path, tmp_path: Path) -> None:
    (tmp_path / "text.npy").write_text("1 2 3")
    np.savez(tmp_path / "many.npz", a=np.zeros(3))
    for name, message in (
        ("text.npy", "not a plain .npy array"),
        ("many.npz", "found an .npz archive"),
        ("no.npy", "no such file"),
    ):
        refused(call("run", program, "--input", tmp_path / name, "-o", tmp_path / "y.npz"), message)
    assert not (tmp_path / "y.npz").exists()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.zeros(4, int), "labels: found int64 (4,); allowed: integers (5,)"),
        (np.full(5, 4), "labels: found classes 4 .. 4; allowed: 0 .. 3"),
        (np.zeros(5), "labels: found float64 (5,)"),
    ],
)
def test_labels_must_fit_the_samples(labels: Any, message: str, program: Path, inputs: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "y.npy", labels)
    refused(call("verify", program, "--input", inputs, "--labels", tmp_path / "y.npy", "--samples", 0), message)
    refused(call("verify", program, "--labels", tmp_path / "y.npy", "--samples", 0), "--labels needs --input")


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        ("loihi3", "profile: found 'loihi3'; allowed: loihi1, loihi2, or a path to a .toml file"),
        ("none.toml", "cannot read it"),
        ("empty.toml", "problem(s)"),
        ("broken.toml", "not valid TOML"),
        ("extra.toml", "warp"),
    ],
)
def test_profiles_that_are_none_are_refused(
    profile: str, message: str, genotype: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.toml").write_text("")
    (tmp_path / "broken.toml").write_text("name = ")
    (tmp_path / "extra.toml").write_text(SHIPPED.read_text() + "\n[warp]\nspeed = 9\n")
    before = everything(tmp_path)
    refused(call(genotype, "--profile", profile, "--samples", 0, entry=compile_app), message)
    refused(call("check", genotype, "--profile", profile), message)
    refused(call("profiles", profile), message)
    assert everything(tmp_path) == before


def test_output_that_cannot_be_written_is_refused_before_any_work(
    genotype: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError("work was done before the output was checked")

    monkeypatch.setattr("litesnn.compilation.compile", work)
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("years")
    before = everything(tmp_path)
    for place, message in (
        (tmp_path / "file" / "out", "is not a folder you can write to; choose another -o"),
        (tmp_path / "file", "exists and is not a LiteSNN program"),
        (tmp_path / "full", "exists and is not a LiteSNN program"),
    ):
        refused(call(genotype, "-o", place, "--samples", 0, entry=compile_app), message)
    assert everything(tmp_path) == before


def test_run_refuses_output_it_cannot_write(program: Path, inputs: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    before = everything(tmp_path)
    refused(call("run", program, "--input", inputs, "-o", tmp_path / "folder"), "cannot write")
    refused(call("run", program, "--input", inputs, "-o", inputs / "y.npz"), "cannot write")
    assert everything(tmp_path) == before


def test_wrong_options_exit_2(genotype: Path, program: Path) -> None:
    assert call(genotype, "--warp", entry=compile_app).exit_code == 2
    assert call(genotype, "--samples", -1, entry=compile_app).exit_code == 2
    assert call(genotype, "--sign", "both", entry=compile_app).exit_code == 2
    assert call("run", program).exit_code == 2
    assert call("fly").exit_code == 2


# check, info, profiles, verify, run


def test_check_takes_a_genotype_or_a_program(genotype: Path, program: Path) -> None:
    for path in (genotype, program):
        found = as_json(ok("check", path, "--json"))
        assert {"findings", "fidelity", "schedule", "certificate", "ranges", "profile"} <= set(found)
        codes = {finding["code"] for finding in found["findings"]}
        assert {"LSN-WEIGHT-EXP", "LSN-DELAY", "LSN-RANGE"} <= codes
    text = ok("check", genotype, "--certificate").stdout
    assert "fidelity against the float model" in text
    assert "certificate of arrival times" in text


def test_check_writes_nothing_and_exits_1_on_a_broken_rule(genotype: Path, program: Path, tmp_path: Path) -> None:
    tiny = own_profile(tmp_path, cores=1, neurons_per_core=4)
    before = everything(tmp_path)
    for path in (genotype, program):
        result = call("check", path, "--profile", tiny)
        assert result.exit_code == 1
        assert "LSN-CHIPS" in result.stdout
    assert everything(tmp_path) == before


def test_check_lists_all_findings_with_fixes_that_work(tmp_path: Path) -> None:
    """The fixes, followed by hand: a setting for one, and the genotype that `--fixed` writes for the rest."""
    path = written(document(), tmp_path, seed=3)
    narrow = ["--profile", "loihi2", "--set", "weight_bits=1,2", "--set", "cores=1", "--set", "neurons_per_core=20"]
    result = call("check", path, *narrow, "--json", "--fixed", tmp_path / "fixed.json")
    assert result.exit_code == 1
    found = as_json(result)
    broken = [finding for finding in found["findings"] if finding["severity"] == "error"]
    assert {finding["code"] for finding in broken} == {"LSN-WEIGHT-BITS", "LSN-CHIPS"}
    assert all(finding["headroom"] < 0 and finding["fix"].startswith("checked: ") for finding in broken)
    chips = next(finding for finding in broken if finding["code"] == "LSN-CHIPS")
    assert chips["remedies"][0]["command"].startswith("--set chips=")
    assert found["plan"]["passes"]
    settings = chips["remedies"][0]["command"].split()
    assert as_json(ok("check", tmp_path / "fixed.json", *narrow, *settings, "--json"))["plan"] is None


def test_check_without_fixes_is_quick_and_says_so(genotype: Path, tmp_path: Path) -> None:
    tiny = ["--set", "cores=1", "--set", "neurons_per_core=20"]
    for option in (["--no-fixes"], ["--fix-seconds", 0]):
        result = call("check", genotype, *tiny, "--json", *option)
        assert result.exit_code == 1
        found = as_json(result)
        assert found["plan"] is None
        assert all(not finding["remedies"] and not finding["tried"] for finding in found["findings"])
    refused(
        call("check", genotype, *tiny, "--no-fixes", "--fixed", tmp_path / "fixed.json"),
        "--fixed: needs fixes to be looked for",
    )
    assert not (tmp_path / "fixed.json").exists()


def test_check_shows_fixes_and_what_holds_with_all_of_them(genotype: Path) -> None:
    result = call("check", genotype, "--sign", "mixed", "--set", "weight_bits=1,2,3")
    assert result.exit_code == 1
    said = " ".join(result.stdout.split())
    assert "LSN-WEIGHT-BITS stem -1" in said
    assert "checked: store weights of both signs split by sign (--sign split)" in said
    assert "with these changes together every rule holds" in said
    ok("check", genotype, "--sign", "split", "--set", "weight_bits=1,2,3")


def test_compile_reports_limits_of_the_chip_instead_of_stopping_at_the_first(genotype: Path, tmp_path: Path) -> None:
    arguments = ["--set", "weight_bits=1,2", "--set", "cores=1", "--set", "neurons_per_core=20", "--samples", 0]
    result = call(genotype, *arguments, "-o", tmp_path / "out", "--json", entry=compile_app)
    assert result.exit_code == 1
    found = as_json(result)
    assert {f["code"] for f in found["findings"] if f["severity"] == "error"} == {"LSN-WEIGHT-BITS", "LSN-CHIPS"}
    assert found["mismatching_spikes"] is None, "what no chip could hold is not simulated"
    assert not (tmp_path / "out").exists()


def test_a_program_is_checked_as_it_stands(program: Path) -> None:
    """Compiled for loihi2 with graded input: on loihi1 the check says what would run on the host."""
    found = as_json(ok("check", program, "--profile", "loihi1", "--json"))
    graded = next(finding for finding in found["findings"] if finding["code"] == "LSN-GRADED-INPUT")
    assert graded["severity"] == "warning"


def test_info_tells_what_a_genotype_and_a_program_hold(genotype: Path, program: Path, tmp_path: Path) -> None:
    assert "small" in ok("info", genotype).stdout
    assert as_json(ok("info", genotype, "--json"))["name"] == "small"
    assert "made by: litesnn-compile small --profile loihi2" in ok("info", program).stdout
    found = as_json(ok("info", program, "--json"))
    assert found["format"] == "litesnn.program"
    assert found["command"].startswith("litesnn-compile small --profile loihi2")
    save_genotype(parsed(resnet()), None, tmp_path / "untrained.json")
    assert as_json(ok("info", tmp_path / "untrained.json", "--json"))["name"] == "resnet"
    refused(call("info", tmp_path / "nothing.json"), "no such genotype file")


def test_profiles_are_listed_and_shown_with_their_sources(tmp_path: Path) -> None:
    assert {"loihi1", "loihi2"} <= set(as_json(ok("profiles", "--json")))
    assert "loihi1" in ok("profiles").stdout
    found = as_json(ok("profiles", "loihi2", "--json"))
    assert {"value", "status", "source"} <= set(found["synapses"]["delay_max"])
    assert "delay_max" in ok("profiles", "loihi1").stdout
    assert as_json(ok("profiles", own_profile(tmp_path, delay_max=9), "--json"))["synapses"]["delay_max"]["value"] == 9


def test_verify_needs_only_the_program(program: Path) -> None:
    found = as_json(ok("verify", program, "--samples", 0, "--json"))
    assert {"mismatching_spikes", "mismatching_readouts", "spike_counts", "accuracy", "samples"} <= set(found)
    assert found["mismatching_spikes"] == found["mismatching_readouts"] == 0
    assert "0 mismatching spikes" in ok("verify", program, "--samples", 0).stdout


def faulty(program: Path, target: Path) -> Path:
    """The program with the threshold of its stem raised."""
    from dataclasses import replace

    loaded = Program.load(program)
    stem = loaded.graph["stem"]
    populations = [replace(p, vth=p.vth * 3) if p is stem else p for p in loaded.graph.populations]
    replace(loaded, graph=loaded.graph.rebuild(populations, loaded.graph.blocks)).save(target)
    return target


def test_verify_runs_all_samples_in_lava_with_the_fused_model(program: Path) -> None:
    pytest.importorskip("lava.magma")
    found = as_json(ok("verify", program, "--samples", "all", "--models", "fused", "--json"))
    assert found["mismatching_spikes"] == found["mismatching_readouts"] == 0
    assert found["samples"]["lava"] == found["samples"]["pytorch"] > 32
    assert "Lava ran fused models" in found["note"]


@pytest.mark.parametrize("count", ["-1", "some", "1.5"])
def test_a_wrong_number_of_samples_is_refused(program: Path, count: str) -> None:
    result = call("verify", program, "--samples", count)
    assert result.exit_code == 2
    assert f"found '{count}'; allowed: 0 or more, or all" in " ".join(result.output.replace("│", " ").split())


def test_verify_exits_1_and_names_the_first_divergence(program: Path, tmp_path: Path) -> None:
    wrong = faulty(program, tmp_path / "faulty")
    result = call("verify", wrong, "--samples", 0)
    assert result.exit_code == 1
    said = " ".join(result.stdout.split())
    assert "first at population stem" in said
    assert "wrong threshold (vth)" in said
    found = as_json(call("verify", wrong, "--samples", 0, "--json"))
    assert found["mismatching_spikes"] > 0
    first = found["comparisons"][0]["first_divergence"]
    assert (first["population"], first["place"]) == ("stem", "stem")
    assert "wrong threshold" in first["causes"][0]


@pytest.mark.parametrize("command", ["verify", "info", "check"])
def test_an_altered_program_is_refused(command: str, program: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(program, copy)
    (copy / "graph.json").write_text((copy / "graph.json").read_text() + " ")
    refused(call(command, copy), "graph.json: wrong SHA-256")


def test_run_writes_the_readout_and_what_is_recorded(program: Path, inputs: Path, tmp_path: Path) -> None:
    graph = Program.load(program).graph
    target = tmp_path / "y.npz"
    found = as_json(ok("run", program, "--input", inputs, "-o", target, "--record", "all", "--json"))
    arrays = dict(np.load(target))
    assert arrays["readout"].shape == (5, 4)
    expected = {"readout", "readout.u", "readout.v"}
    names = [p.name for p in graph.membranes if p.name != "readout"]
    expected |= {f"{name}.{part}" for name in names for part in ("spikes", "u", "v")}
    assert set(arrays) == expected
    trace = simulate(graph, np.load(inputs).astype(np.int16), record=names, record_states=names)
    for name in names:
        for part, values in (("spikes", trace.spikes), ("u", trace.currents), ("v", trace.membranes)):
            assert arrays[f"{name}.{part}"].shape == (5, graph.timesteps, *graph[name].shape)
            np.testing.assert_array_equal(arrays[f"{name}.{part}"], values[name])
    np.testing.assert_array_equal(arrays["readout"], trace.readout)
    np.testing.assert_array_equal(arrays["readout.v"][:, -1].reshape(5, -1), trace.readout)
    assert found["predictions"] == trace.predictions.tolist()
    assert found["samples"] == 5
    assert found["arrays"]["readout"] == [5, 4]


def test_run_records_only_what_is_asked_for(program: Path, inputs: Path, tmp_path: Path) -> None:
    ok("run", program, "--input", inputs, "-o", tmp_path / "a.npz")
    assert set(np.load(tmp_path / "a.npz")) == {"readout"}
    ok("run", program, "--input", inputs, "-o", tmp_path / "b.npz", "--record", "stem")
    assert set(np.load(tmp_path / "b.npz")) == {"readout", "stem.spikes", "stem.u", "stem.v"}
    refused(
        call("run", program, "--input", inputs, "-o", tmp_path / "c.npz", "--record", "stam"),
        "record: found 'stam'; allowed: cell0.node0, ",
    )
    assert not (tmp_path / "c.npz").exists()


def test_run_shows_where_its_time_went(program: Path, inputs: Path, tmp_path: Path) -> None:
    graph = Program.load(program).graph
    arguments = ("run", program, "--input", inputs, "-o", tmp_path / "y.npz", "--profile-time")
    timing = as_json(ok(*arguments, "--json"))["timing"]
    assert [entry["population"] for entry in timing] == [p.name for p in graph.topological() if p.name != "input"]
    trace = simulate(graph, np.load(inputs).astype(np.int16), record=["stem"])
    stem = timing[0]
    assert stem["rate"] == pytest.approx(trace.spikes["stem"].mean())
    assert stem["kernels"] == {"input": "convolution"}
    assert stem["synapses_s"] > 0
    assert stem["neurons_s"] > 0
    said = ok(*arguments).stdout
    assert all(word in said for word in ("synapses ms", "samples/word", "cell0.node0"))
    assert "timing" not in as_json(ok("run", program, "--input", inputs, "-o", tmp_path / "y.npz", "--json"))


def test_run_refuses_a_device_that_is_not_there_and_one_for_lava(program: Path, inputs: Path, tmp_path: Path) -> None:
    arguments = ("run", program, "--input", inputs, "-o", tmp_path / "y.npz")
    refused(call(*arguments, "--device", "abacus"), "device: found 'abacus'; allowed: cpu, cuda, cuda:1, ...")
    refused(call("verify", program, "--samples", 0, "--device", "abacus"), "device: found 'abacus'")
    refused(call(*arguments, "--simulator", "lava", "--profile-time"), "--simulator lava: found with --profile-time")
    assert not (tmp_path / "y.npz").exists()


def test_progress_has_rate_and_remaining_time_on_a_terminal_and_is_silent_elsewhere() -> None:
    shown, hidden = Console(file=StringIO(), force_terminal=True, width=100), Console(file=StringIO())
    for console in (shown, hidden):
        with EngineProgress(console) as progress:
            for done in range(1, 5):
                progress("exact", done, 4)
                time.sleep(0.01)
            progress.bar.refresh()
    assert re.search(r"exact.*4/4.*\d/s", shown.file.getvalue())
    assert hidden.file.getvalue() == ""


def test_run_takes_spikes_per_step(tmp_path: Path) -> None:
    path = written(document(input={"shape": [2, 4, 4], "encoding": "spikes"}), tmp_path)
    ok(path, "-o", tmp_path / "program", "--samples", 0, entry=compile_app)
    spikes = np.random.default_rng(0).integers(0, 2, (3, 3, 2, 4, 4))
    np.save(tmp_path / "x.npy", spikes)
    ok("run", tmp_path / "program", "--input", tmp_path / "x.npy", "-o", tmp_path / "y.npz")
    assert np.load(tmp_path / "y.npz")["readout"].shape == (3, 4)
    for bad, message in (
        (spikes[:, :2], "found 2 steps per sample; the genotype takes 3"),
        (spikes * 2, "allowed: 0 .. 1"),
    ):
        np.save(tmp_path / "x.npy", bad)
        refused(call("run", tmp_path / "program", "--input", tmp_path / "x.npy", "-o", tmp_path / "z.npz"), message)


# the installed scripts


def script(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    path = Path(sys.executable).parent / name
    if not path.exists():
        pytest.skip(f"{name} is not installed beside this Python")
    return subprocess.run([path, *map(str, arguments)], capture_output=True, text=True, check=False)


def test_the_installed_scripts_do_the_same(genotype: Path, tmp_path: Path) -> None:
    compiled = script("litesnn-compile", genotype, "-o", tmp_path / "out", "--samples", 0, "--json")
    assert compiled.returncode == 0, compiled.stderr
    assert json.loads(compiled.stdout)["mismatching_spikes"] == 0
    assert compiled.stderr == ""
    genotype.write_text("{")
    broken = script("litesnn-compile", genotype, "-o", tmp_path / "out2")
    assert (broken.returncode, broken.stdout) == (2, "")
    assert broken.stderr.startswith(f"error: {genotype}: not valid JSON")
    assert script("litesnn", "profiles").stdout.startswith("loihi1")


def test_help_names_every_command() -> None:
    text = ok("--help").stdout
    assert all(command in text for command in ("compile", "train", "check", "run", "verify", "info", "profiles"))


def test_a_second_network_with_skips_verifies_through_the_command_line(tmp_path: Path) -> None:
    genotype = trainable(parsed(resnet()))
    save_genotype(genotype, random_tensors(genotype, 1), tmp_path / "resnet.json")
    found = as_json(ok(tmp_path / "resnet.json", "-o", tmp_path / "out", "--samples", 0, "--json", entry=compile_app))
    assert found["mismatching_spikes"] == 0
    assert found["schedule"]["delayed_blocks"] > 0

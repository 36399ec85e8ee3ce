"""`litesnn import`, `export` and `diff`: arrays from a paper to a program for another tool, and errors in one message."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import call, ok
from published_networks import README, dhs_state
from written_genotypes import document, written

from litesnn.commands.compile import compile_app
from litesnn.compiler.genotype import load_genotype
from litesnn.compiler.program import Program

SMALL = ("--channels", 2, "--input-shape", "3,8,8", "--timesteps", 2)


def refused(*arguments: object) -> str:
    result = call(*arguments)
    assert result.exit_code == 2, result.output
    return " ".join(result.stderr.split()) if result.stderr_bytes else " ".join(result.output.split())


@pytest.fixture
def arrays(tmp_path: Path) -> Path:
    path = tmp_path / "paper.txt"
    path.write_text(README)
    return path


def test_litesnn_arrays_compile_unedited(arrays: Path, tmp_path: Path) -> None:
    said = " ".join(ok("import", arrays, "-o", tmp_path / "net", *SMALL).stdout.split())
    assert "paper from LitE-SNN arrays" in said
    assert "the weights are random (seed 0), not trained" in said
    result = ok(tmp_path / "net" / "genotype.json", "-o", tmp_path / "program", "--no-lava", entry=compile_app)
    assert "0 mismatching spikes" in result.stdout
    assert "✗" not in result.stdout
    program = Program.load(tmp_path / "program")
    assert program.genotype.spec.training is not None
    assert program.genotype.spec.training.settings == {"weights": "random, not trained"}
    assert sum(program.report.verification.spike_counts["exact"].values()) > 0


@pytest.mark.parametrize(
    "text",
    ["0303 0034 0002 0000", "blocks = ['SRB_k3', 'max_pool_k2', 'SCB_k3', 'skip_connect', 'max_pool_k2', 'SRB_k3', 'SRB_k5', 'max_pool_k2']"],
)  # fmt: skip
def test_other_arrays_compile_too(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(text)
    hidden = ("--hidden", 8) if text.startswith("0") else ()
    ok("import", tmp_path / "a.txt", "-o", tmp_path / "net", *SMALL, *hidden)
    path = tmp_path / "net" / "genotype.json"
    result = ok(path, "-o", tmp_path / "p", "--no-lava", entry=compile_app)
    assert "0 mismatching spikes" in result.stdout
    assert "✗" not in result.stdout


def test_import_with_a_state_dict_and_json(arrays: Path, tmp_path: Path) -> None:
    state = dhs_state([0, 0, 1, 1, 1, 2, 2, 2], [0, 1, 2, 3, 5, 7], 2, 10, scores=True, bias=False)
    torch.save(state, tmp_path / "w.pt")
    found = json.loads(
        ok("import", arrays, "-o", tmp_path / "n", "--weights", tmp_path / "w.pt", *SMALL, "--json").stdout
    )
    assert found["origin"] == "LitE-SNN arrays"
    assert any(note.startswith("bounded:") for note in found["notes"])
    loaded = load_genotype(found["genotype"])
    stem = state["feature.stem0.snn_optimal.conv1.weight"].numpy()
    np.testing.assert_array_equal(loaded.trained["stem.edge0.weight"], stem)


def test_untrained_and_seeds(arrays: Path, tmp_path: Path) -> None:
    ok("import", arrays, "-o", tmp_path / "u", *SMALL, "--untrained", "--name", "mine")
    assert [path.name for path in (tmp_path / "u").iterdir()] == ["genotype.json"]
    assert load_genotype(tmp_path / "u" / "genotype.json").spec.name == "mine"
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        ok("import", arrays, "-o", tmp_path / folder, *SMALL, "--seed", seed)
    first, again, other = ((tmp_path / f / "genotype.safetensors").read_bytes() for f in "abc")
    assert first == again != other


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--kind", "resnet"), "--kind: found 'resnet'; allowed: litesnn, spikedhs"),
        (("--input-shape", "3,8"), "--input-shape: found '3,8'; allowed: C,H,W"),
        (("--hidden", 3), "--hidden: LitE-SNN arrays have no use for it"),
        (("--weights", "missing.pt"), "missing.pt: no such file"),
        (("--input-shape", "3,9,9"), "nearest downsampling by 2 needs a map divisible by it"),
    ],
)
def test_wrong_use_ends_in_one_message_and_nothing_written(
    arguments: tuple[object, ...], message: str, arrays: Path, tmp_path: Path
) -> None:
    assert message in refused("import", arrays, "-o", tmp_path / "net", *arguments)
    assert not (tmp_path / "net").exists()


def test_unknown_suffixes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pth").write_text("")
    assert "found suffix '.pth'; allowed: .txt" in refused("import", tmp_path / "a.pth", "-o", tmp_path / "net")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("program")
    ok(written(document(), folder, seed=3), "-o", folder / "program", "--no-lava", entry=compile_app)
    return folder / "program"


def test_export_writes_both_files_and_says_what_differs(program: Path, tmp_path: Path) -> None:
    found = json.loads(ok("export", program, "--to", "sanafe", "-o", tmp_path / "s", "--sample", 3, "--json").stdout)
    assert sorted(Path(path).name for path in found["files"]) == ["architecture.yaml", "network.yaml"]
    assert all(Path(path).is_file() for path in found["files"])
    assert "number 3 of 64 random inputs (seed 0)" in found["notes"][0]
    assert "graded input" in " ".join(ok("export", program, "--to", "sanafe", "-o", tmp_path / "t").stdout.split())


def test_export_refuses_what_it_does_not_know(program: Path, tmp_path: Path) -> None:
    assert "--to: found 'xml'; allowed: " in refused("export", program, "--to", "xml", "-o", tmp_path / "s")
    assert "--sample: found 64; allowed: 0..63" in refused(
        "export", program, "--to", "sanafe", "-o", tmp_path / "s", "--sample", 64
    )
    assert not (tmp_path / "s").exists()


def test_diff_ends_with_0_if_equal_and_1_if_not(program: Path, tmp_path: Path) -> None:
    genotype = program.parent / "small.json"
    assert "equal" in ok("diff", program, program).stdout
    assert "equal" in ok("diff", genotype, program).stdout
    other = written(document(timesteps=5), tmp_path, seed=3)
    result = call("diff", genotype, other)
    assert result.exit_code == 1
    assert "timesteps" in result.stdout
    found = json.loads(call("diff", genotype, other, "--json").stdout)
    assert found["equal"] is False
    assert {"place": "timesteps", "first": 3, "second": 5} in found["differences"]["genotype"]
    ok(other, "-o", tmp_path / "program", "--no-lava", entry=compile_app)
    result = call("diff", program, tmp_path / "program", "--json")
    assert result.exit_code == 1
    assert "costs" in json.loads(result.stdout)["differences"]
    assert "no such genotype file" in refused("diff", program, tmp_path / "none")

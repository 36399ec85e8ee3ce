"""Data that no code knows go from a folder to a deployed program: with four commands, and in ten lines of Python."""

import json
import re
import shutil
from pathlib import Path

import pytest
from command_line import call, json_of, ok, refused
from own_data import archive, event_folder, image_folder, labelled, sound_folder

import litesnn
from litesnn.base.errors import DataError
from litesnn.compiler.genotype import load_genotype

PAGE = Path(__file__).parents[2] / "docs" / "own-data.md"
LIGHT = ("--epochs", 2, "--fixed-epochs", 1, "--batch-size", 8)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `stripes/`, and what the four commands made of it: found/, trained.json, program/."""
    place = tmp_path_factory.mktemp("own")
    stripes = image_folder(place / "stripes", {"high": 12, "low": 12})
    said = ok("data", stripes).stdout
    assert "20 training and 4 test samples, 2 classes" in said
    small = ("--channels", 4, "--candidates", 2, "--set", "timesteps=2", "--set", "batch_size=8", "--set", "samples=16")
    pooled = ("--set", "pool=max", "--set", "last_pool=1")
    ok("search", "snasnet", "--dataset", stripes, "-o", place / "found", "--hidden", 0, *small, *pooled)
    ok("train", place / "found" / "genotype.json", "--dataset", stripes, "-o", place / "trained.json", *LIGHT)
    ok("compile", place / "trained.json", "--dataset", stripes, "--no-lava", "-o", place / "program")
    return place


def test_every_step_records_the_data_and_not_where_they_lie(deployed: Path) -> None:
    for path in (deployed / "found" / "genotype.json", deployed / "trained.json"):
        record = load_genotype(path).spec.data
        assert record is not None
        assert (record.name, record.classes, record.test_fraction, record.split_seed) == (
            "stripes",
            ("high", "low"),
            0.2,
            0,
        )
        assert str(deployed) not in path.read_text()
    verification = json.loads((deployed / "program" / "report.json").read_text())["verification"]
    assert verification["mismatching_spikes"] == 0
    assert "held-out test samples of 'stripes'" in verification["note"]
    assert set(verification["accuracy"]) >= {"pytorch", "exact"}


def test_later_commands_find_the_data_again_wherever_they_lie(deployed: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(deployed / "stripes", tmp_path / "renamed")
    program, trained = deployed / "program", deployed / "trained.json"
    verified = json_of("verify", program, "--dataset", moved, "--no-lava")
    assert verified["mismatching_spikes"] == 0
    ran = json_of("run", program, "--dataset", moved, "-o", tmp_path / "y.npz")
    assert ran["accuracy"] == verified["accuracy"]["exact"]
    pruned = json_of("prune", trained, "--dataset", moved, "--rates", "0.25", "-o", tmp_path / "pruned.json")
    assert pruned
    assert load_genotype(tmp_path / "pruned.json").spec.data == load_genotype(trained).spec.data
    said = ok("verify", program, "--no-lava").output
    assert "records data set 'stripes', which needs --dataset (where it lies)" in " ".join(said.split())


@pytest.mark.parametrize("command", ["verify", "run", "train", "prune", "compile", "quantize"])
def test_other_data_are_refused_with_what_differs(deployed: Path, tmp_path: Path, command: str) -> None:
    x, y = labelled([12, 12], seed=7)
    other = archive(tmp_path / "other.npz", x_train=x, y_train=y)
    subject = deployed / ("program" if command in ("verify", "run") else "trained.json")
    more = {"verify": (), "prune": ("--rates", 0.5, "-o", tmp_path / "out.json")}.get(command, ("-o", tmp_path / "out"))
    if command in ("train", "quantize"):
        more = ("-o", tmp_path / "out.json")
    result = call(command, subject, "--dataset", other, *more)
    refused(
        result,
        "found 'other' (npz, 20 + 4 samples of (1, 6, 6)); expected 'stripes' (images, 20 + 4 samples of (1, 6, 6)",
    )
    assert "What differs: sha256 " in " ".join(result.stderr.split())


def test_a_training_on_other_data_says_so(deployed: Path, tmp_path: Path) -> None:
    x, y = labelled([12, 12], seed=7)
    other = archive(tmp_path / "other.npz", x_train=x, y_train=y)
    ok("train", deployed / "trained.json", "--dataset", other, "--other-data", "-o", tmp_path / "t.json", *LIGHT)
    record = load_genotype(tmp_path / "t.json").spec.data
    assert record is not None
    assert record.name == "other"


def test_ten_lines_of_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the page, with small sizes in the place of real ones."""
    image_folder(tmp_path / "photos", {"high": 12, "low": 12})
    monkeypatch.chdir(tmp_path)
    code = next(
        block for block in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL) if "program" in block
    )
    assert len([line for line in code.splitlines() if line and "import" not in line]) <= 10
    cell = {
        "channels": 8,
        "candidates": 2,
        "timesteps": 2,
        "batch_size": 8,
        "samples": 16,
        "pool": "max",
        "last_pool": 1,
    }
    for written, small in (
        ('method="snasnet"', f'{cell}, method="snasnet"'),
        ('"epochs": 50', '"epochs": 4, "fixed_epochs": 1, "batch_size": 4, "lr": 0.05'),
        ("dataset=data))", "dataset=data), lava_samples=0)"),
    ):
        assert written in code
        code = code.replace(written, small)
    exec(code, {})
    assert json.loads(Path("program/report.json").read_text())["verification"]["mismatching_spikes"] == 0


def test_events_are_found_again_with_their_frames(tmp_path: Path) -> None:
    folder = event_folder(tmp_path / "moves")
    made = json_of(
        "new", "resnet8", "--dataset", folder, "--timesteps", 3, "--width", 0.1, "-o", tmp_path / "network.json"
    )
    assert made["data"]["sensor"] == [8, 8]
    spec = litesnn.load_genotype(tmp_path / "network.json").spec
    samples = litesnn.verification_samples(spec, dataset=folder)
    assert samples.inputs.shape == (4, 3, 2, 8, 8)
    result = call("search", "litesnn", "--dataset", folder, "-o", tmp_path / "found", "--preset", "tiny")
    assert result.exit_code == 2
    assert "error: moves: found spikes per step; allowed: images" in result.stderr
    with pytest.raises(DataError, match=r"expected 'moves' \(events, .*What differs: sha256"):
        litesnn.verification_samples(spec, dataset=event_folder(tmp_path / "others", 7))


def test_sounds_are_found_again_with_their_coefficients(tmp_path: Path) -> None:
    folder = sound_folder(tmp_path / "tones")
    coarse = ("--filters", 8, "--frame-ms", 100, "--hop-ms", 100)
    assert json_of("data", folder, *coarse)["shape"] == [1, 8, 10]
    network = ("--width", 0.05, "--timesteps", 1, "-o", tmp_path / "network.json")
    assert json_of("new", "resnet8", "--dataset", folder, *coarse, *network)["data"]["kind"] == "sounds"
    spec = litesnn.load_genotype(tmp_path / "network.json").spec
    assert litesnn.verification_samples(spec, dataset=folder).inputs.shape == (2, 1, 8, 10)


def test_data_as_json_has_all_that_is_shown(tmp_path: Path) -> None:
    x, y = labelled([20, 5, 5])
    found = json_of("data", archive(tmp_path / "grey.npz", x_train=x, y_train=y), "--test-fraction", 0.4)
    assert found["samples"] == {"train": 18, "test": 12}
    assert found["classes"][0] == {"number": 0, "name": None, "train": 12, "test": 8}
    assert found["most_frequent"] == pytest.approx(8 / 12)
    assert found["input"]["scale"] == pytest.approx(1 / 127)
    assert found["clipped"] == {"train": 0.0, "test": 0.0}
    assert found["record"]["test_fraction"] == 0.4
    assert any("classes are uneven" in note for note in found["notes"])
    refused(call("data", tmp_path / "grey.npz", "--image-size", "5"), "size: found '5'; allowed: HxW")

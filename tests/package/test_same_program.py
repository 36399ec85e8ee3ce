"""CI's comparison of two programs finds what differs, and leaves out what may."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STORED = ROOT / "tests" / "data" / "litesnn-0.1.0" / "program"


def compared(one: Path, other: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / ".ci" / "same_program.py"), str(one), str(other)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def changed(folder: Path, *keys: str, value: object) -> Path:
    """A copy of the stored program with one entry of report.json changed."""
    shutil.copytree(STORED, folder)
    report = json.loads((folder / "report.json").read_text())
    entry = report
    for key in keys[:-1]:
        entry = entry[key]
    assert entry[keys[-1]] != value
    entry[keys[-1]] = value
    (folder / "report.json").write_text(json.dumps(report))
    return folder


def test_versions_and_floating_counts_may_differ(tmp_path: Path) -> None:
    one = changed(tmp_path / "one", "provenance", "versions", "python", value="3.99")
    other = changed(tmp_path / "other", "verification", "samples", "pytorch_float", value=3)
    assert compared(one, other).returncode == 0


@pytest.mark.parametrize(
    ("keys", "value"),
    [(("costs", "paper", "bit_syn_ops"), 1.5), (("verification", "samples", "exact"), 3), (("name",), "another")],
)
def test_a_figure_that_differs_is_named(keys: tuple[str, ...], value: object, tmp_path: Path) -> None:
    done = compared(STORED, changed(tmp_path / "other", *keys, value=value))
    assert done.returncode == 1
    assert f"report.json.{'.'.join(keys)}: " in done.stdout


@pytest.mark.parametrize("name", ["graph.json", "mapping.json", "weights.safetensors"])
def test_a_byte_that_differs_is_found(name: str, tmp_path: Path) -> None:
    shutil.copytree(STORED, tmp_path / "other")
    (tmp_path / "other" / name).write_bytes((STORED / name).read_bytes() + b" ")
    done = compared(STORED, tmp_path / "other")
    assert (done.returncode, name in done.stdout) == (1, True)

"""The installed scripts do what the commands do, and `--help` names every command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ok


def script(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    path = Path(sys.executable).parent / name
    if not path.exists():
        pytest.skip(f"{name} is not installed beside this Python")
    return subprocess.run([path, *map(str, arguments)], capture_output=True, text=True, check=False)


def test_the_installed_scripts_do_the_same(genotype: Path, tmp_path: Path) -> None:
    compiled = script("litesnn-compile", genotype, "-o", tmp_path / "out", "--no-lava", "--json")
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

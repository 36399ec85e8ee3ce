"""The installed scripts do what the commands do, and `--help` names every command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ok

from litesnn.compiler.profile import shipped_profiles


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
    assert [line.split()[0] for line in script("litesnn", "profiles").stdout.splitlines()[:3]] == shipped_profiles()


def test_help_names_every_command() -> None:
    text = ok("--help").stdout
    assert all(command in text for command in ("compile", "train", "check", "run", "verify", "info", "profiles"))


def test_a_deleted_working_directory_is_refused_in_words(tmp_path: Path) -> None:
    path = Path(sys.executable).parent / "litesnn"
    if not path.exists():
        pytest.skip("litesnn is not installed beside this Python")
    shell = f"mkdir gone && cd gone && rmdir ../gone && exec '{path}' profiles"
    found = subprocess.run(["sh", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("error: the working directory is gone")

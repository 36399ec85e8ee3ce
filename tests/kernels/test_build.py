"""Kernels are compiled once and kept; where they cannot be, everything is computed without them and says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cases import generators

from litesnn.kernels import build, library, missing
from litesnn.kernels.build import BuildError, built
from litesnn.kernels.library import SWITCH, Library
from litesnn.runtime.exact import Simulator
from litesnn.runtime.exact.native import NativeEngine

needs_kernels = pytest.mark.skipif(library() is None, reason=f"no kernels here: {missing()}")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the user's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "litesnn" / "kernels"


def _compiler(folder: Path, script: str) -> str:
    path = folder / "compiler"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler here")
def test_a_compiler_gives_kernels() -> None:
    assert missing() is None


@needs_kernels
def test_a_library_is_compiled_once(cache: Path) -> None:
    path = built()
    assert path.parent == cache
    stamp = path.stat().st_mtime_ns
    assert built() == path
    assert path.stat().st_mtime_ns == stamp
    assert [entry.name for entry in cache.iterdir()] == [path.name], "something is left behind"


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sources that may be changed."""
    folder = tmp_path / "native"
    folder.mkdir()
    for source in build.SOURCES.iterdir():
        (folder / source.name).write_bytes(source.read_bytes())
    monkeypatch.setattr(build, "SOURCES", folder)
    monkeypatch.setattr(build, "MAIN", folder / "network.c")
    return folder


@needs_kernels
def test_another_source_is_another_library(cache: Path, copied: Path) -> None:
    first = built()
    (copied / "network.h").write_text((copied / "network.h").read_text() + "/* changed */\n")
    assert built() != first


@needs_kernels
@pytest.mark.parametrize(
    ("source", "right", "wrong"),
    [
        ("leaky.h", "& 4095", "& 4094"),
        ("leaky.h", "potential > *(", "potential < *("),
        ("synapses.h", "sums[i] += row[i];", "sums[i] -= row[i];"),
        ("synapses.h", "(SUM)masks[i] & weights[c + i]", "weights[c + i]"),
        ("synapses.h", "(SUM)(value * weights[i])", "value"),
        ("vectors.h", "out += __builtin_popcount(byte);", "out += __builtin_popcount(byte & 127);"),
    ],
)
def test_kernels_that_compute_something_else_are_not_used(
    cache: Path, copied: Path, source: str, right: str, wrong: str
) -> None:
    """As a compiler or a processor would that is not what it says."""
    text = (copied / source).read_text()
    assert right in text
    (copied / source).write_text(text.replace(right, wrong))
    with pytest.raises(BuildError, match="differs from plain loops"):
        Library(built())


@needs_kernels
def test_without_the_processors_own_instructions_the_integers_are_the_same(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "TARGETS", ((),))
    plain = Library(built())
    case = generators("forward")["genotypes"](11)
    simulator = Simulator(case.graph)
    wanted = simulator.run(case.inputs, record=[p.name for p in case.graph.membranes if p.sends == "spikes"])
    vars(simulator)["_native"] = NativeEngine(case.graph, plain)
    found = simulator.run(case.inputs, record=list(wanted.spikes))
    np.testing.assert_array_equal(found.readout, wanted.readout)
    for name, spikes in wanted.spikes.items():
        np.testing.assert_array_equal(found.spikes[name], spikes)


def test_a_compiler_that_fails_is_named_with_its_words(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", _compiler(tmp_path, "echo no such processor >&2; exit 1"))
    with pytest.raises(BuildError, match="compiler failed: no such processor"):
        built()
    assert not any(cache.iterdir())


def test_no_compiler(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(BuildError, match="no C compiler was found"):
        built()


@needs_kernels
def test_a_cache_that_cannot_be_made_gives_way_to_a_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setattr(build, "mkdtemp", lambda prefix: str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    assert built().parent == tmp_path / "temporary"


def test_a_run_without_kernels_says_why() -> None:
    script = "from litesnn.kernels import library, missing; print(library(), missing())"
    environment = {**os.environ, SWITCH: "off"}
    said = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == f"None {SWITCH} is off"

"""Kernels are compiled once and kept; where they cannot be, everything is computed without them and says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from cases import generators

from litesnn.base import cache_folder
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
    monkeypatch.setattr(build, "FLAGS", ("-O0", *build.FLAGS[1:]))  # quicker to compile, and the same to test
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
        ("leaky.h", "product + ((product >> 31)", "product - ((product >> 31)"),
        ("synapses.h", "else held[i] += row[i];", "else held[i] -= row[i];"),
        ("windows.h", "held[i] += (part[0] + part[1])", "held[i] += (part[0] - part[1])"),
        ("windows.h", "+= both << 8 >> 8;", "+= both << 8 >> 9;"),
        ("synapses.h", "__builtin_convertvector(masks, NAMED(Few)) & ", ""),
        ("synapses.h", "(SUM)(value * weights[i])", "value"),
        ("vectors.h", "return __builtin_popcountll(bits);", "return __builtin_popcountll(bits & 127);"),
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


@needs_kernels
def test_words_after_the_compilers_name_are_its_own(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = built()
    monkeypatch.setenv("CC", f"env {shutil.which('cc')} -DONE=1")
    assert Library(built()).vector_bytes
    assert built() != plain


def test_a_compiler_that_hangs_is_ended_with_what_it_started(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", _compiler(tmp_path, f"sleep 60 & echo $! > {tmp_path}/child; wait"))
    monkeypatch.setattr(build, "SECONDS", 1.0)
    begun = time.monotonic()
    with pytest.raises(BuildError, match="not done after 1 s"):
        built()
    assert time.monotonic() - begun < 30
    child = Path(f"/proc/{int((tmp_path / 'child').read_text())}/stat")
    while _alive(child):  # a process that was killed may still be seen for a moment
        assert time.monotonic() - begun < 30
        time.sleep(0.05)


def _alive(stat: Path) -> bool:
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@needs_kernels
def test_a_library_that_was_cut_short_is_compiled_again(cache: Path) -> None:
    path = built()
    whole = path.read_bytes()
    path.write_bytes(whole[:5000])
    again = built()
    assert Library(again).vector_bytes
    assert len(again.read_bytes()) > 5000


@needs_kernels
def test_processes_that_compile_at_once_share_one_cache(cache: Path) -> None:
    quick = "from litesnn.kernels import build; build.FLAGS = ('-O0', *build.FLAGS[1:])"
    script = f"{quick}; from litesnn.kernels import library; assert library() is not None"
    command = [sys.executable, "-c", script]
    processes = [subprocess.Popen(command, env=dict(os.environ)) for _ in range(3)]
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    assert {entry.suffix for entry in cache.iterdir()} == {".so"}, "something is left behind"


def test_without_a_home_nothing_is_written_to_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CC", _compiler(tmp_path, "exit 1"))
    with pytest.raises(BuildError, match="failed"):
        built()
    assert [entry.name for entry in tmp_path.iterdir()] == ["compiler"]


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
    monkeypatch.setattr(cache_folder, "_of_this_process", lambda name: tmp_path / "temporary")
    assert built().parent == tmp_path / "temporary"


def test_a_run_without_kernels_says_why() -> None:
    script = "from litesnn.kernels import library, missing; print(library(), missing())"
    environment = {**os.environ, SWITCH: "off"}
    said = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == f"None {SWITCH} is off"

"""What a user's shell and Python may do to Lava's worker: print, warn, trace, shadow; and what a killed parent leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from lava_here import needs_lava
from recurrent_graphs import ring, scheduled, spikes_in

from litesnn.base.errors import OutputError
from litesnn.runtime.exact import simulate
from litesnn.runtime.lava import run_lava, supervise

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
TESTS = Path(__file__).parents[1]


@needs_lava
def test_prints_warnings_and_shadows_around_the_worker_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nprint('hello')\nprint('hello', file=sys.stderr)\n")
    shadows = tmp_path / "here"
    (shadows / "lava").mkdir(parents=True)
    for file in (shadows / "numpy.py", shadows / "lava" / "__init__.py"):
        file.write_text("raise RuntimeError('a file of the user')\n")
    monkeypatch.chdir(shadows)
    for name, value in (
        ("PYTHONPATH", str(tmp_path)),
        ("PYTHONWARNINGS", "error"),
        ("PYTHONINSPECT", "1"),
        ("PYTHONSTARTUP", str(shadows / "numpy.py")),
        ("PYTHONVERBOSE", "1"),
    ):
        monkeypatch.setenv(name, value)
    graph = scheduled(ring(1, 2))
    inputs = spikes_in(graph, 2, 0)
    assert (run_lava(graph, inputs).readout == simulate(graph, inputs).readout).all()


@needs_lava
@pytest.mark.parametrize("place", ["missing", "file"])
def test_no_folder_to_work_in_is_an_error_that_names_tmpdir(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / place))
    with pytest.raises(OutputError, match="cannot make a temporary folder: .*; set TMPDIR to a folder with room"):
        run_lava(scheduled(ring(1, 2)), np.zeros((1, 2, 3, 1, 1), np.int16))


def test_relative_paths_of_a_deleted_working_directory_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["relative", "", str(tmp_path)]))
    assert supervise._environment()["PYTHONPATH"].split(os.pathsep)[1:] == [str(tmp_path)]


def test_time_in_which_the_parent_was_suspended_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock jumps an hour at every look: a limit of a minute is reached after 60 looks of a second each, not at once."""
    clock = iter(range(0, 10**9, 3600))
    monkeypatch.setattr(supervise.time, "monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(supervise, "POLL_SECONDS", 0.1)
    looks = []
    monkeypatch.setattr(supervise.select, "select", lambda *_: looks.append(1) or ([], [], []))
    monkeypatch.setattr(supervise, "stopped_members", lambda group: {})

    class Running:
        pid = 0

        def poll(self) -> None:
            return None

    assert next(supervise._messages(Running(), None, 60.0)) is None
    assert len(looks) == 61


LONG_RUN = f"""
import sys
sys.path.insert(0, {str(TESTS)!r})
from recurrent_graphs import ring, scheduled, spikes_in
from litesnn.runtime.lava import LavaSession
graph = scheduled(ring(2, 4))
with LavaSession() as lava:
    lava.run(graph, spikes_in(graph, 20_000, 1), progress=lambda done, total: print("step", flush=True))
"""


def members(group: int) -> list[int]:
    """Living processes of a group."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split() if folder.name.isdigit() else ["Z"]
        except OSError:
            continue
        if fields[0] != "Z" and int(fields[2]) == group:
            found.append(int(folder.name))
    return sorted(found)


def workers_of(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split() if folder.name.isdigit() else ["Z", "0"]
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(folder.name))
    return found


@needs_lava
@needs_proc
def test_nothing_of_lava_outlives_a_parent_that_was_killed_not_even_what_is_stopped() -> None:
    parent = subprocess.Popen([sys.executable, "-c", LONG_RUN], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "step\n"
    (worker,) = workers_of(parent.pid)
    running = members(worker)
    assert len(running) > 4
    os.kill([pid for pid in running if pid != worker][1], signal.SIGSTOP)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 30
    while members(worker) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert members(worker) == []

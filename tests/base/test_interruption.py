"""Ends that nobody planned: signals clean up like Ctrl-C, a later run removes what kill -9 left, and nothing alive is touched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from litesnn.base.interruption import Terminated, orderly_end
from litesnn.base.output import write_atomically
from litesnn.base.staging import ScratchFolder, aside_folder, remove_leftovers, staged_file, staged_folder
from litesnn.compiler.program import check_output

# A command that has begun: a scratch folder with inputs, a staged file and a staged folder, then it waits to be ended.
COMMAND = """
import sys, time
from pathlib import Path
import typer
from litesnn import cli
from litesnn.base.staging import ScratchFolder, staged_file, staged_folder

app = typer.Typer()

@app.command()
def work(output: Path) -> None:
    scratch = ScratchFolder()
    (Path(scratch.name) / "inputs.npy").write_bytes(b"secret")
    with staged_file(output) as (path, _), staged_folder(output) as folder:
        path.write_bytes(b"half")
        (folder / "graph.json").write_bytes(b"half")
        print("ready", file=sys.stderr, flush=True)
        time.sleep(600)

cli.app = app
cli.main()
"""


def _heed_signals() -> None:
    """Started in the background, the tests themselves may ignore what they send."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def begun(folder: Path) -> subprocess.Popen[str]:
    (folder / "tmp").mkdir(exist_ok=True)
    worker = subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(folder / "out.json")],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder / "tmp")},
        preexec_fn=_heed_signals,
    )
    assert worker.stderr is not None
    assert worker.stderr.readline() == "ready\n"
    assert len(list((folder / "tmp").iterdir())) == 1
    return worker


def left(folder: Path) -> list[Path]:
    return [*(folder / "tmp").iterdir(), *(path for path in folder.iterdir() if path.name != "tmp")]


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)],
    ids=lambda value: str(value),
)
def test_signals_leave_nothing_behind(tmp_path: Path, number: signal.Signals, code: int) -> None:
    worker = begun(tmp_path)
    worker.send_signal(number)
    _, said = worker.communicate(timeout=60)
    assert worker.returncode == code
    assert "Traceback" not in said
    assert left(tmp_path) == []


def test_what_kill_leaves_is_removed_by_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = begun(tmp_path)
    worker.kill()
    worker.communicate(timeout=60)
    assert len(left(tmp_path)) == 3
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    ScratchFolder().cleanup()
    assert list((tmp_path / "tmp").iterdir()) == []
    write_atomically(tmp_path / "other.json", b"{}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.json", "tmp"]


def test_what_is_in_use_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    scratch = ScratchFolder()
    with (
        staged_file(tmp_path / "a") as (path, _),
        staged_folder(tmp_path / "a") as folder,
        aside_folder(tmp_path / "a") as aside,
    ):
        remove_leftovers(tmp_path)
        assert path.exists()
        assert folder.exists()
        assert aside.exists()
        assert Path(scratch.name).exists()
    scratch.cleanup()
    assert list(tmp_path.iterdir()) == []


def test_names_that_only_look_alike_stay(tmp_path: Path) -> None:
    names = [
        ".config.litesnn-12",
        "x.litesnn-0123abcd",
        ".x.litesnn-0123abcg",
        "litesnn-work-1",
        "litesnn-work-0123ABCD",
        ".x",
    ]
    for name in names:
        (tmp_path / name).write_text("mine")
    (tmp_path / ".pipe.litesnn-0123abcd").symlink_to(tmp_path)
    os.mkfifo(tmp_path / ".fifo.litesnn-0123abcd")
    remove_leftovers(tmp_path)
    assert len(list(tmp_path.iterdir())) == len(names) + 2


def test_a_program_that_was_set_aside_is_put_back(tmp_path: Path) -> None:
    """Killed between the two renames: the old program stands again, before anything else happens there."""
    aside = tmp_path / ".program.litesnn-old-0123abcd"
    (aside / "program").mkdir(parents=True)
    (aside / "program" / "notes.txt").write_text("mine")
    check_output(tmp_path / "other")
    assert (tmp_path / "program" / "notes.txt").read_text() == "mine"
    assert not aside.exists()
    (aside / "program").mkdir(parents=True)
    (aside / "program" / "notes.txt").write_text("older")
    check_output(tmp_path / "other")
    assert (aside / "program" / "notes.txt").read_text() == "older"  # not ours alone: kept


def test_the_first_signal_counts_and_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Terminated) as raised, orderly_end():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGHUP)
    assert raised.value.exit_code == 143
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with orderly_end():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)

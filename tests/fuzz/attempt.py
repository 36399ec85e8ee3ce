"""Giving one input to its reader, in this process, and judging what comes back."""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
import traceback
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import typer

import litesnn
from fuzz.case import Case
from fuzz.limits import Limits, PeakMemory, cpu_seconds, limited_memory
from fuzz.outcome import Kind, Outcome
from fuzz.reader import DifferentError, Place, Reader
from litesnn.commands.common import fail
from litesnn.errors import LiteSNNError

MESSAGE_CHARACTERS = 20_000
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Characters that a terminal obeys instead of showing; a line's end and a tab are none of them."""
_HOME = str(Path(litesnn.__file__).parent) + os.sep


class UntidyError(Exception):
    """A reader wrote where it should only read, or says what nobody can read."""


def attempt(reader: Reader, case: Case, limits: Limits) -> Outcome:
    """Write the case into a new folder, read it, use what was read, within the limits of memory; time is the caller's to limit."""
    root = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        folder, scratch = root / "in", root / "out"
        folder.mkdir()
        scratch.mkdir()
        case.write(folder)
        place = Place(folder / case.entry if case.entry else folder, scratch, case.arguments)
        before = _listing(folder)
        os.chdir(folder)  # what a file names without a folder, or a pickle does, would show here
        peak, start = PeakMemory(), cpu_seconds()
        kind, what, where, phase, trace = _judged(reader, place, case.size + limits.memory)
        seconds, memory = cpu_seconds() - start, peak.bytes()
        if kind in ("accepted", "refused") and _listing(folder) != before:
            kind, what = "untidy", "Untidy: the input's folder was changed by reading it"
        return Outcome(kind, what, where, "use" if phase else "read", seconds, memory, trace)
    finally:
        os.chdir(_HOME)
        shutil.rmtree(root, ignore_errors=True)


def place_of(trace: traceback.StackSummary) -> str:
    """The innermost frame of the project, `file:line function`."""
    own = [frame for frame in trace if frame.filename.startswith(_HOME)]
    frame = (own or list(trace))[-1]
    return f"{frame.filename.removeprefix(_HOME)}:{frame.lineno} {frame.name}"


def _judged(reader: Reader, place: Place, memory: int) -> tuple[Kind, str, str, int, str]:
    phase = 0
    try:
        with limited_memory(memory):
            try:
                found: Any = reader.read(place)
            except LiteSNNError as error:
                _check_message(error)
                return "refused", f"{type(error).__name__}: {error}", "", phase, ""
            phase = 1
            try:
                reader.use(found, place)
            except LiteSNNError as error:
                _check_message(error)
        return "accepted", "", "", phase, ""
    except BaseException as error:  # whatever it is, it is what the user would see
        kinds: dict[type[BaseException], Kind] = {
            DifferentError: "different",
            UntidyError: "untidy",
            MemoryError: "memory",
        }
        kind = next((kind for of, kind in kinds.items() if isinstance(error, of)), "traceback")
        cause = error.__cause__ if isinstance(error, UntidyError) and error.__cause__ is not None else error
        where = place_of(traceback.extract_tb(cause.__traceback__))
        return kind, f"{type(error).__name__}: {error}"[:2000], where, phase, traceback.format_exc()[-20_000:]


def _check_message(error: LiteSNNError) -> None:
    """A refusal as the command line prints it: of some length at most, without characters that a terminal obeys."""
    shown = io.StringIO()
    try:
        with redirect_stderr(shown):
            fail(error)
    except typer.Exit:
        try:
            check_text(shown.getvalue(), MESSAGE_CHARACTERS)
        except UntidyError as found:
            raise found from error


def check_text(text: str, length: int | None = None) -> None:
    """Refuse output with control characters, and a message that is longer than `length`."""
    control = CONTROL.search(text)
    if control is not None:
        raise UntidyError(f"{control[0]!r} is printed: {text[max(0, control.start() - 60) : control.end() + 20]!r}")
    if length is not None and len(text) > length:
        raise UntidyError(f"{len(text)} characters are printed: {text[:100]!r} ...")


def _listing(folder: Path) -> dict[str, tuple[int, int, int]]:
    found = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        found[str(path)] = status.st_mode, status.st_size, status.st_mtime_ns
    return found

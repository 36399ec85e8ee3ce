"""Giving one input to its reader, in this process, and judging what comes back."""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

import litesnn
from fuzz.case import Case
from fuzz.limits import Limits, PeakMemory, cpu_seconds, limited_memory
from fuzz.outcome import Kind, Outcome, Phase
from fuzz.reader import DifferentError, Place, Reader
from litesnn.base.errors import LiteSNNError
from litesnn.commands.exits import fail

MESSAGE_CHARACTERS = 20_000
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Characters that a terminal obeys instead of showing; a line's end and a tab are none of them."""
_HOME = str(Path(litesnn.__file__).parent) + os.sep


class UntidyError(Exception):
    """A reader wrote where it should only read, or says what nobody can read."""


KINDS: dict[type[BaseException], Kind] = {
    DifferentError: "different",
    UntidyError: "untidy",
    MemoryError: "memory",
}
"""What an exception means; any other is a traceback."""


def attempt(reader: Reader, case: Case, limits: Limits, confirming: bool = False) -> Outcome:
    """Write the case into a new folder, read it, use what was read, within the limits of memory; time is the caller's to limit.

    `confirming` reads it by `Reader.confirm`.
    """
    read = reader.confirm if confirming and reader.confirm is not None else reader.read
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
        outcome = _judged(read, reader.use, place, case.size + limits.memory)
        outcome = replace(outcome, seconds=cpu_seconds() - start, memory=peak.bytes())
        if outcome.fine and _listing(folder) != before:
            return replace(outcome, kind="untidy", what="Untidy: the input's folder was changed by reading it")
        return outcome
    finally:
        os.chdir(_HOME)
        shutil.rmtree(root, ignore_errors=True)


def place_of(trace: traceback.StackSummary) -> str:
    """The innermost frame of the project, `file:line function`."""
    own = [frame for frame in trace if frame.filename.startswith(_HOME)]
    frame = (own or list(trace))[-1]
    return f"{frame.filename.removeprefix(_HOME)}:{frame.lineno} {frame.name}"


def _judged(read: Callable[[Place], Any], use: Callable[[Any, Place], None], place: Place, memory: int) -> Outcome:
    phase: Phase = "read"
    try:
        with limited_memory(memory):
            try:
                found: Any = read(place)
            except LiteSNNError as error:
                _check_message(error)
                return Outcome("refused", f"{type(error).__name__}: {error}")
            phase = "use"
            try:
                use(found, place)
            except LiteSNNError as error:
                _check_message(error)
        return Outcome("accepted", phase=phase)
    except BaseException as error:  # whatever it is, it is what the user would see
        kind: Kind = next((kind for of, kind in KINDS.items() if isinstance(error, of)), "traceback")
        cause = error.__cause__ if isinstance(error, UntidyError) and error.__cause__ is not None else error
        where = place_of(traceback.extract_tb(cause.__traceback__))
        what = f"{type(error).__name__}: {error}"[:2000]
        return Outcome(kind, what, where, phase, trace=traceback.format_exc()[-20_000:])


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

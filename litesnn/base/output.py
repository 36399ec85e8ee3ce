"""Writing files whole or not at all, and never over something that is not ours.

A file that stands where a command is to write is replaced if it is what such a command writes, or empty. Everything else is a
user's: it is refused, before any work is spent and once more right before it would be replaced. Links stay links: what they point
to is replaced. Modes follow the umask.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from litesnn.base.errors import OutputError
from litesnn.base.output_kinds import ANY_FILE, Kind
from litesnn.base.staging import staged_file, staged_folder


def write_atomically(path: Path, content: bytes, kind: Kind = ANY_FILE) -> None:
    """Write a temporary file in the same folder and rename it over `path`.

    Raises
    ------
    OutputError
        If the place cannot be written, or holds what no such command writes; nothing is left behind then.
    """
    try:
        place = resolved(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        with staged_file(place) as (temporary, descriptor):
            with open(descriptor, "wb", closefd=False) as file:
                file.write(content)
            _refuse_foreign(path, place, kind)
            os.replace(temporary, place)
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from error


def check_file(path: Path, kind: Kind) -> None:
    """Refuse an output file before any work is spent on it.

    Raises
    ------
    OutputError
        If something that no such command writes stands there, or its folder cannot be written.
    """
    try:
        place = resolved(path)
        _refuse_foreign(path, place, kind)
        check_folder_of(place)
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from error


def check_folder_of(place: Path) -> None:
    """Try to make something in the nearest folder above `place` that exists; `OSError`, which names it, where that fails."""
    folder = place.parent
    while not exists(folder):
        folder = folder.parent
    try:
        with staged_folder(folder / place.name):
            pass
    except OSError as error:
        reason = f"{error.strerror}: {folder} is not a folder you can write to"
        raise OSError(error.errno, reason) from error


def resolved(path: Path) -> Path:
    """Where a path leads; `OSError` for links that go round in circles and names that are too long."""
    place = Path(os.path.realpath(path))
    if exists(place):
        os.stat(place)
    return place


def exists(path: Path) -> bool:
    """Whether anything stands there, a link that leads nowhere included; `OSError` where nothing can."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def unwritable(path: Path, error: OSError | ValueError) -> OutputError:
    """What to say where the system refuses."""
    reason = error.strerror if isinstance(error, OSError) else None
    return OutputError(f"cannot write {path}: {reason or error}; choose a folder you can write to")


def _refuse_foreign(path: Path, place: Path, kind: Kind) -> None:
    if not exists(place):
        return
    found = os.stat(place).st_mode
    if stat.S_ISDIR(found):
        raise OutputError(f"cannot write {path}: it is a folder; give the name of a file")
    if not stat.S_ISREG(found):
        raise OutputError(f"cannot write {path}: it is not a regular file; give the name of a new file")
    with open(place, "rb") as file:
        if os.fstat(file.fileno()).st_size and not kind.recognizes(file):
            raise OutputError(
                f"cannot write {path}: it exists and is not {kind.name} that LiteSNN wrote; choose another place, or remove it"
            )

"""Places that exist only while something is made: beside an output, or in the folder for temporary files.

Each is locked by the process that made it for as long as it needs it. A process that was killed holds no lock any more: what it
left is told by name and by the free lock, and a later run removes it. Where a file system has no locks, nothing is removed.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import stat
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from litesnn.base.errors import OutputError

_STAGED = ".litesnn-"
_ASIDE = ".litesnn-old-"
_SCRATCH = "litesnn-work-"
_TOKEN_BYTES = 4
_SHOWN = 40  # characters of the output's name: with the rest below the 255 bytes that file systems allow
_FILE = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
_FOLDER = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_DIRECTORY


@contextmanager
def staged_file(target: Path) -> Iterator[tuple[Path, int]]:
    """A new file beside `target`, with the mode that the umask gives; its path and an open descriptor.

    It is gone afterwards, unless it was renamed. `OSError` where it cannot be made.
    """
    remove_leftovers(target.parent)
    place, descriptor = _locked(
        lambda: _beside(target), lambda path: os.open(path, _FILE | os.O_CREAT | os.O_EXCL, 0o666)
    )
    try:
        yield place, descriptor
    finally:
        place.unlink(missing_ok=True)
        os.close(descriptor)


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """A new folder beside `target`, with the mode that the umask gives; gone afterwards, unless it was renamed.

    `OSError` where it cannot be made.
    """
    remove_leftovers(target.parent)
    place, descriptor = _locked(lambda: _beside(target), lambda path: _new_folder(path, 0o777))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(descriptor)


@contextmanager
def aside_folder(target: Path) -> Iterator[Path]:
    """A new folder beside `target` to move into what is replaced; what was not taken out of it is kept, `abandoned` finds it."""
    place, descriptor = _locked(lambda: _beside(target, _ASIDE), lambda path: _new_folder(path, 0o777))
    try:
        yield place
    finally:
        with suppress(OSError):  # not empty
            os.rmdir(place)
        os.close(descriptor)


def abandoned(folder: Path) -> Iterator[Path]:
    """The aside folders that killed processes left here; one that is empty after its turn is removed."""
    with suppress(FileNotFoundError, NotADirectoryError):
        for path in sorted(folder.iterdir()):
            if not _is_marked(path.name, _ASIDE):
                continue
            with suppress(OSError), _owner_gone(path):
                yield path
                os.rmdir(path)


class ScratchFolder:
    """A folder for temporary files that nobody else can read; removed by `cleanup`, at the latest when the process ends.

    Attributes
    ----------
    name : its path
    """

    def __init__(self) -> None:
        """Make it; `OutputError` where there is no room for it."""
        try:
            parent = Path(tempfile.gettempdir())
            remove_leftovers(parent)
            place, descriptor = _locked(lambda: parent / (_SCRATCH + _token()), lambda path: _new_folder(path, 0o700))
        except OSError as error:
            raise OutputError(f"cannot make a temporary folder: {error}; set TMPDIR to a folder with room") from error
        self.name = str(place)
        self._discard = weakref.finalize(self, _discard, place, descriptor)

    def cleanup(self) -> None:
        """Remove it with all that is in it."""
        self._discard()


def remove_leftovers(folder: Path) -> None:
    """Remove what processes that were killed left in a folder; what is in use, or is not this user's, stays."""
    with suppress(OSError), os.scandir(folder) as entries:
        for path in [folder / e.name for e in entries if _is_marked(e.name, _STAGED) or _is_marked(e.name, _SCRATCH)]:
            with suppress(OSError), _owner_gone(path) as is_folder:
                if is_folder:
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    os.unlink(path)


def _is_marked(name: str, mark: str) -> bool:
    start, token = name[: -2 * _TOKEN_BYTES], name[-2 * _TOKEN_BYTES :]
    right = start == mark if mark == _SCRATCH else start.startswith(".") and start.endswith(mark)
    return right and len(token) == 2 * _TOKEN_BYTES and set(token) <= set("0123456789abcdef")


@contextmanager
def _owner_gone(path: Path) -> Iterator[bool]:
    """Hold the lock of a place, whether it is a folder; `OSError` where it has an owner, or is not ours."""
    is_folder = stat.S_ISDIR(os.lstat(path).st_mode)
    descriptor = os.open(path, _FOLDER if is_folder else _FILE | os.O_NONBLOCK)
    try:
        found = os.fstat(descriptor)
        if found.st_uid != os.geteuid() or not (is_folder or stat.S_ISREG(found.st_mode)):
            raise PermissionError(f"{path} is somebody else's")
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield is_folder
    finally:
        os.close(descriptor)


def _locked(name: Callable[[], Path], make: Callable[[Path], int]) -> tuple[Path, int]:
    """A new place and its descriptor, locked; made again where another process took it for a leftover before it was locked."""
    while True:
        path = name()
        try:
            descriptor = make(path)
        except FileExistsError:
            continue
        with suppress(OSError):  # a file system without locks: nobody will take the place for a leftover
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.exists():
            return path, descriptor
        os.close(descriptor)


def _new_folder(path: Path, mode: int) -> int:
    os.mkdir(path, mode)
    try:
        return os.open(path, _FOLDER)
    except FileNotFoundError:
        raise FileExistsError from None  # taken for a leftover already: as good as a name that was in use


def _beside(target: Path, mark: str = _STAGED) -> Path:
    return target.parent / f".{target.name[:_SHOWN]}{mark}{_token()}"


def _token() -> str:
    return secrets.token_hex(_TOKEN_BYTES)


def _discard(place: Path, descriptor: int) -> None:
    shutil.rmtree(place, ignore_errors=True)
    os.close(descriptor)

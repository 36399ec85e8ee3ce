"""The one door through which files are opened for reading: regular files of bounded size, and nothing that blocks or never ends.

Devices, pipes, folders and names that the system cannot take are refused before they are opened; so are Git LFS pointers, which
stand in a clone for files that were not fetched.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from io import BufferedReader

from litesnn.base.errors import LiteSNNError
from litesnn.base.text import brief_path
from litesnn.reading.limits import MAX_FILE_BYTES

_LFS = b"version https://git-lfs.github.com/spec/"
_LFS_BYTES = 1024
"""A pointer is a text of three lines; Git LFS itself reads no longer ones."""
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe (FIFO)"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_PROBLEMS = {
    errno.ENOTDIR: "cannot read {what}: a part of its path is a file, not a folder",
    errno.EACCES: "cannot read {what}: permission denied; allow it with chmod or ask its owner",
    errno.EPERM: "cannot read {what}: permission denied; allow it with chmod or ask its owner",
    errno.ELOOP: "cannot read {what}: its symbolic links lead in a circle",
    errno.ENAMETOOLONG: "cannot read {what}: the name or path is longer than the system allows (255 bytes for a name)",
}
_PIECE = 2**20


@dataclass(frozen=True)
class Kind:
    """What is read, for messages and bounds.

    Attributes
    ----------
    error : raised where it cannot be read
    name : such as `genotype`; empty where the file's name says enough
    limit : bytes allowed
    hint : said where there are more
    """

    error: type[LiteSNNError]
    name: str = ""
    limit: int = MAX_FILE_BYTES
    hint: str = ""

    def file(self) -> str:
        """Such as `genotype file`."""
        return f"{self.name} file".lstrip()

    def this(self) -> str:
        """Such as `this genotype`."""
        return f"this {self.name or 'file'}"

    def too_large(self, found: str) -> str:
        """What is said of a file past the limit."""
        hint = f" ({self.hint})" if self.hint else ""
        return f"found {found} bytes; allowed: {self.limit:,} for {self.this()}{hint}"


def open_regular(path: str | os.PathLike[str], kind: Kind) -> BufferedReader:
    """A regular file, opened for reading at its beginning.

    Raises
    ------
    LiteSNNError
        Of the kind's type, for a missing or unreadable file, one larger than the limit, anything that is no regular file (it is
        not opened: a pipe would wait for a writer), a Git LFS pointer, and a path that the system cannot take.
    """
    try:
        _refuse_irregular(os.stat(path), path, kind)
        # Between the two the file may become a pipe: do not wait for its writer.
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except OSError as error:
        raise kind.error(f"{brief_path(path)}: {_problem(error, kind)}") from error
    except ValueError as error:  # a NUL, or characters that no file name has
        raise kind.error(f"{brief_path(path)}: cannot read {kind.this()}: not a file name ({error})") from error
    try:
        found = os.fstat(file.fileno())
        _refuse_irregular(found, path, kind)
        if found.st_size > kind.limit:
            raise kind.error(f"{brief_path(path)}: {kind.too_large(f'{found.st_size:,}')}")
        if found.st_size <= _LFS_BYTES:
            _refuse_pointer(file, path, kind)
    except OSError as error:
        file.close()
        raise kind.error(f"{brief_path(path)}: {_problem(error, kind)}") from error
    except LiteSNNError:
        file.close()
        raise
    return file


def read_file(path: str | os.PathLike[str], kind: Kind) -> bytes:
    """All bytes of a regular file.

    Raises
    ------
    LiteSNNError
        As `open_regular`; also where it grows past the limit while it is read, or reading fails.
    """
    with open_regular(path, kind) as file:
        try:
            # As much as it says, then more in pieces: files of /proc say 0, and others may grow.
            pieces = [file.read(os.fstat(file.fileno()).st_size)]
            size = len(pieces[0])
            while size <= kind.limit and (piece := file.read(_PIECE)):
                pieces.append(piece)
                size += len(piece)
        except OSError as error:
            raise kind.error(f"{brief_path(path)}: {_problem(error, kind)}") from error
        except MemoryError as error:
            raise kind.error(f"{brief_path(path)}: does not fit into the memory of this machine") from error
    if size > kind.limit:
        raise kind.error(f"{brief_path(path)}: {kind.too_large('more')}")
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def is_there(path: str | os.PathLike[str]) -> bool:
    """Whether anything stands at a path, of whatever kind; False for paths that the system cannot take."""
    try:
        os.stat(path)
    except (OSError, ValueError):
        return False
    return True


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Whether a path is a folder; False also for paths that the system cannot take, where `Path.is_dir` raises."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def _problem(error: OSError, kind: Kind) -> str:
    if error.errno == errno.ENOENT:
        return f"no such {kind.file()}"
    known = _PROBLEMS.get(error.errno or 0)
    return known.format(what=kind.this()) if known else f"cannot read {kind.this()}: {error.strerror or error}"


def _refuse_irregular(found: os.stat_result, path: str | os.PathLike[str], kind: Kind) -> None:
    if not stat.S_ISREG(found.st_mode):
        what = next((name for test, name in _KINDS if test(found.st_mode)), "no file")
        raise kind.error(f"{brief_path(path)}: cannot read {kind.this()}: found {what}; allowed: a regular file")


def _refuse_pointer(file: BufferedReader, path: str | os.PathLike[str], kind: Kind) -> None:
    if file.read(len(_LFS)) == _LFS:
        raise kind.error(
            f"{brief_path(path)}: found a Git LFS pointer, not the file it stands for; fetch it with `git lfs pull` in its repository"
        )
    file.seek(0)

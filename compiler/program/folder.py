"""The directory of a program on disk: replaced whole, and only where it holds nothing but a program.

What stands where a program is to be written may be removed if its manifest says that LiteSNN wrote it, and only the files that
the manifest lists. Anything else in there is somebody's own, and a refusal that names it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from litesnn.base.errors import ProgramError
from litesnn.base.output import check_folder_of, exists, resolved
from litesnn.base.staging import abandoned, aside_folder, staged_folder
from litesnn.reading import Kind, is_folder, is_there, parse_json, read_file

FORMAT: Final = "litesnn.program"
VERSION: Final = 1
MANIFEST = "manifest.json"
MANIFEST_BYTES_MAX = 2**26
_NAMED = 5  # of the things that are in the way
_ATTEMPTS = 5

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """manifest.json: what made a program, and the SHA-256 of each of its files."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, strict=True, allow_inf_nan=False)

    format: Literal["litesnn.program"]
    version: Literal[1]
    files: dict[str, Digest]
    name: str = ""
    profile: str = ""
    command: str = ""
    seed: int | None = None
    litesnn: str = ""
    python: str = ""
    libraries: dict[str, str] = Field(default_factory=dict)


def is_program(path: Path) -> bool:
    """Whether a path looks like a program directory."""
    return is_folder(path) and is_there(path / MANIFEST)


def read_manifest(root: Path) -> Manifest:
    """The manifest of a program directory.

    Raises
    ------
    ProgramError
        If there is none, or it is none of this format and version.
    """
    place = root / MANIFEST
    if not is_there(place):
        raise ProgramError(f"{root}: not a LiteSNN program (no {MANIFEST}); compile one with litesnn-compile")
    content = read_file(place, Kind(ProgramError, "manifest", MANIFEST_BYTES_MAX))
    raw = parse_json(content, str(place), ProgramError)
    if not isinstance(raw, dict) or (raw.get("format"), raw.get("version")) != (FORMAT, VERSION):
        raise ProgramError(f"{place}: not a '{FORMAT}' of version {VERSION}; compile the genotype again")
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        if first["loc"][:1] == ("files",):
            raise ProgramError(f"{place}: 'files' must map file names to SHA-256 hashes ({where})") from error
        raise ProgramError(f"{place}: {where}: {first['msg']}") from error


def check_output(target: Path) -> None:
    """Refuse an output place before any work is spent on it.

    Raises
    ------
    ProgramError
        If something that is not a program stands there, or a program with something else in it, or the place cannot be written.
    """
    try:
        place = resolved(target)
        _put_back(place.parent)
        _refuse_foreign(target, place)
        if os.path.ismount(place):
            raise ProgramError(f"{target}: is where a disk is mounted; choose a folder inside it")
        check_folder_of(place)
    except (OSError, ValueError) as error:
        raise _unwritable(target, error) from error


def write_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a directory of files by relative name, whole or not at all; an earlier program there is replaced, a link is kept.

    Raises
    ------
    ProgramError
        As `check_output`.
    """
    try:
        place = resolved(target)
        place.parent.mkdir(parents=True, exist_ok=True)
        with staged_folder(place) as staging:
            for name, content in files.items():
                (staging / name).parent.mkdir(exist_ok=True)
                (staging / name).write_bytes(content)
            _swap(staging, target, place)
    except (OSError, ValueError) as error:
        raise _unwritable(target, error) from error


def _unwritable(target: Path, error: OSError | ValueError) -> ProgramError:
    reason = error.strerror if isinstance(error, OSError) else None
    return ProgramError(f"cannot write {target}: {reason or error}; choose another -o")


def _swap(staging: Path, target: Path, place: Path) -> None:
    """Put the staged directory in place; what it replaces steps aside first, is looked at again, and is removed last."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            if exists(place):
                _replace(staging, target, place)
            else:
                os.rename(staging, place)
            return
        except OSError as error:
            # Another process put its own there in between; it is replaced like any other.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or attempt == _ATTEMPTS:
                raise


def _replace(staging: Path, target: Path, place: Path) -> None:
    _refuse_foreign(target, place)
    with aside_folder(place) as aside:
        old = aside / place.name
        os.rename(place, old)
        try:
            _refuse_foreign(target, old)
            os.rename(staging, place)
        except BaseException:
            if not exists(place):
                os.rename(old, place)
            raise
        if not _removed(old):
            raise ProgramError(
                f"{target}: written; something was put into the old one meanwhile, which is kept as {old}"
            )


def _put_back(folder: Path) -> None:
    """Mend what a process left that was killed while it replaced a program here: the old one stands where no new one does."""
    for aside in abandoned(folder):
        for old in sorted(aside.iterdir()):
            if not exists(folder / old.name):
                os.rename(old, folder / old.name)
            elif _holds_only_a_program(old):
                _removed(old)


def _holds_only_a_program(root: Path) -> bool:
    try:
        return not any(_foreign(root))
    except ProgramError:
        return False


def _removed(root: Path) -> bool:
    """Remove the files of a program, and its folders where nothing else is in them; whether nothing was."""
    names = sorted(_listed(root), key=lambda name: name == MANIFEST)  # the manifest last: it says what is ours
    for name in names:
        (root / name).unlink(missing_ok=True)
    folders = {folder for name in names for folder in PurePosixPath(name).parents}
    try:
        for part in sorted(folders, key=lambda folder: len(folder.parts), reverse=True):
            with suppress(FileNotFoundError):
                os.rmdir(root / part)
        with suppress(FileNotFoundError):
            os.rmdir(root)
    except OSError:
        return False
    return True


def _refuse_foreign(target: Path, place: Path) -> None:
    """Raise for what may not be replaced; `target` is what the user called it."""
    if not exists(place):
        return
    kept = f"{target} exists and is not a LiteSNN program; choose another -o, or remove it"
    if not place.is_dir():
        raise ProgramError(kept)
    if not exists(place / MANIFEST) and any(place.iterdir()):
        raise ProgramError(kept)
    try:
        foreign = sorted(_foreign(place))
    except ProgramError as error:
        raise ProgramError(f"{kept} ({error})") from error
    if foreign:
        more = f" and {len(foreign) - _NAMED} more" if len(foreign) > _NAMED else ""
        raise ProgramError(
            f"{target} holds what LiteSNN did not write there: {', '.join(foreign[:_NAMED])}{more}; move it elsewhere, or choose "
            "another -o"
        )


def _foreign(root: Path) -> Iterator[str]:
    """What is in a program's directory besides the plain files that its manifest lists, and their folders."""
    names = _listed(root)
    folders = {str(folder) for name in names for folder in PurePosixPath(name).parents}
    waiting = [PurePosixPath()]
    while waiting:
        folder = waiting.pop()
        with os.scandir(root / folder) as entries:
            for entry in entries:
                name = folder / entry.name
                if entry.is_dir(follow_symlinks=False) and str(name) in folders:
                    waiting.append(name)
                elif not (entry.is_file(follow_symlinks=False) and str(name) in names):
                    yield f"{name}/" if entry.is_dir(follow_symlinks=False) else str(name)


def _listed(root: Path) -> frozenset[str]:
    """The manifest and the files that it lists; none for an empty directory. `ProgramError` for names that leave it."""
    if not exists(root / MANIFEST):
        return frozenset()
    names = read_manifest(root).files
    for name in names:
        parts = PurePosixPath(name).parts
        if not parts or str(PurePosixPath(*parts)) != name or name.startswith("/") or ".." in parts or "\0" in name:
            raise ProgramError(f"{root / MANIFEST}: file '{name}' leaves the program's directory; refused")
    return frozenset({MANIFEST, *names})

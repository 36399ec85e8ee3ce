"""The directory of a program on disk: its manifest, and which files of a directory are a program's (`base.output_folder` replaces it)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from litesnn.base.errors import ProgramError
from litesnn.base.output_folder import FolderKind
from litesnn.reading import Kind, is_folder, is_there, parse_json, read_file

FORMAT: Final = "litesnn.program"
VERSION: Final = 1
MANIFEST = "manifest.json"
MANIFEST_BYTES_MAX = 2**26

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


PROGRAM = FolderKind(
    name="a LiteSNN program",
    directory="the program's directory",
    error=ProgramError,
    manifest=MANIFEST,
    files=lambda root: read_manifest(root).files,
)


def check_output(target: Path) -> None:
    """Refuse an output place before any work is spent on it.

    Raises
    ------
    ProgramError
        If something that is not a program stands there, or a program with something else in it, or the place cannot be written.
    """
    PROGRAM.check(target)


def write_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a directory of files by relative name, whole or not at all; an earlier program there is replaced, a link is kept.

    Raises
    ------
    ProgramError
        As `check_output`.
    """
    with PROGRAM.staged(target) as staging:
        for name, content in files.items():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            (staging / name).write_bytes(content)

"""The formats that networks are read from, in one table: name -> `module:attribute`, imported when it is first asked for.

A format is a folder in `compiler/frontends` and its line here; docs/adding-a-format.md says what stands in the folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litesnn.base.errors import ImportFileError
from litesnn.base.settings.words import from_words, words
from litesnn.base.staging import ScratchFolder

if TYPE_CHECKING:
    from litesnn.compiler.origin.source_file import SourceFile

FORMATS: dict[str, str] = {
    "slayer": "litesnn.compiler.frontends.net.format:SLAYER",
    "nir": "litesnn.compiler.frontends.nir.format:NIR",
    "sanafe": "litesnn.compiler.frontends.sanafe.format:SANAFE",
}


@dataclass(frozen=True)
class Format:
    """A format of network files.

    Attributes
    ----------
    name : its key in `FORMATS`, as programs and reports keep it
    title : what a file of it is, for messages: "a NIR network"
    panel : heading of its options
    suffixes : of its files
    options : settings class of its reader; its fields are the options (see `options`)
    read : path and options -> the network
    range_advice : bits by which a register is too narrow -> what can be changed in a file of this format
    shared : suffixes that files of other kinds have too -> whether a file is one of this format, by what is in it
    """

    name: str
    title: str
    panel: str
    suffixes: tuple[str, ...]
    options: type
    read: Callable[[Path, Any], SourceFile]
    range_advice: Callable[[int], str]
    shared: Mapping[str, Callable[[Path], bool]] = field(default_factory=dict)

    def holds(self, path: Path) -> bool:
        """Whether a file is of this format: by its suffix, and where others have that too by its contents."""
        suffix = path.suffix.lower()
        return suffix in self.suffixes or (suffix in self.shared and self.shared[suffix](path))


def format_named(name: str) -> Format:
    """A format of the table."""
    module, attribute = FORMATS[name].split(":")
    found: Format = getattr(import_module(module), attribute)
    return found


def formats() -> Iterator[Format]:
    """All of them, in the order of the table."""
    return map(format_named, FORMATS)


def foreign_suffixes() -> str:
    """The suffixes of all formats, for help texts: `.net, .nir`."""
    return ", ".join(suffix for found in formats() for suffix in found.suffixes)


def format_of(path: str | os.PathLike[str]) -> Format | None:
    """The format of a file by its suffix, and by its contents where that is not enough; None where none has it."""
    return next((found for found in formats() if found.holds(Path(path))), None)


def read_network(path: str | os.PathLike[str], options: Any = None, **given: Any) -> SourceFile:
    """Read a network file of another tool by its suffix.

    Parameters
    ----------
    options : of the format's settings class (`formats.Format.options`); its defaults where None
    given : fields of that class instead

    Raises
    ------
    ImportFileError
        For a suffix that no format has, and whatever its reader refuses.
    """
    found = format_of(path)
    if found is None:
        raise ImportFileError(f"{path}: found suffix '{Path(path).suffix.lower()}'; allowed: {foreign_suffixes()}")
    chosen = found.options(**given) if options is None else options
    return replace(found.read(Path(path), chosen), given=tuple(words(chosen)))


def read_again(source: SourceFile) -> SourceFile:
    """The network of a file that a program kept, read with the options it was read with: with its graph and its float run.

    Raises
    ------
    ImportFileError
        Whatever its reader refuses, and options that this version does not have.
    """
    found = format_named(source.source_format)
    try:
        options = from_words(found.options, source.given)
    except ValueError as error:
        raise ImportFileError(
            f"'{source.name}': the options it was read with: {error}; import the file again"
        ) from error
    return read_with(source, options)


def read_with(source: SourceFile, options: Any) -> SourceFile:
    """The file of a network read with these options; `ImportFileError` for whatever its reader refuses."""
    scratch = ScratchFolder()
    try:
        # Under the network's own name, which is that of the file it came from.
        place = Path(scratch.name) / f"{source.name}{source.suffix}"
        place.write_bytes(source.document)
        return read_network(place, options)
    finally:
        scratch.cleanup()

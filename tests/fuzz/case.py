"""One input of a reader: a few files below a folder, some of which are no plain files, and the path that the reader is given."""

from __future__ import annotations

import base64
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Special:
    """What stands where a plain file should: a folder, a FIFO, a link to `target`, or a file of `target` bytes without content."""

    kind: Literal["folder", "fifo", "link", "sparse"]
    target: str = ""


Content = bytes | Special


@dataclass(frozen=True)
class Case:
    """An input.

    Attributes
    ----------
    files : path below the folder, with `/` -> content
    entry : the path that the reader is given, below the folder; "" is the folder itself
    arguments : texts that it is given besides (`--set`)
    steps : the mutations that made it, for people
    """

    files: Mapping[str, Content]
    entry: str = ""
    arguments: tuple[str, ...] = ()
    steps: tuple[str, ...] = field(default=(), compare=False)

    @property
    def size(self) -> int:
        """Bytes of all plain files and texts; what no plain file holds counts nothing."""
        return sum(len(content) for content in self.files.values() if isinstance(content, bytes)) + sum(
            map(len, self.arguments)
        )

    def plain(self, suffixes: tuple[str, ...] = ("",)) -> list[str]:
        """Names of the plain files with one of these endings, in order."""
        return sorted(
            name for name, content in self.files.items() if isinstance(content, bytes) and name.endswith(suffixes)
        )

    def bytes_of(self, name: str) -> bytes:
        """Content of a plain file."""
        content = self.files[name]
        assert isinstance(content, bytes), name
        return content

    def having(self, name: str, content: Content) -> Case:
        """The case with a file set."""
        return replace(self, files={**self.files, name: content})

    def without(self, name: str) -> Case:
        """The case without a file."""
        return replace(self, files={key: content for key, content in self.files.items() if key != name})

    def renamed(self, name: str, new: str) -> Case:
        """The case with a file under another name; where the reader was given the file, it is given the new name."""
        files = {new if key == name else key: content for key, content in self.files.items()}
        return replace(self, files=files, entry=new if self.entry == name else self.entry)

    def write(self, folder: Path) -> None:
        """Put everything below a folder; what cannot stand there (a name that is too long) is left out."""
        for name, content in self.files.items():
            path = folder / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(path, content)
            except (OSError, ValueError):
                continue

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        files = {
            name: {"kind": content.kind, "target": content.target}
            if isinstance(content, Special)
            else base64.b64encode(zlib.compress(content)).decode()
            for name, content in self.files.items()
        }
        return {"files": files, "entry": self.entry, "arguments": list(self.arguments), "steps": list(self.steps)}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Case:
        """The case of a document."""
        files = {
            name: Special(**content) if isinstance(content, dict) else zlib.decompress(base64.b64decode(content))
            for name, content in document["files"].items()
        }
        return cls(files, document["entry"], tuple(document["arguments"]), tuple(document["steps"]))


def read_case(folder: Path, entry: str = "") -> Case:
    """The plain files below a folder as a case."""
    files = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    return Case(files, entry)


def _write(path: Path, content: Content) -> None:
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content.kind == "folder":
        path.mkdir()
    elif content.kind == "fifo":
        os.mkfifo(path)
    elif content.kind == "link":
        path.symlink_to(content.target)
    else:
        with path.open("wb") as file:
            file.truncate(int(content.target))

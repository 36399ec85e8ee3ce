"""Where something stands in a file, for messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from litesnn.base.errors import ImportFileError
from litesnn.base.text import brief


@dataclass(frozen=True)
class Place:
    """Where something stands in a file, for messages."""

    file: str
    path: str

    def refuse(self, problem: str) -> NoReturn:
        """Raise the error of this place."""
        raise ImportFileError(f"{brief(self.file)}: {brief(self.path)}: {problem}")

    def below(self, name: str) -> Place:
        """A place inside this one."""
        return Place(self.file, f"{self.path}: {name}")

"""Results of parts as files in a folder, one each, so that jobs of an array leave them for whoever puts them together."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from litesnn.base.errors import PartsError
from litesnn.base.output import check_file, write_atomically
from litesnn.base.output_kinds import PART
from litesnn.base.parts.part import Part
from litesnn.reading import Kind, is_there, parse_json, read_file

FORMAT, VERSION = "litesnn.part", 1
MAX_BYTES = 2**28


class PartStore:
    """A folder of results; nothing is made before the first one is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, part: Part) -> Any | None:
        """The result of a part, None where there is none; `PartsError`, with the place, for a file that holds something else."""
        path = self._path(part)
        if not is_there(path):
            return None
        found = parse_json(read_file(path, Kind(PartsError, "part", MAX_BYTES)), str(path), PartsError)
        wanted = {"format": FORMAT, "version": VERSION, "key": part.key}
        if not isinstance(found, dict) or {name: found.get(name) for name in wanted} != wanted:
            raise PartsError(f"{path}: not the result of {part.place}; remove it, and compute it again")
        return found.get("result")

    def write(self, part: Part, result: Any) -> None:
        """Keep a result."""
        document = {"format": FORMAT, "version": VERSION, "key": part.key, "place": part.place, "result": result}
        write_atomically(self._path(part), (json.dumps(document) + "\n").encode(), PART)

    def check(self) -> None:
        """Refuse a place that cannot be written (`OutputError`)."""
        check_file(self.folder / "part.json", PART)

    def clear(self, parts: Iterable[Part]) -> None:
        """Remove the results of these parts, and the folder if nothing else is in it."""
        for part in parts:
            self._path(part).unlink(missing_ok=True)
        with suppress(OSError):
            self.folder.rmdir()

    def _path(self, part: Part) -> Path:
        return self.folder / f"{part.key[:40]}.json"


class Nowhere:
    """Keeps nothing: what parts give lies in files of their own."""

    def read(self, part: Part) -> Any | None:
        """None."""
        return None

    def write(self, part: Part, result: Any) -> None:
        """Nothing."""

"""Runs as they lie on disk, finished or not: what `litesnn compare` and `litesnn report` read. Nothing here imports torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import Any

from litesnn.base.errors import RunError
from litesnn.reading import Kind, is_there, parse_json, read_file
from litesnn.search.run.files import HISTORY_FILE, JOURNAL_FILE, TABLE_FILE, RunFiles
from litesnn.search.run.journal import Journal, read_journal
from litesnn.search.run.table import HEAD, RunTable

MAX_BYTES = 2**28
"""Of a history or a table: an epoch takes 2 kB."""
VERSION = 1
FORMATS = {"litesnn.search": "search", "litesnn.training": "training"}


@dataclass(frozen=True)
class FoundRun:
    """One run.

    Attributes
    ----------
    name : its folder, or the name of its genotype
    state : `done`, `stopped` or `running`, the last as its journal says: a process that was killed could not say otherwise
    table : None where an older version wrote the run
    result : what came of it, by name: what its history says, then the numbers of its last row
    journal, history : None where they are not there (yet)
    """

    name: str
    path: Path
    kind: str
    method: str
    dataset: str
    state: str
    done: int
    total: int
    settings: Mapping[str, Any]
    table: RunTable | None
    result: Mapping[str, float]
    journal: Journal | None
    history: Mapping[str, Any] | None

    @property
    def seconds(self) -> float | None:
        """That it has worked; None where nothing says it."""
        return None if self.journal is None else self.journal.seconds


def find_runs(path: str | PathLike[str]) -> list[FoundRun]:
    """The run of a folder or of a trained genotype, or all runs that lie in a folder, as a sweep has them.

    Raises
    ------
    RunError
        Where there is none, or one of its files is broken.
    """
    place = Path(path)
    if place.is_dir():
        own = RunFiles.of_search(place)
        if own.there:
            return [_read(place.resolve().name, place, own)]
        found = [each for folder in sorted(place.iterdir(), key=_natural) if folder.is_dir() for each in _in(folder)]
        names = {each.name.removesuffix(f".{JOURNAL_FILE}") for each in place.glob(f"*.{JOURNAL_FILE}")}
        for name in sorted(names, key=lambda name: _natural(place / name)):
            found.append(_read(name, place / f"{name}.json", RunFiles.of_training(place / f"{name}.json")))
        if found:
            return found
    else:
        for suffix in (HISTORY_FILE, TABLE_FILE, JOURNAL_FILE):
            if place.name.endswith(f".{suffix}"):
                place = place.with_name(place.name.removesuffix(f".{suffix}") + ".json")
        files = RunFiles.of_training(place)
        if files.there:
            return [_read(place.stem, place, files)]
    raise RunError(
        f"{path}: no run; allowed: the folder of a search (-o), a genotype that was trained (with its {JOURNAL_FILE} beside it), or a "
        "folder of such"
    )


def _in(folder: Path) -> list[FoundRun]:
    files = RunFiles.of_search(folder)
    return [_read(folder.name, folder, files)] if files.there else []


def _natural(path: Path) -> tuple[str, int, str]:
    """`seed-2` before `seed-10`."""
    start = path.name.rstrip("0123456789")
    digits = path.name[len(start) :][:9]
    return start, int(digits or -1), path.name


def _read(name: str, path: Path, files: RunFiles) -> FoundRun:
    journal = read_journal(files.journal, RunError) if is_there(files.journal) else None
    history = _history(files.history) if is_there(files.history) else None
    table = _table(files.table) if is_there(files.table) else None
    if journal is not None and journal.state != "done":
        history = None  # of an earlier run in the same place
    about: Mapping[str, Any] = history or {}
    result = {**({} if table is None else _last(table)), **_numbers(about.get("result"))}
    if journal is not None:
        settings = history["settings"] if history is not None else journal.settings
        return FoundRun(
            name,
            path,
            journal.kind,
            method=journal.method,
            dataset=journal.dataset,
            state=journal.state,
            done=journal.done,
            total=journal.total,
            settings=settings,
            table=table,
            result=result,
            journal=journal,
            history=history,
        )
    count = len(table.rows) if table is not None else 0
    kind = FORMATS[about["format"]]
    return FoundRun(
        name,
        path,
        kind,
        method=about["method"],
        dataset=about["dataset"],
        state="done",
        done=count,
        total=count,
        settings=about["settings"],
        table=table,
        result=result,
        journal=None,
        history=history,
    )


def _history(path: Path) -> dict[str, Any]:
    found = parse_json(read_file(path, Kind(RunError, "history", MAX_BYTES)), str(path), RunError)
    if not isinstance(found, dict) or found.get("format") not in FORMATS or found.get("version") != VERSION:
        raise RunError(f"{path}: not a history of this version of LiteSNN; remove it, or start without resuming")
    for name, kind in (("method", str), ("dataset", str), ("settings", dict)):
        if not isinstance(found.get(name), kind):
            raise RunError(f"{path}: {name}: found {str(found.get(name))[:80]!r}; allowed: what a run writes there")
    return found


def _table(path: Path) -> RunTable:
    content = read_file(path, Kind(RunError, "table of a run", MAX_BYTES))
    return RunTable.read(content.decode("utf-8", errors="replace"), str(path), RunError)


def _last(table: RunTable) -> dict[str, float]:
    return {name: points[-1][1] for name, points in table.numbers.items() if name not in HEAD}


def _numbers(found: Any) -> dict[str, float]:
    """What of a JSON object is a finite number."""
    if not isinstance(found, dict):
        return {}
    return {
        str(name): float(value)
        for name, value in found.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    }

"""A folder of files by class: `CLASS/*`, or `train/CLASS/*` and `test/CLASS/*`; what is no sample is counted, not read."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from litesnn.base.errors import DataError
from litesnn.base.text import brief, brief_path
from litesnn.search.data.own.classes import checked_names

MOST_FILES = 2**22
TRAIN, TEST = ("train", "training"), ("test", "testing", "val", "valid", "validation")
"""Names of the parts, in any case; of several test parts the first of these names is taken."""


@dataclass(frozen=True)
class Sample:
    """A file, and the number of its class."""

    path: Path
    label: int


@dataclass(frozen=True)
class Layout:
    """The files of a folder in order of their names.

    Attributes
    ----------
    root : the folder
    test : None where the folder has no test part
    classes : names of the class folders, in order of the alphabet
    notes : what was left out, and what was taken for what
    """

    root: Path
    train: tuple[Sample, ...]
    test: tuple[Sample, ...] | None
    classes: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def files(self) -> Iterator[tuple[Sample, bool]]:
        """Every file, and whether it is in the test part."""
        yield from ((sample, False) for sample in self.train)
        yield from ((sample, True) for sample in self.test or ())


def suffixes_in(folder: Path) -> tuple[Counter[str], Counter[str]]:
    """How many files of each suffix stand in the folders of a folder, where samples may be, and how many in itself."""
    below, loose = Counter[str](), Counter[str]()
    for depth, path in _walk(folder, 3):
        (below if depth else loose)[path.suffix.lower()] += 1
    return below, loose


def layout_of(folder: Path, suffixes: Collection[str], what: str) -> Layout:
    """The files with one of these suffixes, by part and class.

    Parameters
    ----------
    what : they are, for messages: `images`

    Raises
    ------
    DataError
        Without classes, for a class without files, and for a test part with a class that is not trained on.
    """
    parts = {entry.name.lower(): entry for entry in _folders(folder)}
    train = next((parts[name] for name in TRAIN if name in parts), None)
    tests = [parts[name] for name in TEST if name in parts]
    notes: list[str] = []
    if train is None:
        return _layout(folder, folder, None, suffixes, what, notes)
    others = [name for name in parts if parts[name] not in (train, *tests[:1])]
    if others:
        notes.append(f"folders beside {train.name} that are not read: {', '.join(sorted(others)[:5])}")
    if tests and tests[0].name.lower() not in TEST[:2]:
        notes.append(f"the folder {tests[0].name} is taken for the test part")
    return _layout(folder, train, tests[0] if tests else None, suffixes, what, notes)


def _layout(
    root: Path, train: Path, test: Path | None, suffixes: Collection[str], what: str, notes: list[str]
) -> Layout:
    skipped: list[str] = []
    found = _by_class(train, suffixes, what, skipped)
    classes = checked_names(brief_path(train), list(found))
    numbers = {name: number for number, name in enumerate(found)}
    tested: dict[str, list[Path]] | None = None
    if test is not None:
        tested = _by_class(test, suffixes, what, skipped)
        strange = [name for name in tested if name not in numbers]
        if strange:
            raise DataError(
                f"{brief_path(test)}: found the class '{brief(strange[0])}', which {train.name} has not; allowed: "
                f"{', '.join(map(brief, list(found)[:10]))}"
            )
    if skipped:
        notes.append(f"skipped: {len(skipped):,} that are no {what}, e.g. {brief(skipped[0])}")
    return Layout(
        root=root,
        train=tuple(Sample(path, numbers[name]) for name, paths in found.items() for path in paths),
        test=None
        if tested is None
        else tuple(Sample(path, numbers[name]) for name, paths in tested.items() for path in paths),
        classes=classes,
        notes=tuple(notes),
    )


def _by_class(folder: Path, suffixes: Collection[str], what: str, skipped: list[str]) -> dict[str, list[Path]]:
    """Class name -> its files, in order; adds to `skipped` what is neither."""
    loose = [path for path in _entries(folder) if not path.is_dir()]
    found: dict[str, list[Path]] = {}
    for entry in _folders(folder):
        members = _entries(entry)
        taken = {path for path in members if path.suffix.lower() in suffixes and not path.is_dir()}
        found[entry.name] = [path for path in members if path in taken]
        skipped += [f"{entry.name}/{path.name}" for path in members if path not in taken]
    skipped += [path.name for path in loose]
    if not found:
        there = f"{len(loose):,} files and no folders" if loose else "nothing"
        raise DataError(f"{brief_path(folder)}: found {there}; allowed: a folder of {what} for each class")
    empty = [name for name, paths in found.items() if not paths]
    if empty:
        raise DataError(
            f"{brief_path(folder)}: found no {what} in {', '.join(map(brief, empty[:5]))}; allowed: files {' '.join(sorted(suffixes))} in "
            "the folder of every class (remove it if it is none)"
        )
    return found


def _folders(folder: Path) -> list[Path]:
    return [path for path in _entries(folder) if path.is_dir()]


def _entries(folder: Path) -> list[Path]:
    """What stands in a folder by name, without what is hidden."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for _, entry in zip(range(MOST_FILES + 1), entries, strict=False)]
    except OSError as error:
        raise DataError(f"{brief_path(folder)}: cannot be read: {error.strerror or error}") from error
    if len(names) > MOST_FILES:
        raise DataError(f"{brief_path(folder)}: found more than {MOST_FILES:,} files; allowed: so many")
    return [folder / name for name in sorted(names) if not name.startswith((".", "__MACOSX"))]


def _walk(folder: Path, levels: int) -> Iterator[tuple[int, Path]]:
    """Files with their depth below the folder."""
    waiting = [(0, folder)]
    while waiting:
        depth, place = waiting.pop()
        for path in _entries(place):
            if not path.is_dir():
                yield depth, path
            elif depth + 1 < levels:
                waiting.append((depth + 1, path))

"""Reading the file with the arrays: pasted text, JSON, .npy or .npz; bounded in size, nothing unpickled or executed."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np
import numpy.typing as npt

from litesnn.errors import GenotypeError
from litesnn.search.published.literals import Value, read_literals

Arrays = dict[str, Value]
MAX_BYTES = 4 * 2**20
"""Published arrays are a few hundred bytes; a file past this holds something else."""
RECORDED_CHARACTERS = 10_000


def read_arrays(path: Path) -> Arrays:
    """All arrays of a file by name, as nested lists; an array without a name is called "".

    Raises
    ------
    GenotypeError
        For a missing, too large or broken file, and for pickled objects.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise GenotypeError(f"{path}: cannot read it: {error.strerror}") from error
    if size > MAX_BYTES:
        raise GenotypeError(
            f"{path}: found {size} bytes; allowed: {MAX_BYTES} for architecture arrays (weights go to --weights)"
        )
    if path.suffix in (".npy", ".npz"):
        return _from_numpy(path)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise GenotypeError(f"{path}: not text: {error.reason} at byte {error.start}") from error
    return _from_json(text, path) if path.suffix == ".json" else read_literals(text, str(path))


def rows(value: Value | None) -> list[list[Value]]:
    """The value as a list of rows; empty where it is none."""
    if isinstance(value, list) and value and all(isinstance(row, list) for row in value):
        return [row for row in value if isinstance(row, list)]
    return []


def shape_of(value: Value | None, axes: int = 4) -> tuple[int, ...]:
    """Shape of a nested list, () for anything ragged, with more axes than `axes`, or no list."""
    if not isinstance(value, list) or not value or axes == 0:
        return ()
    inner = {shape_of(item, axes - 1) for item in value if isinstance(item, list)}
    if not inner:
        return (len(value),)
    only = inner.pop()
    uniform = not inner and only and all(isinstance(item, list) for item in value)
    return (len(value), *only) if uniform else ()


def recordable(arrays: Arrays) -> Arrays:
    """The arrays that a genotype's record can hold: finite, and no longer than a person would paste."""
    kept: Arrays = {}
    for name, value in arrays.items():
        try:
            if len(json.dumps(value, allow_nan=False)) <= RECORDED_CHARACTERS:
                kept[name] = value
        except (ValueError, RecursionError):
            continue
    return kept


def whole(value: Value, place: str, allowed: str) -> int:
    """The value as an integer; anything else is refused with the place and what is allowed."""
    if isinstance(value, int | float) and value == value // 1:
        return int(value)
    raise GenotypeError(f"{place}: found {value!r}; allowed: {allowed}")


def _from_json(text: str, path: Path) -> Arrays:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise GenotypeError(f"{path}: not valid JSON: {error}") from error
    named = document if isinstance(document, dict) else {"": document}
    return {str(name): value for name, value in named.items() if isinstance(value, list)}


def _from_numpy(path: Path) -> Arrays:
    try:
        if path.suffix == ".npz":
            with ZipFile(path) as archive:
                unpacked = sum(entry.file_size for entry in archive.infolist())
            if unpacked > MAX_BYTES:
                raise GenotypeError(f"{path}: unpacks to {unpacked} bytes; allowed: {MAX_BYTES}")
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return {path.stem: _listed(loaded)}
        with loaded:
            return {name: _listed(loaded[name]) for name in loaded.files}
    except (OSError, ValueError, EOFError, MemoryError, BadZipFile) as error:
        raise GenotypeError(f"{path}: not plain numpy arrays (objects are never unpickled): {error}") from error


def _listed(array: npt.NDArray[np.generic]) -> Value:
    value: Value = array.tolist()
    return value

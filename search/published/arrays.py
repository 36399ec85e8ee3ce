"""Reading the file with the arrays: pasted text, JSON, .npy or .npz; bounded in size, nothing unpickled or executed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import GenotypeError
from litesnn.reading import Kind, parse_json, read_file, read_npy, read_npz
from litesnn.search.published.literals import Value, read_literals

Arrays = dict[str, Value]
MAX_BYTES = 4 * 2**20
"""Published arrays are a few hundred bytes; a file past this holds something else."""
MAX_TEXT_BYTES = 2**18
"""Of text, in which arrays are searched for: a source file of 6,000 lines."""
RECORDED_CHARACTERS = 10_000


def read_arrays(path: Path) -> Arrays:
    """All arrays of a file by name, as nested lists; an array without a name is called "".

    Raises
    ------
    GenotypeError
        For a missing, too large or broken file, and for pickled objects.
    """
    kind = Kind(GenotypeError, limit=MAX_BYTES, hint="architecture arrays are small; weights go to --weights")
    if path.suffix == ".npy":
        return {path.stem: _listed(read_npy(path, kind))}
    if path.suffix == ".npz":
        return {name: _listed(array) for name, array in read_npz(path, kind, unpacked=MAX_BYTES).items()}
    if path.suffix == ".json":
        return _from_json(read_file(path, kind), path)
    content = read_file(path, replace(kind, limit=MAX_TEXT_BYTES))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GenotypeError(f"{path}: not text in UTF-8: {error.reason} at byte {error.start}") from error
    return read_literals(text, str(path))


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


def _from_json(content: bytes, path: Path) -> Arrays:
    document = parse_json(content, str(path), GenotypeError)
    named = document if isinstance(document, dict) else {"": document}
    return {str(name): value for name, value in named.items() if isinstance(value, list)}


def _listed(array: npt.NDArray[np.generic]) -> Value:
    value: Value = array.tolist()
    return value

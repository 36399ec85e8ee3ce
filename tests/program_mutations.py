"""Programs that somebody forged: one field or array changed, every hash right again.

The mutators know the structure: JSON values are replaced by others of their type at its ends, by other types, removed, doubled and
swapped; arrays change type, shape, order and single values. All are deterministic.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load, save

Mutation = tuple[str, bytes]  # what was done, and the file's new content

_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 7, 2**16, 2**31, 10**9, 2**63, -(2**63), 10**30, 0.0, 0.5, -1.5, 1e308, "", "x", "0",
    "\ud800", "\x1b[2J[bold]", "../..", [], [0], {}, {"a": 1},
)  # fmt: skip


def json_mutations(content: bytes, stride: int = 1) -> Iterator[Mutation]:
    """Every `stride`-th mutation of a JSON document, place by place."""
    document = json.loads(content)
    every = ((place, *named) for place in _places(document) for named in _changes(_at(document, place)))
    for place, what, change in islice(every, 0, None, stride):
        forged = [json.loads(content)]
        change(_at(forged, (0, *place[:-1])) if place else forged, place[-1] if place else 0)
        yield f"{'.'.join(map(str, place))}: {what}", json.dumps(forged[0] if forged else None).encode()


def tensor_mutations(content: bytes) -> Iterator[Mutation]:
    """Every mutation of a safetensors file, tensor by tensor."""
    tensors = load(content)
    for name, values in tensors.items():
        others = {key: value for key, value in tensors.items() if key != name}
        yield f"{name}: removed", save(others)
        yield f"{name}: renamed", save({**others, f"{name}x": values})
        for what, changed in _array_changes(values):
            yield f"{name}: {what}", save({**others, name: np.ascontiguousarray(changed)})
    yield "an array more", save({**tensors, "extra": np.zeros(3, np.int8)})


def mutations(name: str, content: bytes, stride: int = 1) -> Iterator[Mutation]:
    """Every `stride`-th mutation of a program's file, by its name."""
    if name.endswith(".safetensors"):
        return islice(tensor_mutations(content), 0, None, stride)
    return json_mutations(content, stride)


def forge(program: Path, folder: Path, name: str, content: bytes) -> Path:
    """A copy of a program in `folder` with another content of one file and its right hash."""
    if not folder.exists():
        shutil.copytree(program, folder)
    original = json.loads((program / "manifest.json").read_bytes())
    for other in original["files"]:
        if (folder / other).read_bytes() != (program / other).read_bytes():
            shutil.copyfile(program / other, folder / other)
    if name == "manifest.json":
        (folder / name).write_bytes(content)
        return folder
    (folder / name).write_bytes(content)
    original["files"][name] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(original))
    return folder


def _places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of a document; of long lists the first two and the last item."""
    yield at
    if isinstance(value, dict):
        for key in value:
            yield from _places(value[key], (*at, key))
    elif isinstance(value, list):
        for index in sorted({0, 1, len(value) - 1} & set(range(len(value)))):
            yield from _places(value[index], (*at, index))


def _at(document: Any, place: tuple[str | int, ...]) -> Any:
    for part in place:
        document = document[part]
    return document


def _changes(value: Any) -> Iterator[tuple[str, Callable[[Any, Any], None]]]:
    def put(new: Any) -> Callable[[Any, Any], None]:
        return lambda parent, key: parent.__setitem__(key, deepcopy(new))

    for new in _VALUES:
        if type(new) is not type(value) or new != value:
            yield f"is {new!r}", put(new)
    yield "removed", lambda parent, key: parent.__delitem__(key)
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        for new in (value + 1, value - 1, -value, float(value), str(value)):
            yield f"is {new!r}", put(new)
    elif isinstance(value, float):
        for new in (-value, value * 2, str(value)):
            yield f"is {new!r}", put(new)
    elif isinstance(value, list) and value:
        yield "last item twice", put([*value, value[-1]])
        yield "last item missing", put(value[:-1])
        yield "reversed", put(value[::-1])
    elif isinstance(value, dict):
        yield "a key more", put({**value, "extra": 1})
        for key, other in zip(list(value), list(value)[1:], strict=False):
            yield f"{key} and {other} exchanged", put({**value, key: value[other], other: value[key]})


def _array_changes(values: np.ndarray[Any, Any]) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    for dtype in (np.float32, np.float64, np.float16, np.int64, np.uint8, np.uint64, np.bool_, np.int8):
        if values.dtype != dtype:
            yield f"as {np.dtype(dtype)}", values.astype(dtype)
    yield "one dimension more", values[None]
    yield "empty", values[:0]
    yield "one row less", values[:-1]
    yield "one row more", np.concatenate([values, values[-1:]])
    yield "flat", values.reshape(-1) if values.ndim > 1 else values.reshape(-1, 1)
    yield "reversed", values[::-1]
    if values.ndim > 1:
        yield "turned", values.T
    for number in (0, 1, -1, 2**7, -(2**8), 2**12, 2**17, 2**31 - 1, 2**32 + 1, 2**63 - 1, -(2**63)):
        wide = values.astype(np.float64 if values.dtype.kind == "f" else np.int64)
        for place in (0, -1):
            changed = wide.copy()
            changed.flat[place] = number
            yield f"item {place} is {number}", changed
    if values.dtype.kind == "f":
        for bad in (np.nan, np.inf):
            changed = values.copy()
            changed.flat[0] = bad
            yield f"first is {bad}", changed

"""HDF5 files as trees: groups are dicts, data sets are arrays or texts; taken apart, and written again."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import h5py
import numpy as np

from fuzz.reader import NotApplicableError

Tree = dict[str, Any]
Slot = tuple[Tree, str]
"""A group and the name of one of its members."""
LARGE, DEPTH, MEMBERS = 10_000, 6, 100
"""Data sets of more values, and more groups, are what a mutation made of a file; they are not read again."""


def tree_of(content: bytes) -> Tree:
    """The tree of a file; `NotApplicableError` for a broken one, and for one whose groups lead back to themselves."""

    def read(group: h5py.Group, depth: int) -> Tree:
        if depth > DEPTH or len(group) > MEMBERS:
            raise NotApplicableError
        return {
            name: read(member, depth + 1) if isinstance(member, h5py.Group) else _value(member)
            for name, member in group.items()
        }

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            return read(file, 0)
    except Exception as error:  # any broken file: there is nothing to change
        raise NotApplicableError from error


def _value(data: h5py.Dataset) -> Any:
    if data.size is not None and data.size > LARGE:
        raise NotApplicableError
    if h5py.check_string_dtype(data.dtype) is None:
        return np.asarray(data[()])
    found = data[()]
    return (
        found.decode()
        if isinstance(found, bytes)
        else np.array([item.decode() for item in found.ravel()], object).reshape(found.shape)
    )


def slots_of(tree: Tree) -> Iterator[Slot]:
    for name, value in tree.items():
        yield tree, name
        if isinstance(value, dict):
            yield from slots_of(value)


def places_of(tree: Tree, above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        yield f"{above}/{name}", value
        if isinstance(value, dict):
            yield from places_of(value, f"{above}/{name}")


def file_of(tree: Tree, place: str = "", store: Callable[[h5py.Group, str, Any], None] | None = None) -> bytes:
    """The tree as a file; the data set at `place` is left to `store`."""

    def fill(group: h5py.Group, members: Tree, above: str) -> None:
        for name, value in members.items():
            if store is not None and f"{above}/{name}" == place:
                store(group, name, value)
            elif isinstance(value, dict):
                fill(group.create_group(name), value, f"{above}/{name}")
            else:
                put(group, name, value)

    written = io.BytesIO()
    try:
        with h5py.File(written, "w") as file:
            fill(file, tree, "")
    except (ValueError, TypeError, OSError, RuntimeError, OverflowError, KeyError) as error:  # what HDF5 cannot hold
        raise NotApplicableError from error
    return written.getvalue()


def put(group: h5py.Group, name: str, value: Any) -> None:
    if isinstance(value, str):
        group.create_dataset(name, data=storable(value), dtype=h5py.string_dtype())
    elif isinstance(value, np.ndarray) and value.dtype.kind == "O":
        group.create_dataset(name, data=value, dtype=h5py.string_dtype())
    else:
        group.create_dataset(name, data=value)


def storable(said: str) -> str:
    return said.replace("\0", "").encode("utf-8", "replace").decode()


def named(said: str) -> str:
    return storable(said).replace("/", "_") or "empty"

"""Differences of nested documents and of named arrays, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.card import Card, Figure, Rows
from litesnn.base.cards.shown import Shown

Tensors = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Difference:
    """One place and what stands there on both sides; None where nothing does."""

    place: str
    first: Any
    second: Any


@dataclass(frozen=True, repr=False)
class Differences(Shown):
    """All of them, by section, in the order of the sections."""

    sections: dict[str, tuple[Difference, ...]]

    @property
    def equal(self) -> bool:
        """Whether there is none."""
        return not any(self.sections.values())

    def card(self) -> Card:
        """See `Shown`: the first places that differ."""
        found = [(name, d.place, d.first, d.second) for name, rows in self.sections.items() for d in rows]
        return Card(
            kind="Differences",
            title="equal" if self.equal else f"{len(found):,} place(s)",
            figures=tuple(Figure(name, f"{len(rows):,}") for name, rows in self.sections.items()),
            tables=(Rows.of("what differs", ("of", "place", "first", "second"), found, len(found)),),
        )

    def document(self) -> dict[str, Any]:
        """As plain values, sections without a difference left out."""
        found = {
            name: [{"place": d.place, "first": d.first, "second": d.second} for d in differences]
            for name, differences in self.sections.items()
            if differences
        }
        return {"equal": self.equal, "differences": found}


def in_documents(first: Any, second: Any, place: str = "") -> Iterator[Difference]:
    """Differences of two plain values; lists of named objects are compared name by name, others position by position."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        for key in _keys(first, second):
            yield from in_documents(first.get(key), second.get(key), f"{place}.{key}" if place else str(key))
    elif _is_list(first) and _is_list(second) and _named(first) and _named(second):
        ours, theirs = ({entry["name"]: entry for entry in entries} for entries in (first, second))
        for name in _keys(ours, theirs):
            yield from in_documents(ours.get(name), theirs.get(name), f"{place}[{name}]")
    elif _is_list(first) and _is_list(second):
        for index in range(max(len(first), len(second))):
            left, right = (entries[index] if index < len(entries) else None for entries in (first, second))
            yield from in_documents(left, right, f"{place}[{index}]")
    elif first != second:
        yield Difference(place, _short(first), _short(second))


def in_tensors(first: Tensors, second: Tensors) -> Iterator[Difference]:
    """Differences of named arrays: shape and type, or how many values differ and by how much at most."""
    for name in sorted({*first, *second}):
        left, right = first.get(name), second.get(name)
        if left is None or right is None or left.shape != right.shape or left.dtype != right.dtype:
            yield Difference(name, _form(left), _form(right))
            continue
        apart = left != right
        if apart.any():
            largest = np.abs(left.astype(np.float64) - right.astype(np.float64)).max()
            said = f"{int(apart.sum()):,} of {left.size:,} values, by {largest:.6g} at most"
            yield Difference(name, _form(left), f"differs in {said}")


def _keys(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """The first's keys in its order, then those that only the second has."""
    return [*first, *(key for key in second if key not in first)]


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _named(entries: Any) -> bool:
    names = [entry.get("name") for entry in entries if isinstance(entry, Mapping)]
    return bool(names) and len(names) == len(entries) == len({name for name in names if isinstance(name, str)})


def _short(value: Any) -> Any:
    """Numbers and words as they are, what is only on one side in few words."""
    if isinstance(value, Mapping):
        return f"{{{len(value)} fields}}"
    return f"[{len(value)} entries]" if _is_list(value) else value


def _form(array: npt.NDArray[Any] | None) -> str | None:
    return None if array is None else f"{array.dtype} {array.shape}"

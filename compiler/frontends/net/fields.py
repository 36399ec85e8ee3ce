"""Typed access to the entries of one group of a .net file; every refusal says what was found, where, and what is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import ImportFileError

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
WIDEST = 2**31 - 1
LONGEST_TEXT = 60


class Fields:
    """The datasets below one path, read by name; `unread` are those that nobody asked for."""

    def __init__(self, file: str, place: str, arrays: Mapping[str, Array]) -> None:
        prefix = f"{place}/"
        self.file, self.place = file, place
        below = {path.removeprefix(prefix): array for path, array in arrays.items() if path.startswith(prefix)}
        self._arrays = {path: array for path, array in below.items() if path and not path.endswith("/")}
        self._inner = {path: array for path, array in below.items() if path.endswith("/")}
        self._read: set[str] = set()
        self._groups: list[Fields] = []

    def refuse(self, problem: str, field: str = "") -> NoReturn:
        """Raise the error of this place."""
        raise ImportFileError(f"{self.file}: {self.place}{'/' + field if field else ''}: {problem}")

    def has(self, field: str) -> bool:
        """Whether the entry, or a group of that name, exists."""
        return any(path == field or path.startswith(f"{field}/") for path in (*self._arrays, *self._inner))

    def group(self, name: str) -> Fields:
        """The entries of a group below this one."""
        self._read |= {path for path in self._arrays if path.startswith(f"{name}/")}
        whole = {f"{self.place}/{path}": array for path, array in (self._arrays | self._inner).items()}
        below = Fields(self.file, f"{self.place}/{name}", whole)
        self._groups.append(below)
        return below

    def ignore(self, *fields: str) -> None:
        """Entries that carry nothing the network needs."""
        self._read |= set(fields)

    def peek(self, field: str) -> Array | None:
        """The entry as it stands, None where there is none; it does not count as read."""
        return self._arrays.get(field)

    def refuse_at(self, path: str, problem: str) -> NoReturn:
        """Raise the error of another place of the file."""
        raise ImportFileError(f"{self.file}: {path}: {problem}")

    @property
    def unread(self) -> list[str]:
        """Entries that nobody asked for, those of groups included."""
        own = [f"{self.place}/{path}" for path in set(self._arrays) - self._read]
        return sorted([*own, *(path for group in self._groups for path in group.unread)])

    def text(self, field: str, default: str | None = None) -> str:
        """A text of one line."""
        if field not in self._arrays and default is not None:
            return default
        array = self._one(field)
        if array.dtype.kind != "U" or not str(array[()]).isprintable():
            self.refuse(f"found {array.dtype} {str(array[()])!r:.60}; allowed: text", field)
        if len(str(array[()])) > LONGEST_TEXT:
            self.refuse(f"found a text of {len(str(array[()])):,} characters; allowed: up to {LONGEST_TEXT}", field)
        return str(array[()])

    def boolean(self, field: str) -> bool:
        """A flag; False where it is missing."""
        return field in self._arrays and bool(self.integer(field, 0, 1))

    def integer(self, field: str, low: int, high: int, default: int | None = None) -> int:
        """One integer within low .. high."""
        if field not in self._arrays and default is not None:
            return default
        self._one(field)
        value = int(self.integers(field).reshape(-1)[0])
        if not low <= value <= high:
            self.refuse(f"found {value}; allowed: {low} .. {high}", field)
        return value

    def each(self, field: str, low: int, high: int) -> int | Ints:
        """Integers within low .. high: one where all are the same, else one per neuron or channel as they stand, in one row."""
        values = self.integers(field).reshape(-1)
        if values.min() < low or values.max() > high:
            off = int(values[np.argmax((values < low) | (values > high))])
            self.refuse(f"found {off}; allowed: {low} .. {high}", field)
        return int(values[0]) if (values == values[0]).all() else values

    def pair(self, field: str, low: int, high: int, default: int) -> tuple[int, int]:
        """One or two integers within low .. high, as (rows, columns)."""
        if field not in self._arrays:
            return (default, default)
        values = self.integers(field).reshape(-1)
        if len(values) not in (1, 2) or values.min() < low or values.max() > high:
            self.refuse(f"found {values[:4].tolist()}; allowed: (rows, columns) within {low} .. {high}", field)
        return (int(values[0]), int(values[-1]))

    def integers(self, field: str) -> Ints:
        """An array of whole numbers, whatever type it is stored in; it has at least one element."""
        if field not in self._arrays:
            near = ", ".join(sorted(self._arrays)[:12]) or "nothing"
            self.refuse(f"'{field}' is missing; found: {near}")
        self._read.add(field)
        array = self._arrays[field]
        if array.dtype.kind not in "biuf" or array.size == 0:
            self.refuse(f"found {array.dtype} of shape {array.shape}; allowed: numbers, at least one", field)
        if array.dtype.kind == "f":
            if not np.isfinite(array).all():
                self.refuse("found NaN or infinite values; allowed: whole numbers", field)
            broken = array != np.rint(array)
            if broken.any():
                place = tuple(int(i) for i in np.argwhere(broken)[0]) if array.ndim else ()
                self.refuse(
                    f"found {array[place]} at {place}; allowed: whole numbers. Export from SLAYER with its 8-bit quantization "
                    "(pre_hook_fx = neuron.quantize_8bit)",
                    field,
                )
        if max(abs(float(array.min())), abs(float(array.max()))) > WIDEST:
            self.refuse(f"found values beyond {WIDEST}", field)
        return array.astype(np.int64)

    def shape(self, field: str, lengths: Sequence[int]) -> tuple[int, ...]:
        """Sides of a map, each at least 1, in the file's order (channels, height, width)."""
        values = self.integers(field).reshape(-1)
        if len(values) not in lengths or values.min() < 1 or np.prod(values.astype(float)) > WIDEST:
            self.refuse(
                f"found {values[:8].tolist()}; allowed: {' or '.join(map(str, lengths))} sides of 1 or more", field
            )
        return tuple(int(value) for value in values)

    def _one(self, field: str) -> Array:
        if field not in self._arrays:
            near = ", ".join(sorted(self._arrays)[:12]) or "nothing"
            self.refuse(f"'{field}' is missing; found: {near}")
        self._read.add(field)
        array = self._arrays[field]
        if array.size != 1:
            self.refuse(f"found {array.size} values; allowed: one", field)
        return array.reshape(())

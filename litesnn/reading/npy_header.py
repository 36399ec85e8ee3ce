"""The header of a .npy array: its element type, order of axes and shape, by the grammar of the format and nothing more.

A header is a magic string, a version, its own length and one line that looks like a Python dictionary. The line is parsed here
as that dictionary of literals, never evaluated, and is refused where it says anything else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BufferedIOBase
from math import prod

import numpy as np

MAGIC = b"\x93NUMPY"
MAX_HEADER = 10_000
"""Characters; numpy itself reads no longer ones unless told to."""
MAX_DIMENSIONS = 32
"""Of numpy's arrays."""
MAX_SIDE = 2**62
_LENGTH_BYTES = {1: 2, 2: 4, 3: 4}
_NUMBER = re.compile(r"[<>|=]?(b1|[iu][1248]|f[248])")
_TEXT = re.compile(r"[<>=]U([1-9]\d{0,3})")
_DTYPE = r"'[^'\\]{1,12}'|\"[^\"\\]{1,12}\""
_NAME = r"'[^'\\]{1,64}'|\"[^\"\\]{1,64}\""
_FIELD = re.compile(rf"\s*\(\s*({_NAME})\s*,\s*({_DTYPE})\s*,?\s*\)\s*,?")
_ENTRY = re.compile(
    rf"\s*['\"](?P<key>\w+)['\"]\s*:\s*(?P<value>{_DTYPE}|True|False|\([\d\sL,]*\)|\[[^\[\]]*\])\s*(?:,|(?=\}}))"
)
_ALLOWED = "booleans, integers of 8 to 64 bits and floating point numbers of 16 to 64"


class NotPlain(Exception):
    """What is wrong with an array, in words; readers add the file and raise their own error."""


@dataclass(frozen=True)
class Header:
    """What a header says; `length` is its own, in bytes."""

    dtype: np.dtype[np.generic]
    fortran: bool
    shape: tuple[int, ...]
    length: int

    @property
    def bytes(self) -> int:
        """Bytes of all values."""
        return prod(self.shape) * self.dtype.itemsize

    @property
    def described(self) -> str:
        """The shape for messages, short even where it is absurd."""
        text = str(self.shape)
        return text if len(text) <= 120 else f"{text[:117]}..."


def read_header(stream: BufferedIOBase, *, fields: bool, text: bool = False) -> Header:
    """The header at the stream's place, which is left at the first value; `fields` as in `read_npy`, `text` as in `read_npz`.

    Raises
    ------
    NotPlain
        For anything else than a header of a plain array.
    """
    start = stream.read(8)
    if start[:6] != MAGIC or len(start) < 8:
        raise NotPlain(f"found a beginning of {start[:6]!r}; allowed: {MAGIC!r} (is it a numpy file, and whole?)")
    width = _LENGTH_BYTES.get(start[6])
    if width is None:
        raise NotPlain(f"found .npy version {start[6]}.{start[7]}; allowed: 1.0, 2.0, 3.0")
    length = int.from_bytes(stream.read(width), "little")
    if length > MAX_HEADER:
        raise NotPlain(f"found a header of {length:,} bytes; allowed: {MAX_HEADER:,}")
    raw = stream.read(length)
    if len(raw) < length:
        raise NotPlain(f"found {len(raw)} bytes of a header of {length} (the file is cut short)")
    try:
        line = raw.decode("utf-8" if start[6] == 3 else "latin-1")
    except UnicodeDecodeError as error:
        raise NotPlain("found a header that is not UTF-8") from error
    entries = _entries(line)
    dtype = _dtype(entries["descr"], fields, text)
    if entries["fortran_order"] not in ("True", "False"):
        raise NotPlain(f"fortran_order: found {entries['fortran_order'][:40]}; allowed: True, False")
    return Header(dtype, entries["fortran_order"] == "True", _shape(entries["shape"]), 8 + width + length)


def _entries(line: str) -> dict[str, str]:
    """The three values of the dictionary, as text."""
    body = line.strip()
    entries: dict[str, str] = {}
    position = 1
    while body.startswith("{") and (match := _ENTRY.match(body, position)):
        if match["key"] in entries:
            raise NotPlain(f"found the entry '{match['key']}' twice in its header")
        entries[match["key"]] = match["value"]
        position = match.end()
    if body[position:].strip() != "}" or sorted(entries) != ["descr", "fortran_order", "shape"]:
        raise NotPlain(
            f"found the header {_short(line)!r}; allowed: descr, fortran_order and shape of an array of numbers"
        )
    return entries


def _dtype(descr: str, fields: bool, text: bool) -> np.dtype[np.generic]:
    if descr.startswith("["):
        return _record(descr, fields)
    name = descr[1:-1]
    if _NUMBER.fullmatch(name) or (text and _TEXT.fullmatch(name)):
        return np.dtype(name)
    if "O" in name:
        raise NotPlain(
            f"found elements of type {descr}, Python objects, which are never unpickled; allowed: {_ALLOWED}"
        )
    raise NotPlain(f"found elements of type {_short(descr)}; allowed: {_ALLOWED}")


def _record(text: str, fields: bool) -> np.dtype[np.generic]:
    """An array of records, `[('x', '<i2'), ...]`."""
    found = list(_FIELD.finditer(text, 1))
    whole = found and "".join(match[0] for match in found) == text[1:-1].rstrip()
    if not fields or not whole or not all(_NUMBER.fullmatch(match[2][1:-1]) for match in found):
        raise NotPlain(f"found elements of type {_short(text)}; allowed: {'fields of ' if fields else ''}{_ALLOWED}")
    try:
        return np.dtype([(match[1][1:-1], match[2][1:-1]) for match in found])
    except (ValueError, TypeError) as error:
        raise NotPlain(f"found elements of type {_short(text)}: {error}") from error


def _shape(text: str) -> tuple[int, ...]:
    if not text.startswith("("):
        raise NotPlain(f"shape: found {_short(text)}; allowed: whole numbers in parentheses")
    parts = [part.strip().removesuffix("L") for part in text[1:-1].split(",")]
    if parts[-1] == "":
        parts.pop()
    if len(parts) > MAX_DIMENSIONS or not all(part.isdecimal() for part in parts):
        raise NotPlain(f"shape: found {_short(text)}; allowed: up to {MAX_DIMENSIONS} whole numbers")
    if any(len(part) > 19 or int(part) > MAX_SIDE for part in parts) or prod(max(1, int(p)) for p in parts) > MAX_SIDE:
        raise NotPlain(f"shape: found {_short(text)}; allowed: sizes whose product stays below 2^62")
    return tuple(int(part) for part in parts)


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 80 else f"{text[:77]}..."

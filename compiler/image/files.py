"""An image as files: `image.json`, `input.bin`, and per core `core<N>/memory.json` and `core<N>/memory.bin`.

Tables stand one after the other, each from a multiple of 8 bytes on, little-endian; equal images give equal bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

from litesnn.compiler.image.model import CoreImage, Image, Ints, Sender

INDEX, INPUT, READER = "image.json", "input.bin", "read_image.py"
ALIGNED = 8
COUNT, SIGNED = np.dtype("<u4"), np.dtype("<i4")
ROUTE, READ, WRITE = 5, 6, 3
"""Columns of the tables."""


def core_name(core: int, file: str) -> str:
    """Name of a core's file."""
    return f"core{core}/{file}"


def image_files(image: Image, beside: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Every file of the image: name -> content; image.json has the SHA-256 of all others, and of what stands `beside` them."""
    files = {**(beside or {}), INPUT: _joined([part for sender in image.senders for part in _sender_tables(sender)])}
    for number, core in enumerate(image.cores):
        files[core_name(number, "memory.json")] = _json(core.document)
        files[core_name(number, "memory.bin")] = _joined(_core_tables(core))
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return {INDEX: _json(image.document.model_copy(update={"files": hashes})), **files}


def _core_tables(core: CoreImage) -> list[bytes]:
    """The tables of memory.bin, in their order."""
    memory = core.memory
    parameters = [group.parameters[name] for group in core.groups for name in group.document.parameters]
    return [
        np.ascontiguousarray(memory.words).tobytes(),
        _table(memory.pointers),
        _table(memory.entry_pointers),
        _table(memory.counts_high),
        _table(core.axons),
        _table(core.reads),
        _table(core.routes),
        _table(np.concatenate([np.zeros(0, np.int64), *parameters]), SIGNED),
    ]


def _sender_tables(sender: Sender) -> list[bytes]:
    return [_table(sender.routes), _table(sender.writes)]


def _table(values: Ints, kind: np.dtype[np.generic] = COUNT) -> bytes:
    return values.astype(kind).tobytes()


def _joined(tables: Sequence[bytes]) -> bytes:
    return b"".join(table + bytes(-len(table) % ALIGNED) for table in tables)


def _json(document: BaseModel) -> bytes:
    """A document whose first line says whose format it is."""
    values: Mapping[str, object] = document.model_dump(mode="json", exclude_none=True)
    rest = {name: value for name, value in sorted(values.items()) if name != "about"}
    lines = json.dumps(rest, indent=1, sort_keys=True, allow_nan=False).partition("\n")[2]
    return f'{{"about": {json.dumps(values["about"])},\n{lines}\n'.encode()


def tables(content: bytes, layout: Sequence[tuple[int, npt.DTypeLike, int]]) -> list[npt.NDArray[np.generic]] | None:
    """The tables of a file: (rows, type, columns) of each; None where the file is not as long as they are."""
    found, place = [], 0
    for rows, kind, columns in layout:
        dtype = np.dtype(kind)
        size = rows * columns * dtype.itemsize
        if place + size > len(content):
            return None
        values = np.frombuffer(content, dtype, rows * columns, place)
        found.append(values.reshape(rows, columns))
        place += size + -size % ALIGNED
    return found if place == len(content) else None

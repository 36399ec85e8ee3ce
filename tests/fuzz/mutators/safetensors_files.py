"""Safetensors files: a length, a JSON header, and the values."""

from __future__ import annotations

import json
import struct
from random import Random

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from fuzz.mutators.documents import changed
from fuzz.mutators.texts import brackets, json_text
from fuzz.mutators.values import extreme
from fuzz.reader import NotApplicableError


def tensors_header(content: bytes, rng: Random) -> bytes:
    """The header changed as a document or as a text, with its length right or a lie."""
    header, values = _split(content)
    change = rng.randrange(8)
    try:
        if change <= 4:
            header = json.dumps(changed(json.loads(header), rng)).encode()
        elif change == 5:
            header = rng.choice((json_text, brackets))(header, rng)
        elif change == 6:
            header = _overlapping(json.loads(header), rng)
    except (ValueError, RecursionError):
        raise NotApplicableError from None
    if rng.random() < 0.5:
        header += b" " * (-len(header) % 8)
    size = len(header)
    if change == 7:
        size = rng.choice((0, 1, size - 1, size + 1, 10**8 + 1, 2**31, 2**63, 2**64 - 1, size + len(values)))
    return struct.pack("<Q", size) + header + values


def tensors_values(content: bytes, rng: Random) -> bytes:
    """One tensor of another type, shape or values, under another name, or left out; the file itself is right."""
    try:
        tensors = dict(load(content))
    except (SafetensorError, ValueError, KeyError, TypeError):
        raise NotApplicableError from None
    if not tensors:
        raise NotApplicableError
    name = rng.choice(sorted(tensors))
    array, change = tensors[name], rng.randrange(8)
    if change == 0:
        del tensors[name]
    elif change == 1:
        tensors[rng.choice((f"{name}2", f"{name}.norm", name.upper(), "x", ""))] = array
    elif change == 2:
        other = rng.choice(sorted(tensors))
        tensors[name], tensors[other] = tensors[other], array
    elif change == 3:
        with np.errstate(all="ignore"):
            types = ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u8", "?")
            tensors[name] = array.astype(rng.choice(types), casting="unsafe")
    elif change == 4:
        tensors[name] = np.ascontiguousarray(
            rng.choice((array.reshape(-1), array[None], array[..., None], array[:0], array.T))
            if array.ndim
            else array[None]
        )
    elif array.size:
        array = array.copy()
        if change == 5:
            array[...] = extreme(array.dtype, rng)
        else:
            array.reshape(-1)[rng.randrange(array.size)] = extreme(array.dtype, rng)
        tensors[name] = array
    metadata = json.loads(_split(content)[0]).get("__metadata__")
    return save(tensors, metadata)


def _overlapping(header: dict[str, dict[str, object]], rng: Random) -> bytes:
    """Two tensors that share their values, or a hole between two."""
    names = [name for name in header if name != "__metadata__"]
    if len(names) < 2:
        raise NotApplicableError
    left, right = rng.sample(names, 2)
    header[left] = (
        {**header[right]} if rng.random() < 0.5 else {**header[left], "data_offsets": header[right].get("data_offsets")}
    )
    return json.dumps(header).encode()


def _split(content: bytes) -> tuple[bytes, bytes]:
    if len(content) < 8:
        raise NotApplicableError
    size = struct.unpack("<Q", content[:8])[0]
    if size > len(content) - 8:
        raise NotApplicableError
    return content[8 : 8 + size], content[8 + size :]

"""The safetensors format: a header of JSON that says where each tensor lies, then their bytes without gaps.

Read here rather than by the format's library, whose errors and crashes on damaged files are of many kinds, and which copies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import LiteSNNError
from litesnn.reading.documents import parse_json
from litesnn.reading.limits import MAX_JSON_BYTES, MAX_MEMBERS

_LENGTH = 8
METADATA = "__metadata__"
MAX_DIMENSIONS = 32
NUMPY_TYPES = {
    "BOOL": "?",
    "U8": "<u1",
    "I8": "<i1",
    "U16": "<u2",
    "I16": "<i2",
    "F16": "<f2",
    "U32": "<u4",
    "I32": "<i4",
    "F32": "<f4",
    "U64": "<u8",
    "I64": "<i8",
    "F64": "<f8",
}
"""Element types that numpy has, by their names in the format."""
BYTES = {"BF16": 2, **{name: np.dtype(code).itemsize for name, code in NUMPY_TYPES.items()}}
"""Bytes of an element of every type that is read."""


@dataclass(frozen=True)
class StoredTensor:
    """One tensor as it lies in a file: element type (a key of `BYTES`), shape, and its bytes, which are not copied."""

    type: str
    shape: tuple[int, ...]
    data: memoryview


def read_safetensors(
    content: bytes, where: str, error: type[LiteSNNError]
) -> tuple[dict[str, str], dict[str, StoredTensor]]:
    """The metadata and the tensors of a file's bytes.

    Parameters
    ----------
    where : names the file in messages
    error : raised for anything that is not such a file, whole and without gaps
    """
    where = f"{where}: not a safetensors file"
    length = int.from_bytes(content[:_LENGTH], "little")
    left = len(content) - _LENGTH
    if not 2 <= length <= min(left, MAX_JSON_BYTES):
        raise error(
            f"{where}: found a header of {length:,} bytes in a file of {len(content):,}; allowed: up to "
            f"{max(0, min(left, MAX_JSON_BYTES)):,} (is it whole?)"
        )
    header = parse_json(content[_LENGTH : _LENGTH + length], f"{where}: the header", error)
    if not isinstance(header, dict) or len(header) > MAX_MEMBERS:
        found = f"{len(header)} entries" if isinstance(header, dict) else type(header).__name__
        raise error(f"{where}: the header: found {found}; allowed: an object of up to {MAX_MEMBERS} tensors")
    metadata = header.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise error(f"{where}: {METADATA}: found {type(metadata).__name__}; allowed: an object of texts")
    data = memoryview(content)[_LENGTH + length :]
    tensors = {}
    places = []
    for name, entry in header.items():
        stored, begin = _tensor(entry, data, f"{where}: tensor {name[:80]!r}", error)
        tensors[name] = stored
        places.append((begin, begin + len(stored.data)))
    _check_gaps(sorted(places), len(data), where, error)
    return metadata, tensors


def numpy_tensors(
    tensors: Mapping[str, StoredTensor], where: str, error: type[LiteSNNError]
) -> dict[str, npt.NDArray[np.generic]]:
    """The tensors as arrays with memory of their own; `error` for an element type that numpy does not have."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for name, stored in tensors.items():
        if stored.type not in NUMPY_TYPES:
            raise error(
                f"{where}: tensor {name[:80]!r}: found elements of type {stored.type}; allowed: {', '.join(NUMPY_TYPES)}"
            )
        if stored.type == "BOOL" and len(stored.data) and np.frombuffer(stored.data, np.uint8).max() > 1:
            raise error(f"{where}: tensor {name[:80]!r}: found truth values above 1; allowed: 0, 1")
        arrays[name] = np.frombuffer(stored.data, np.dtype(NUMPY_TYPES[stored.type])).reshape(stored.shape).copy()
    return arrays


def _tensor(entry: object, data: memoryview, place: str, error: type[LiteSNNError]) -> tuple[StoredTensor, int]:
    if not isinstance(entry, dict) or sorted(entry) != ["data_offsets", "dtype", "shape"]:
        raise error(f"{place}: found {_short(entry)}; allowed: dtype, shape and data_offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in BYTES:
        raise error(f"{place}: dtype: found {_short(dtype)}; allowed: {', '.join(BYTES)}")
    if not _counts(shape) or len(shape) > MAX_DIMENSIONS:
        raise error(f"{place}: shape: found {_short(shape)}; allowed: up to {MAX_DIMENSIONS} whole numbers")
    if not _counts(offsets) or len(offsets) != 2 or not offsets[0] <= offsets[1] <= len(data):
        raise error(f"{place}: data_offsets: found {_short(offsets)}; allowed: two, rising, up to {len(data)}")
    begin, end = offsets
    wanted = prod(shape) * BYTES[dtype]
    if end - begin != wanted or prod(max(1, size) for size in shape) > 2**62:
        raise error(f"{place}: found {end - begin} bytes; allowed: {wanted} for {dtype} {_short(shape)}")
    return StoredTensor(dtype, tuple(shape), data[begin:end]), begin


def _counts(value: object) -> bool:
    return isinstance(value, list) and all(type(item) is int and 0 <= item < 2**63 for item in value)


def _check_gaps(places: list[tuple[int, int]], size: int, where: str, error: type[LiteSNNError]) -> None:
    """Tensors follow each other from the first byte to the last."""
    end = 0
    for begin, after in places:
        if begin != end:
            raise error(
                f"{where}: found {'a gap' if begin > end else 'an overlap'} of tensors at byte {end}; allowed: none"
            )
        end = after
    if end != size:
        raise error(
            f"{where}: found {size - end:,} bytes behind the last tensor; allowed: none (is the header damaged?)"
        )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."

"""HDF5 files from strangers: read whole into plain arrays, within limits, or refused with the place.

The file is read once into memory and parsed from there, so what was checked is what is used. No link leaves the file, no
declared size is trusted before it is compared with the limits, and compressed chunks are unpacked here, never beyond the
size that the file declares for them (HDF5's own filter would follow a decompression bomb to its end). Texts are read from the heap
here as well: libhdf5 does not come back from a damaged one.
"""

from __future__ import annotations

import io
import math
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from litesnn.base.errors import ImportFileError
from litesnn.base.text import brief
from litesnn.compiler.frontends.global_heap import REFERENCE, GlobalHeap
from litesnn.reading import Kind, read_file

Array = npt.NDArray[Any]
Value = Array | str
Tree = dict[str, "Tree | Value"]
DEFLATE, SHUFFLE = 1, 2
NUMBER_BYTES = 8


@dataclass(frozen=True)
class Limits:
    """What a file may ask for: bytes of the file and of all arrays, bytes of text, objects, chunks, depth, bytes of a name.

    Names count as text. Arrays count as if every number took at least 8 bytes, which it does when it is used.
    """

    file_bytes: int = 1 << 28
    array_bytes: int = 1 << 28
    text_bytes: int = 1 << 24
    objects: int = 200_000
    chunks: int = 100_000
    depth: int = 16
    name_bytes: int = 1 << 16


def read_hdf5(path: Path, limits: Limits | None = None) -> tuple[bytes, Tree]:
    """The bytes of a file and everything in it: groups as dicts, data sets as numpy arrays, texts as str or arrays of str.

    Raises
    ------
    ImportFileError
        If it cannot be read, is not HDF5, is damaged, or asks for more than the limits or for anything outside itself.
    """
    reader = _Reader(path, limits or Limits())
    document = reader.document()
    reader.heap = GlobalHeap(document)
    try:
        with h5py.File(io.BytesIO(document), "r") as file:
            return document, reader.group(file, "", 0)
    except ImportFileError:
        raise
    except Exception as error:  # h5py raises nearly every built-in exception for damaged files
        raise reader.error("", f"damaged or not HDF5 ({type(error).__name__}: {error})") from error


@dataclass
class _Reader:
    path: Path
    limits: Limits
    arrays: int = 0
    text: int = 0
    objects: int = 0
    seen: set[int] = field(default_factory=set)
    heap: GlobalHeap = field(default_factory=lambda: GlobalHeap(b""))

    def error(self, place: str, problem: str) -> ImportFileError:
        return ImportFileError(f"{self.path}{': ' + brief(place) if place else ''}: {problem}")

    def document(self) -> bytes:
        limit = self.limits.file_bytes
        return read_file(self.path, Kind(ImportFileError, "network file", limit, "larger than any network"))

    def group(self, group: h5py.Group, place: str, depth: int) -> Tree:
        if depth > self.limits.depth:
            raise self.error(place, f"groups nested deeper than {self.limits.depth}")
        address = h5py.h5o.get_info(group.id).addr
        if address in self.seen:
            raise self.error(place, "the same group under two names; each group must stand once")
        self.seen.add(address)
        members = {name: self._member(group, name, place, depth) for name in group}
        return {name: member for name, member in members.items() if member is not None}

    def _member(self, group: h5py.Group, name: str, above: str, depth: int) -> Tree | Value | None:
        """A group, a data set, or None for one with a null data space: it says that there is no value."""
        place = f"{above}/{name}" if above else name
        self.objects += 1
        if self.objects > self.limits.objects:
            raise self.error(above, f"more than {self.limits.objects:,} objects")
        try:
            size = len(name.encode())
        except UnicodeEncodeError:
            raise self.error(above, f"name {name[:40]!a}: a name that is not UTF-8") from None
        if size > self.limits.name_bytes:
            raise self.error(
                above, f"name '{brief(name)}': {size:,} bytes; allowed: {self.limits.name_bytes:,} in a name"
            )
        self._count_text(size, above)
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise self.error(place, "a link to elsewhere; the file must hold its own data")
        member = group[name]
        if isinstance(member, h5py.Group):
            return self.group(member, place, depth + 1)
        if not isinstance(member, h5py.Dataset):
            raise self.error(place, "neither a group nor a data set")
        return None if member.shape is None else self._dataset(member, place)

    def _dataset(self, data: h5py.Dataset, place: str) -> Value:
        if data.is_virtual or data.external:
            raise self.error(place, "stored in other files; the file must hold its own data")
        texts = h5py.check_string_dtype(data.dtype)
        if texts is not None and texts.length is None:
            return self._texts(data, place)
        if data.dtype.kind not in "fiubS" or data.dtype.subdtype is not None:
            raise self.error(place, f"type {data.dtype}; allowed: numbers and texts")
        self.arrays += math.prod(data.shape) * max(data.dtype.itemsize, NUMBER_BYTES)
        if self.arrays > self.limits.array_bytes:
            raise self.error(
                place,
                f"shape {data.shape} of {data.dtype}: all arrays together may take {self.limits.array_bytes:,} bytes",
            )
        values = self._chunked(data, place) if data.chunks is not None else np.asarray(data[()])
        if values.dtype.kind == "S":
            return self._decoded(values, place)
        return values

    def _texts(self, data: h5py.Dataset, place: str) -> Value:
        """Texts of any length, whose characters stand in the file's global heap."""
        count = math.prod(data.shape)
        if count > self.limits.objects:
            raise self.error(place, f"{count:,} texts; allowed: {self.limits.objects:,}")
        references = np.frombuffer(self._stored(data, count * REFERENCE.itemsize, place), REFERENCE)
        flat = np.empty(count, object)
        for i, (length, address, index) in enumerate(references.tolist()):
            self._count_text(length, place)
            item = self.heap.item(address, index) if length else b""
            if item is None or length > len(item):
                raise self.error(place, "a text that the file does not hold")
            flat[i] = item[:length]
        return self._decoded(flat.reshape(data.shape), place)

    def _count_text(self, size: int, place: str) -> None:
        self.text += size
        if self.text > self.limits.text_bytes:
            raise self.error(place, f"more than {self.limits.text_bytes:,} bytes of text")

    def _stored(self, data: h5py.Dataset, size: int, place: str) -> bytes:
        """The bytes of a data set as they stand in the file, in one piece."""
        offset = data.id.get_offset()
        stored = self.heap.content[offset : offset + size] if offset is not None else b""
        if size and len(stored) != size:
            raise self.error(place, "texts that do not stand in the file in one piece")
        return stored

    def _decoded(self, values: Array, place: str) -> Value:
        try:
            flat = [bytes(item).decode() for item in values.ravel()]
        except UnicodeDecodeError as error:
            raise self.error(place, "a text that is not UTF-8") from error
        return flat[0] if values.ndim == 0 else np.array(flat, object).reshape(values.shape)

    def _chunked(self, data: h5py.Dataset, place: str) -> Array:
        """Chunk by chunk, unpacked here so that no chunk becomes larger than declared; missing chunks are the fill value."""
        steps = [plist[0] for plist in (data.id.get_create_plist().get_filter(i) for i in range(_filters(data)))]
        if any(step not in (DEFLATE, SHUFFLE) for step in steps):
            raise self.error(
                place, f"compressed with HDF5 filters {steps}; allowed: gzip ({DEFLATE}) and shuffle ({SHUFFLE})"
            )
        if data.id.get_num_chunks() > self.limits.chunks:
            raise self.error(place, f"{data.id.get_num_chunks():,} chunks; allowed: {self.limits.chunks:,}")
        size = math.prod(data.chunks) * data.dtype.itemsize
        if size > self.limits.array_bytes:
            raise self.error(
                place, f"chunks of shape {data.chunks} of {data.dtype} exceed {self.limits.array_bytes:,} bytes"
            )
        values = np.full(data.shape, data.fillvalue, data.dtype)
        for i in range(data.id.get_num_chunks()):
            offset = data.id.get_chunk_info(i).chunk_offset
            mask, raw = data.id.read_direct_chunk(offset)
            content = self._unpacked(raw, [s for bit, s in enumerate(steps) if not mask >> bit & 1], size, data, place)
            chunk = np.frombuffer(content, data.dtype).reshape(data.chunks)
            inside = tuple(
                slice(at, min(at + step, end)) for at, step, end in zip(offset, data.chunks, data.shape, strict=True)
            )
            values[inside] = chunk[tuple(slice(0, part.stop - part.start) for part in inside)]
        return values

    def _unpacked(self, raw: bytes, steps: list[int], size: int, data: h5py.Dataset, place: str) -> bytes:
        for step in reversed(steps):
            if step == DEFLATE:
                try:
                    raw = zlib.decompressobj().decompress(raw, size + 1)
                except zlib.error as error:
                    raise self.error(place, f"damaged gzip data ({error})") from error
            elif len(raw) == size:
                raw = np.frombuffer(raw, np.uint8).reshape(data.dtype.itemsize, -1).T.tobytes()
        if len(raw) != size:
            raise self.error(place, f"a chunk does not unpack to the {size:,} bytes that the file declares for it")
        return raw


def _filters(data: h5py.Dataset) -> int:
    count: int = data.id.get_create_plist().get_nfilters()
    return count

"""What `torch.save` wrote, read without torch's own reader: tensors and plain values, every size checked before it is used.

`torch.load(weights_only=True)` runs no code, but believes what a damaged or hostile file says of its storages (it reads past
their ends) and raises a dozen kinds of error. Both formats are read: the zip archive (since PyTorch 1.6) and the one before.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from math import prod
from typing import Any
from zipfile import ZipFile, ZipInfo

import torch
from torch import Tensor

from litesnn.reading.pickles import InertUnpickler, Maker
from litesnn.reading.zips import BadArchive, check_unpacked, open_zip

MAX_PICKLE_BYTES = 2**26  # of names, shapes and plain values: those of the largest networks take a few megabytes
_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
_STORAGES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}


class BadTorchFile(Exception):
    """What is wrong with a file, in words."""


class _Storage:
    """One storage that tensors lie in; its bytes come once the pickle is read."""

    __slots__ = ("count", "dtype", "key")

    def __init__(self, dtype: torch.dtype, key: str, count: int) -> None:
        self.dtype, self.key, self.count = dtype, key, count

    def __setstate__(self, state: object) -> None:
        raise pickle.UnpicklingError("a storage is given a state")


class _View:
    """A tensor: where it lies in its storage."""

    __slots__ = ("offset", "shape", "storage", "strides")

    def __init__(self, storage: object, offset: object, shape: object, strides: object, *_: object) -> None:
        if not isinstance(storage, _Storage) or not _counts((offset,)) or not _counts(shape) or not _counts(strides):
            raise pickle.UnpicklingError("a tensor without a storage, offset, shape and strides of whole numbers")
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides

    def __setstate__(self, state: object) -> None:
        raise pickle.UnpicklingError("a tensor is given a state")

    def made(self, blobs: Mapping[str, bytearray]) -> Tensor:
        """The tensor.

        Raises
        ------
        BadTorchFile
            Where it does not lie within its storage.
        """
        shape, strides, offset, storage = self.shape, self.strides, self.offset, self.storage
        assert isinstance(shape, tuple)
        assert isinstance(strides, tuple)
        assert isinstance(offset, int)
        values = torch.frombuffer(blobs[storage.key], dtype=storage.dtype) if storage.count else None
        last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=False))
        if len(shape) != len(strides) or len(shape) > 32:
            raise BadTorchFile(f"a tensor of shape {shape} has strides {strides}"[:200])
        if prod(shape) == 0 and max((0, *shape)) < 2**31:
            return torch.empty(shape, dtype=storage.dtype)
        if values is None or last >= storage.count or prod(shape) > storage.count:
            raise BadTorchFile(
                f"a tensor of shape {shape}, strides {strides} from {offset} leaves its storage of {storage.count}"[
                    :300
                ]
            )
        return values.as_strided(shape, strides, offset)


class _Table(dict[Any, Any]):
    """An OrderedDict; the versions that a state dict carries as its state are left out."""

    def __setstate__(self, state: object) -> None:
        pass


def _counts(value: object) -> bool:
    return isinstance(value, tuple) and all(type(item) is int and 0 <= item < 2**62 for item in value)


def _table(*arguments: object) -> _Table:
    if arguments:
        raise pickle.UnpicklingError("an OrderedDict made of arguments")
    return _Table()


def _encoded(text: object, encoding: object = "latin1") -> bytes:
    """Bytes as protocol 2 writes them."""
    if not isinstance(text, str) or encoding != "latin1":
        raise pickle.UnpicklingError(f"text encoded as {encoding!r}"[:80])
    return text.encode("latin1")


_KNOWN: dict[tuple[str, str], object] = {
    ("collections", "OrderedDict"): Maker(_table),
    ("torch._utils", "_rebuild_tensor"): Maker(_View),
    ("torch._utils", "_rebuild_tensor_v2"): Maker(_View),
    ("torch._utils", "_rebuild_parameter"): Maker(lambda data, *_: data),
    ("torch", "Size"): Maker(lambda sizes: tuple(sizes)),
    ("torch", "device"): Maker(lambda *_: None),
    ("_codecs", "encode"): Maker(_encoded),
    **{("torch", name): dtype for name, dtype in _STORAGES.items()},
    **{("torch", str(dtype).removeprefix("torch.")): str(dtype) for dtype in _STORAGES.values()},
}


@dataclass
class _Reading:
    """The storages that the pickle of one file names."""

    storages: dict[str, _Storage]

    def persistent(self, pid: object) -> _Storage:
        """`('storage', type, key, location, count)`, in the older format with a view behind it, which is not used."""
        if (
            not isinstance(pid, tuple)
            or not 5 <= len(pid) <= 6
            or pid[0] != "storage"
            or (pid[5:] or (None,))[0] is not None
        ):
            raise pickle.UnpicklingError("it refers to something that is no storage")
        _, dtype, key, _, count = pid[:5]
        if not isinstance(dtype, torch.dtype) or not isinstance(key, str) or not _counts((count,)):
            raise pickle.UnpicklingError("a storage without type, key and size")
        storage = self.storages.setdefault(key, _Storage(dtype, key, count))
        if (storage.dtype, storage.count) != (dtype, count):
            raise pickle.UnpicklingError(f"storage {key[:40]!r} has two types or sizes")
        return storage


def read_torch(file: BufferedReader, content: Callable[[], bytes]) -> object:
    """The value of a file: tensors in dictionaries, lists and tuples, and plain values.

    Parameters
    ----------
    file : open at its beginning
    content : all its bytes, taken where the older format makes that necessary

    Raises
    ------
    BadTorchFile, BadArchive, ForbiddenGlobal, BROKEN_PICKLE, BROKEN_ZIP
        For anything else.
    """
    start = file.read(2)
    file.seek(0)
    reading = _Reading({})
    if start == b"PK":
        with open_zip(file) as (archive, members):
            check_unpacked(file, members)
            return _from_zip(archive, members, reading)
    return _from_stream(content(), reading)


def _from_zip(archive: ZipFile, members: Mapping[str, ZipInfo], reading: _Reading) -> object:
    roots = [name.removesuffix("/data.pkl") for name in members if name.endswith("/data.pkl") and name.count("/") == 1]
    if len(roots) != 1:
        raise BadArchive(f"found {len(roots)} members called data.pkl; allowed: one, in a folder")
    root = roots[0]
    order = members.get(f"{root}/byteorder")
    if order is not None and archive.read(order)[:8] != b"little":
        raise BadTorchFile("written on a machine with the other order of bytes; save it on a little-endian one")
    if members[f"{root}/data.pkl"].file_size > MAX_PICKLE_BYTES:
        raise BadTorchFile(f"names and plain values take more than {MAX_PICKLE_BYTES:,} bytes")
    value = InertUnpickler(BytesIO(archive.read(f"{root}/data.pkl")), _KNOWN, reading.persistent, "utf-8").load()
    blobs = {}
    for key, storage in reading.storages.items():
        member = members.get(f"{root}/data/{key}")
        if member is None:
            raise BadTorchFile(f"the values of storage {key[:40]!r} are missing")
        _check_bytes(storage, member.file_size)
        blobs[key] = bytearray(archive.read(member))
        _check_truths(storage, blobs[key])
    return _made(value, blobs)


def _from_stream(content: bytes, reading: _Reading) -> object:
    stream = BytesIO(content)

    def one(persistent: Callable[[object], object] | None = None) -> object:
        return InertUnpickler(stream, _KNOWN, persistent, "utf-8").load()

    if one() != _MAGIC or one() != _PROTOCOL:
        raise BadTorchFile("found no beginning of a file that torch.save wrote")
    one()
    value, keys = one(reading.persistent), one()
    if not isinstance(keys, list) or sorted(map(str, keys)) != sorted(reading.storages):
        raise BadTorchFile("the list of storages is not that of the tensors")
    blobs = {}
    for key in keys:
        storage = reading.storages[key]
        count = int.from_bytes(stream.read(8), "little")
        size = count * storage.dtype.itemsize
        if count != storage.count or size > len(content) - stream.tell():
            raise BadTorchFile(
                f"storage {key[:40]!r}: found {count} values; allowed: {storage.count} (is the file whole?)"
            )
        blobs[key] = bytearray(stream.read(size))
        _check_truths(storage, blobs[key])
    return _made(value, blobs)


def _check_bytes(storage: _Storage, found: int) -> None:
    wanted = storage.count * storage.dtype.itemsize
    if found != wanted:
        raise BadTorchFile(
            f"storage {storage.key[:40]!r}: found {found} bytes; allowed: {wanted} (is the file damaged?)"
        )


def _check_truths(storage: _Storage, blob: bytearray) -> None:
    if storage.dtype == torch.bool and blob.translate(None, b"\0\1"):
        raise BadTorchFile(f"storage {storage.key[:40]!r}: found truth values above 1; allowed: 0, 1")


def _made(value: object, blobs: Mapping[str, bytearray]) -> object:
    """The value with tensors for views, in dictionaries up to two levels down; a state dict lies no deeper."""

    def filled(item: object, depth: int) -> object:
        if isinstance(item, _View):
            return item.made(blobs)
        if isinstance(item, dict) and depth < 2:
            return {name: filled(inner, depth + 1) for name, inner in item.items()}
        return item

    return filled(value, 0)

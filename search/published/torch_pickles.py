"""What the pickle of a file that `torch.save` wrote may name: storages, tensors as views of them, and plain values.

Nothing that it names is run: storages and views are our own, made of checked whole numbers. Their bytes come later (`torch_files.py`).
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor

from litesnn.reading.pickles import Maker

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


class Storage:
    """One storage that tensors lie in; its bytes come once the pickle is read."""

    __slots__ = ("count", "dtype", "key")

    def __init__(self, dtype: torch.dtype, key: str, count: int) -> None:
        self.dtype, self.key, self.count = dtype, key, count

    def __setstate__(self, state: object) -> None:
        raise pickle.UnpicklingError("a storage is given a state")


class View:
    """A tensor: where it lies in its storage."""

    __slots__ = ("offset", "shape", "storage", "strides")

    def __init__(self, storage: object, offset: object, shape: object, strides: object, *_: object) -> None:
        if not isinstance(storage, Storage) or not _counts((offset,)) or not _counts(shape) or not _counts(strides):
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


KNOWN: dict[tuple[str, str], object] = {
    ("collections", "OrderedDict"): Maker(_table),
    ("torch._utils", "_rebuild_tensor"): Maker(View),
    ("torch._utils", "_rebuild_tensor_v2"): Maker(View),
    ("torch._utils", "_rebuild_parameter"): Maker(lambda data, *_: data),
    ("torch", "Size"): Maker(lambda sizes: tuple(sizes)),
    ("torch", "device"): Maker(lambda *_: None),
    ("_codecs", "encode"): Maker(_encoded),
    **{("torch", name): dtype for name, dtype in _STORAGES.items()},
    **{("torch", str(dtype).removeprefix("torch.")): str(dtype) for dtype in _STORAGES.values()},
}


@dataclass
class Storages:
    """The storages that the pickle of one file names."""

    named: dict[str, Storage]

    def persistent(self, pid: object) -> Storage:
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
        storage = self.named.setdefault(key, Storage(dtype, key, count))
        if (storage.dtype, storage.count) != (dtype, count):
            raise pickle.UnpicklingError(f"storage {key[:40]!r} has two types or sizes")
        return storage

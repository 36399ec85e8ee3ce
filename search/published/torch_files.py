"""What `torch.save` wrote, read without torch's own reader: tensors and plain values, every size checked before it is used.

`torch.load(weights_only=True)` runs no code, but believes what a damaged or hostile file says of its storages (it reads past
their ends) and raises a dozen kinds of error. Both formats are read: the zip archive (since PyTorch 1.6) and the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BufferedReader, BytesIO
from zipfile import ZipFile, ZipInfo

import torch

from litesnn.reading.pickles import InertUnpickler
from litesnn.reading.zips import BadArchive, check_unpacked, open_zip
from litesnn.search.published.torch_pickles import KNOWN, BadTorchFile, Storage, Storages, View

MAX_PICKLE_BYTES = 2**26  # of names, shapes and plain values: those of the largest networks take a few megabytes
_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


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
    storages = Storages({})
    if start == b"PK":
        with open_zip(file) as (archive, members):
            check_unpacked(file, members)
            return _from_zip(archive, members, storages)
    return _from_stream(content(), storages)


def _from_zip(archive: ZipFile, members: Mapping[str, ZipInfo], storages: Storages) -> object:
    roots = [name.removesuffix("/data.pkl") for name in members if name.endswith("/data.pkl") and name.count("/") == 1]
    if len(roots) != 1:
        raise BadArchive(f"found {len(roots)} members called data.pkl; allowed: one, in a folder")
    root = roots[0]
    order = members.get(f"{root}/byteorder")
    if order is not None and archive.read(order)[:8] != b"little":
        raise BadTorchFile("written on a machine with the other order of bytes; save it on a little-endian one")
    if members[f"{root}/data.pkl"].file_size > MAX_PICKLE_BYTES:
        raise BadTorchFile(f"names and plain values take more than {MAX_PICKLE_BYTES:,} bytes")
    value = InertUnpickler(BytesIO(archive.read(f"{root}/data.pkl")), KNOWN, storages.persistent, "utf-8").load()
    blobs = {}
    for key, storage in storages.named.items():
        member = members.get(f"{root}/data/{key}")
        if member is None:
            raise BadTorchFile(f"the values of storage {key[:40]!r} are missing")
        _check_bytes(storage, member.file_size)
        blobs[key] = bytearray(archive.read(member))
        _check_truths(storage, blobs[key])
    return _made(value, blobs)


def _from_stream(content: bytes, storages: Storages) -> object:
    stream = BytesIO(content)

    def one(persistent: Callable[[object], object] | None = None) -> object:
        return InertUnpickler(stream, KNOWN, persistent, "utf-8").load()

    if one() != _MAGIC or one() != _PROTOCOL:
        raise BadTorchFile("found no beginning of a file that torch.save wrote")
    one()
    value, keys = one(storages.persistent), one()
    if not isinstance(keys, list) or sorted(map(str, keys)) != sorted(storages.named):
        raise BadTorchFile("the list of storages is not that of the tensors")
    blobs = {}
    for key in keys:
        storage = storages.named[key]
        count = int.from_bytes(stream.read(8), "little")
        size = count * storage.dtype.itemsize
        if count != storage.count or size > len(content) - stream.tell():
            raise BadTorchFile(
                f"storage {key[:40]!r}: found {count} values; allowed: {storage.count} (is the file whole?)"
            )
        blobs[key] = bytearray(stream.read(size))
        _check_truths(storage, blobs[key])
    return _made(value, blobs)


def _check_bytes(storage: Storage, found: int) -> None:
    wanted = storage.count * storage.dtype.itemsize
    if found != wanted:
        raise BadTorchFile(
            f"storage {storage.key[:40]!r}: found {found} bytes; allowed: {wanted} (is the file damaged?)"
        )


def _check_truths(storage: Storage, blob: bytearray) -> None:
    if storage.dtype == torch.bool and blob.translate(None, b"\0\1"):
        raise BadTorchFile(f"storage {storage.key[:40]!r}: found truth values above 1; allowed: 0, 1")


def _made(value: object, blobs: Mapping[str, bytearray]) -> object:
    """The value with tensors for views, in dictionaries up to two levels down; a state dict lies no deeper."""

    def filled(item: object, depth: int) -> object:
        if isinstance(item, View):
            return item.made(blobs)
        if isinstance(item, dict) and depth < 2:
            return {name: filled(inner, depth + 1) for name, inner in item.items()}
        return item

    return filled(value, 0)

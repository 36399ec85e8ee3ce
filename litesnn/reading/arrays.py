"""Numpy's .npy and .npz files: plain arrays of numbers, checked against the file's size before anything is allocated.

`np.load` raises whatever its header parser meets and allocates what the header says; here the header is read by its own grammar
(the .npy format, versions 1 to 3), and nothing is unpickled.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from typing import cast
from zipfile import ZipFile, ZipInfo

import numpy as np
import numpy.typing as npt

from litesnn.base.text import brief_path
from litesnn.reading.files import Kind, open_regular
from litesnn.reading.npy_header import Header, NotPlain, read_header
from litesnn.reading.zips import BROKEN_ZIP, ZIP_MAGIC, BadArchive, check_unpacked, open_zip

Array = npt.NDArray[np.generic]
_SUFFIX = ".npy"
_LAST_POINT, _SURROGATES = 0x10FFFF, (0xD800, 0xDFFF)


def read_npy(path: str | os.PathLike[str], kind: Kind, *, fields: bool = False) -> Array:
    """The array of a .npy file, in the machine's byte order.

    Parameters
    ----------
    fields : arrays of records are allowed, each field a number

    Raises
    ------
    LiteSNNError
        Of the kind's type, for anything that is not one plain array, whole, and as long as its header says.
    """
    with open_regular(path, kind) as file:
        size = os.fstat(file.fileno()).st_size
        with _named(path, "not a plain .npy array", kind):
            if file.read(4) == ZIP_MAGIC:
                raise NotPlain("found an .npz archive; allowed: one .npy array")
            file.seek(0)
            header = read_header(file, fields=fields)
            return _values(file, header, size - file.tell())


def read_npz(
    path: str | os.PathLike[str],
    kind: Kind,
    *,
    names: tuple[str, ...] | None = None,
    unpacked: int | None = None,
    text: bool = False,
) -> dict[str, Array]:
    """Arrays of an .npz archive by name.

    Parameters
    ----------
    names : those to read, where the archive may hold more; None reads all
    unpacked : bytes that all arrays read may have; None: the file's size and 1 GiB
    text : arrays of words are allowed, of a fixed number of characters each

    Raises
    ------
    LiteSNNError
        Of the kind's type, for anything that is not an archive of plain arrays, and where a name is missing.
    """
    with (
        open_regular(path, kind) as file,
        _named(path, "not plain numpy arrays", kind),
        open_zip(file) as (archive, entries),
    ):
        members: dict[str, ZipInfo] = {}
        for entry in entries.values():
            name = entry.filename.removesuffix(_SUFFIX)
            if name in members:
                raise NotPlain(f"found the array '{name}' twice; allowed: each name once")
            members[name] = entry
        if names is not None:
            missing = [name for name in names if name not in members]
            if missing:
                raise NotPlain(f"missing {', '.join(missing)}; found: {', '.join(list(members)[:20]) or 'nothing'}")
            members = {name: members[name] for name in names}
        check_unpacked(file, members, unpacked)
        return {name: _member(archive, name, member, text) for name, member in members.items()}


def npz_names(path: str | os.PathLike[str], kind: Kind) -> frozenset[str]:
    """Names of the arrays of an .npz archive, of which none is read.

    Raises
    ------
    LiteSNNError
        Of the kind's type, for anything that is not an archive.
    """
    with (
        open_regular(path, kind) as file,
        _named(path, "not plain numpy arrays", kind),
        open_zip(file) as (_, entries),
    ):
        return frozenset(name.removesuffix(_SUFFIX) for name in entries)


@contextmanager
def _named(path: str | os.PathLike[str], what: str, kind: Kind) -> Iterator[None]:
    try:
        yield
    except (NotPlain, BadArchive) as error:
        raise kind.error(f"{brief_path(path)}: {what}: {error}") from error
    except BROKEN_ZIP as error:
        raise kind.error(f"{brief_path(path)}: {what}: {error or type(error).__name__}") from error
    except MemoryError as error:
        raise kind.error(f"{brief_path(path)}: {what}: it does not fit into the memory of this machine") from error


def _member(archive: ZipFile, name: str, entry: ZipInfo, text: bool) -> Array:
    with archive.open(entry) as opened:
        stream = cast(BufferedIOBase, opened)
        try:
            header = read_header(stream, fields=False, text=text)
            array = _values(stream, header, entry.file_size - header.length)
            stream.read(1)  # its checksum is compared at the end
        except NotPlain as error:
            raise NotPlain(f"{name}: {error}") from error
    return array


def _values(stream: BufferedIOBase, header: Header, left: int) -> Array:
    """The values behind a header, of which `left` bytes are there."""
    wanted = header.bytes
    if left != wanted:
        how = "the file is cut short" if left < wanted else "more than one array, or a damaged header"
        raise NotPlain(
            f"found {left:,} bytes of values; allowed: {wanted:,} for {header.dtype} {header.described} ({how})"
        )
    buffer = bytearray(wanted)
    view = memoryview(buffer)
    done = 0
    while done < wanted:
        count = stream.readinto(view[done : done + 2**24])
        if not count:
            raise NotPlain(f"found {done:,} bytes of values; allowed: {wanted:,} (the file is cut short)")
        done += count
    raw = np.frombuffer(buffer, np.uint8)
    if header.dtype.kind == "b" and wanted and raw.max() > 1:
        raise NotPlain(f"found a truth value of {raw.max()}; allowed: 0 or 1")
    values = raw.view(header.dtype)
    native = header.dtype.newbyteorder("=")
    if header.dtype.kind == "U" and wanted:
        _check_characters(raw, header.dtype)
    if native != header.dtype:
        values = values.byteswap(inplace=True).view(native)
    return values.reshape(header.shape[::-1]).T if header.fortran else values.reshape(header.shape)


def _check_characters(raw: npt.NDArray[np.uint8], dtype: np.dtype[np.generic]) -> None:
    """Refuse code points that are no characters: numpy raises where such a word is looked at."""
    points = raw.view(np.dtype(">u4" if dtype.byteorder == ">" else "<u4" if dtype.byteorder == "<" else "=u4"))
    if points.max() > _LAST_POINT or ((points >= _SURROGATES[0]) & (points <= _SURROGATES[1])).any():
        raise NotPlain(f"found characters up to {points.max():#x}; allowed: Unicode's")

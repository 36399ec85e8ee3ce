"""Zip archives of arrays and tensors: members by name, each once, stored or deflated, and no bombs."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from litesnn.reading.limits import MAX_MEMBERS, UNPACKED_EXTRA

BROKEN_ZIP = (BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, struct.error, zlib.error)
"""What `zipfile` raises on damaged archives; RuntimeError means a password."""
ZIP_MAGIC = b"PK\x03\x04"
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_END_BYTES, _END_64_BYTES, _LOCATOR_BYTES, _COMMENT_BYTES = 22, 56, 20, 2**16
_DIRECTORY_BYTES = 1024 * MAX_MEMBERS
"""Of the list of members, which `zipfile` holds as objects ten times its size."""


class BadArchive(Exception):
    """What is wrong with an archive, in words; readers add the file and raise their own error."""


@contextmanager
def open_zip(file: BufferedReader) -> Iterator[tuple[ZipFile, dict[str, ZipInfo]]]:
    """The archive in an open file, and its members by name.

    Raises
    ------
    BadArchive
        For too many members, one name twice, and compression other than deflate.
    BROKEN_ZIP
        For damaged archives.
    """
    size = _directory_bytes(file)
    if size > _DIRECTORY_BYTES:
        raise BadArchive(f"found a list of members of {size:,} bytes; allowed: {_DIRECTORY_BYTES:,}")
    with ZipFile(file) as archive:
        members: dict[str, ZipInfo] = {}
        for entry in archive.infolist():
            if entry.filename in members:
                raise BadArchive(f"found the member '{entry.filename}' twice; allowed: each name once")
            if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise BadArchive(
                    f"{entry.filename}: compressed with method {entry.compress_type}; allowed: none, deflate"
                )
            members[entry.filename] = entry
        if len(members) > MAX_MEMBERS:
            raise BadArchive(f"found {len(members):,} members; allowed: up to {MAX_MEMBERS:,}")
        yield archive, members


def check_unpacked(file: BufferedReader, members: Mapping[str, ZipInfo], allowed: int | None = None) -> None:
    """Refuse members that unpack to more than `allowed` bytes; None: the file's size and 1 GiB."""
    total = sum(member.file_size for member in members.values())
    bound = os.fstat(file.fileno()).st_size + UNPACKED_EXTRA if allowed is None else allowed
    if total > bound:
        raise BadArchive(f"unpacks to {total:,} bytes; allowed: {bound:,} for this file (store it without compression)")


def _directory_bytes(file: BufferedReader) -> int:
    """Size of the list of members by the record at the archive's end; 0 where there is none, which `zipfile` then says."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END_BYTES - _COMMENT_BYTES - _LOCATOR_BYTES - _END_64_BYTES))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_BYTES:
        return 0
    wide = at - _LOCATOR_BYTES - _END_64_BYTES
    if wide >= 0 and tail[wide : wide + 4] == _END_64:
        return int.from_bytes(tail[wide + 40 : wide + 48], "little")
    return int.from_bytes(tail[at + 12 : at + 16], "little")

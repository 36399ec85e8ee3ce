"""Gzip files: their content changed under a right checksum, more than one member, bombs, broken headers."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from random import Random

from fuzz.mutators.bombs import deflated
from fuzz.mutators.lift import Change
from fuzz.reader import NotApplicableError

LARGE = 1 << 24
"""What unpacks to more is what a mutation made of a file; it is not unpacked again."""


def within_gzip(change: Change) -> Change:
    """A change of what is packed."""

    def gzip_content(content: bytes, rng: Random) -> bytes:
        return _pack(change(_unpack(content), rng))

    gzip_content.__qualname__ = f"gzip_{getattr(change, '__qualname__', 'content')}"
    return gzip_content


def gzip_container(content: bytes, rng: Random) -> bytes:
    """A change of the packing."""
    inner = _unpack(content)
    change = rng.randrange(7)
    if change == 0:
        stream, size = deflated(inner)
        return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + stream + struct.pack("<II", 0, size % 2**32)
    if change == 1:
        half = rng.randrange(len(inner) + 1)
        return _pack(inner[:half]) + _pack(inner[half:])
    if change == 2:
        return content + rng.choice((b"tail", b"\0" * 100, content, b"\x1f\x8b"))
    if change == 3:
        return inner
    if change == 4:
        return _pack(content)
    if change == 5:
        flags = bytes([rng.randrange(256)])
        return content[:3] + flags + content[4:]
    return content[:-8] + struct.pack("<II", zlib.crc32(inner) ^ 1, len(inner))


def _pack(content: bytes) -> bytes:
    return gzip.compress(content, 1, mtime=0)


def _unpack(content: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            inner = file.read(LARGE)
    except (OSError, EOFError, zlib.error):
        raise NotApplicableError from None
    if len(inner) == LARGE:
        raise NotApplicableError
    return inner

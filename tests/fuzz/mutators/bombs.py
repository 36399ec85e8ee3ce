"""Small files that unpack to gigabytes of zeros: one compressed block, over and over."""

from __future__ import annotations

import zlib

BLOCK = 1 << 24
UNPACKED = 3 << 29  # 1.5 GiB: more than any reader may take


def deflated(head: bytes = b"", unpacked: int = UNPACKED) -> tuple[bytes, int]:
    """A raw deflate stream of `head` and zeros, and how many bytes it holds."""
    packer = zlib.compressobj(9, wbits=-15)
    start = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b"\0" * BLOCK) + packer.flush(zlib.Z_FULL_FLUSH)
    count = -(-unpacked // BLOCK)
    return start + block * count + packer.flush(), len(head) + count * BLOCK

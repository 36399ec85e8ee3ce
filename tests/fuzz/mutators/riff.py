"""Sound files (.wav): chunks of a RIFF container."""

from __future__ import annotations

import struct
from random import Random

from fuzz.reader import NotApplicableError

NUMBERS = {
    0: (2, (0, 1, 2, 3, 6, 7, 0x55, 0xFFFE, 0xFFFF)),  # format: PCM, float, A-law, extensible
    2: (2, (0, 1, 2, 3, 255, 65535)),  # channels
    4: (4, (0, 1, 7, 8000, 16000, 2**31, 2**32 - 1)),  # samples per second
    8: (4, (0, 1, 2**32 - 1)),  # bytes per second
    12: (2, (0, 1, 2, 3, 4, 8, 65535)),  # bytes per sample of all channels
    14: (2, (0, 1, 7, 8, 12, 16, 24, 32, 64, 65535)),  # bits
}
"""Fields of the format chunk: offset -> bytes, and what may stand there."""


def wav_format(content: bytes, rng: Random) -> bytes:
    """One number of the format chunk."""
    at = content.find(b"fmt ")
    if at < 0:
        raise NotApplicableError
    offset, (size, values) = rng.choice(sorted(NUMBERS.items()))
    place = at + 8 + offset
    return content[:place] + rng.choice(values).to_bytes(size, "little") + content[place + size :]


def wav_chunks(content: bytes, rng: Random) -> bytes:
    """Chunks whose sizes lie, are missing, twice, of another name, or of a kind that few files have."""
    if content[:4] != b"RIFF" or len(content) < 44:
        raise NotApplicableError
    chunks = _chunks(content)
    if not chunks:
        raise NotApplicableError
    at, change = rng.randrange(len(chunks)), rng.randrange(6)
    name, body = chunks[at]
    size = None
    if change == 0:
        del chunks[at]
    elif change == 1:
        chunks.insert(at, (name, body))
    elif change == 2:
        size = rng.choice((0, 1, len(body) - 1, len(body) + 1, 2**31, 2**32 - 1))
    elif change == 3:
        chunks[at] = rng.choice((b"LIST", b"fact", b"data", b"fmt ", b"\0\0\0\0", b"id3 ")), body
    elif change == 4:
        chunks.insert(at, (rng.choice((b"LIST", b"fact", b"bext", b"xxxx")), bytes(rng.choice((0, 1, 3, 100)))))
    else:
        chunks[at] = name, rng.choice((b"", body[:1], body[:-1], body[: len(body) // 2], body + b"\0"))
    packed = [
        label
        + struct.pack("<I", size if size is not None and number == at else len(inner))
        + inner
        + b"\0" * (len(inner) % 2)
        for number, (label, inner) in enumerate(chunks)
    ]
    kind = rng.choice((b"RIFF",) * 8 + (b"RIFX", b"RF64"))
    return kind + struct.pack("<I", 4 + sum(map(len, packed))) + b"WAVE" + b"".join(packed)


def _chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 12
    while at + 8 <= len(content):
        size = struct.unpack("<I", content[at + 4 : at + 8])[0]
        found.append((content[at : at + 4], content[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found

"""Bytes, whatever they mean: cut, flipped, spliced, repeated."""

from __future__ import annotations

from random import Random

from fuzz.reader import NotApplicableError

INTERESTING = (0, 1, 0x20, 0x7F, 0x80, 0xFE, 0xFF)


def truncated(content: bytes, rng: Random) -> bytes:
    """Cut short: anywhere, or near an end."""
    if not content:
        raise NotApplicableError
    return content[
        : rng.choice((rng.randrange(len(content)), min(len(content) - 1, rng.randrange(64)), len(content) - 1))
    ]


def flipped(content: bytes, rng: Random) -> bytes:
    """One to eight bytes set to something else; half of the time in the first 128, where headers are."""
    if not content:
        raise NotApplicableError
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 8))):
        at = rng.randrange(min(len(changed), 128) if rng.random() < 0.5 else len(changed))
        changed[at] = changed[at] ^ (1 << rng.randrange(8)) if rng.random() < 0.5 else rng.choice(INTERESTING)
    return bytes(changed)


def number(content: bytes, rng: Random) -> bytes:
    """Two, four or eight bytes set to a number at the end of a range, little or big endian."""
    size = rng.choice((2, 4, 8))
    if len(content) < size:
        raise NotApplicableError
    at = (
        rng.randrange(min(len(content), 512) - size + 1)
        if rng.random() < 0.7
        else rng.randrange(len(content) - size + 1)
    )
    top = 1 << (8 * size)
    value = rng.choice(
        (0, 1, top - 1, top // 2, top // 2 - 1, top // 4, len(content), len(content) + 1, top - len(content))
    )
    order = "little" if rng.random() < 0.7 else "big"
    return content[:at] + (value % top).to_bytes(size, order) + content[at + size :]  # type: ignore[arg-type]


def spliced(content: bytes, rng: Random) -> bytes:
    """A piece copied, moved, left out or put in, so that all behind it stands elsewhere."""
    if not content:
        raise NotApplicableError
    start = rng.randrange(len(content))
    stop = min(len(content), start + rng.choice((1, 2, 8, 64, 512)))
    piece, at = content[start:stop], rng.randrange(len(content) + 1)
    return rng.choice(
        (
            content[:start] + content[stop:],
            content[:at] + piece + content[at:],
            content[:start] + bytes(rng.randrange(256) for _ in piece) + content[stop:],
            content[:start] + b"\0" * len(piece) + content[stop:],
            content + piece,
            content + content,
        )
    )


BYTES = (truncated, flipped, flipped, number, spliced)
"""All of them."""

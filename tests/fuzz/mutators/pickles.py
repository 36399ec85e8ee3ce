"""Pickles: names of what they ask for, numbers, memo and stack broken; what is loaded must be what it says, and run nothing."""

from __future__ import annotations

import pickletools
from random import Random

from fuzz.reader import NotApplicableError

ASKED = (
    b"os\nsystem\n",
    b"builtins\neval\n",
    b"posix\nsystem\n",
    b"numpy\nndarray\n",
    b"collections\nOrderedDict\n",
    b"torch\nload\n",
    b"a\nb\n",
    b"\n\n",
)
OPCODES = (
    b"0123456789()[]{}}.abcdeghijlopqrstuNRQFGIJKLMSTUVXBC\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8c\x8f\x91\x93\x94\x95"
)


def pickle_opcodes(content: bytes, rng: Random) -> bytes:
    """One instruction left out, repeated, replaced, or another name asked for."""
    places = _places(content)
    at = rng.randrange(len(places) - 1)
    start, stop = places[at], places[at + 1]
    change = rng.randrange(7)
    if change == 0:
        return content[:start] + content[stop:]
    if change == 1:
        return content[:stop] + content[start:stop] * rng.choice((1, 1, 1, 1000)) + content[stop:]
    if change == 2:
        return content[:start] + bytes([rng.choice(OPCODES)]) + content[start:]
    if change == 3:
        return (
            content[:start]
            + b"c"
            + rng.choice(ASKED)
            + rng.choice((b"", b"(S'touch ran'\ntR", b")R", b")\x81", b"}b"))
            + content[start:]
        )
    if change == 4:
        return (
            content[:start]
            + rng.choice(
                (b"(", b"]", b"}", b"N", b"t", b"R", b"b", b"Q", b"h\xff", b"r\xff\xff\xff\x7f", b"J\xff\xff\xff\x7f")
            )
            + content[start:]
        )
    if change == 5:
        other = rng.randrange(len(places) - 1)
        return content[:start] + content[places[other] : places[other + 1]] + content[stop:]
    changed = bytearray(content)
    changed[rng.randrange(start, stop)] = rng.randrange(256)
    return bytes(changed)


def _places(content: bytes) -> list[int]:
    try:
        found = [place for _, _, place in pickletools.genops(content) if place is not None]
    except Exception as error:  # any broken pickle: there is nothing to change
        raise NotApplicableError from error
    if len(found) < 2:
        raise NotApplicableError
    return found

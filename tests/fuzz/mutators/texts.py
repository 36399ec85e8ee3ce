"""Texts, whatever they say: lines, tokens, encodings, and what only a JSON text can have."""

from __future__ import annotations

import re
from random import Random

from fuzz.mutators.values import text, whole
from fuzz.reader import NotApplicableError

_TOKEN = re.compile(rb"-?\d+(?:\.\d+)?|[A-Za-z_]+")
_KEY = re.compile(rb'"[^"\\]{0,60}"\s*:')


def lines(content: bytes, rng: Random) -> bytes:
    """Lines deleted, repeated, in another order, or cut."""
    parts = content.splitlines(keepends=True)
    if not parts:
        raise NotApplicableError
    at = rng.randrange(len(parts))
    change = rng.randrange(4)
    if change == 0:
        del parts[at]
    elif change == 1:
        parts[at:at] = [parts[at]] * rng.choice((1, 2, 500))
    elif change == 2:
        rng.shuffle(parts)
    else:
        parts[at] = parts[at][: rng.randrange(len(parts[at]) + 1)]
    return b"".join(parts)


def token(content: bytes, rng: Random) -> bytes:
    """One number or word replaced."""
    found = list(_TOKEN.finditer(content))
    if not found:
        raise NotApplicableError
    match = rng.choice(found)
    new = str(whole(rng)) if rng.random() < 0.5 else text(rng, match[0].decode())
    return content[: match.start()] + new.encode("utf-8", "surrogatepass") + content[match.end() :]


def inserted(content: bytes, rng: Random) -> bytes:
    """A hostile text in the middle."""
    at = rng.randrange(len(content) + 1)
    return content[:at] + text(rng).encode("utf-8", "surrogatepass") + content[at:]


def encoding(content: bytes, rng: Random) -> bytes:
    """The same text as other programs write it."""
    try:
        said = content.decode()
    except UnicodeDecodeError:
        raise NotApplicableError from None
    other = rng.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "cp500", "crlf", "cr", "zeros"))
    if other == "crlf":
        return said.replace("\n", "\r\n").encode()
    if other == "cr":
        return said.replace("\n", "\r").encode()
    if other == "zeros":
        return content + b"\0" * rng.choice((1, 100, 4096))
    if other == "latin-1":
        return (said + "é").encode("latin-1", "replace")
    return said.encode(other, "replace")


def brackets(content: bytes, rng: Random) -> bytes:
    """Brackets within brackets, more than any parser follows."""
    opening = rng.choice((b"[", b"{", b"(", b'{"a":', b"[[", b"-", b"np.array("))
    depth = rng.choice((10, 150, 1100, 20_000, 100_000))
    closing = {b"[": b"]", b"[[": b"]]", b"{": b"}", b"(": b")", b'{"a":': b"1}", b"np.array(": b")"}.get(opening, b"")
    deep = opening * depth + (closing * depth if rng.random() < 0.7 else b"")
    found = list(_TOKEN.finditer(content))
    if not found or rng.random() < 0.2:
        return deep
    match = rng.choice(found)
    return content[: match.start()] + deep + content[match.end() :]


def json_text(content: bytes, rng: Random) -> bytes:
    """What a JSON text can have and its document not: a key twice, NaN, 1e999, numbers of 5,000 digits, comments, a tail."""
    found = list(_KEY.finditer(content))
    if not found:
        raise NotApplicableError
    key = rng.choice(found)
    change = rng.randrange(4)
    if change == 0:
        value = rng.choice((b"0", b"1", b"null", b"[]", b'"x"', b"{}", b"true", b"2.5"))
        return content[: key.start()] + key[0] + value + b", " + content[key.start() :]
    if change == 1:
        number = rng.choice(
            (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-0", b"-0.0", b"1E400", b"9" * 5000, b"0." + b"1" * 5000)
        )
        found_number = re.compile(rb"-?\d[\d.eE+-]*").search(content, key.end())
        if found_number is None:
            raise NotApplicableError
        return content[: found_number.start()] + number + content[found_number.end() :]
    if change == 2:
        return (
            content[: key.start()]
            + rng.choice((b"// x\n", b"/* x */", b",", b"'a': 1,", b"\x00"))
            + content[key.start() :]
        )
    return content + rng.choice((b"{}", b"garbage", b"]", b"\x1a", b"\n" * 1000, content))

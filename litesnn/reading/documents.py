"""JSON from outside: UTF-8, each name once, numbers finite, nesting bounded."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from litesnn.base.errors import LiteSNNError
from litesnn.reading.limits import MAX_JSON_DEPTH, MAX_JSON_DIGITS


class _Refusal(ValueError):
    """What is wrong with a document, in words."""


def parse_json(content: bytes, where: str, error: type[LiteSNNError]) -> Any:
    """The value of a JSON document; a byte order mark of UTF-8 is skipped.

    Parameters
    ----------
    where : names the document in messages
    error : raised for anything that is not such a document
    """
    try:
        text = _decoded(content)
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_int=_whole,
            parse_float=_finite,
            object_pairs_hook=_each_once,
        )
        _check(value)
    except json.JSONDecodeError as cause:
        raise error(f"{where}: not valid JSON: {cause}") from cause
    except _Refusal as cause:
        raise error(f"{where}: not valid JSON: {cause}") from cause
    except RecursionError as cause:
        raise error(f"{where}: not valid JSON: {_TOO_DEEP}") from cause
    return value


_TOO_DEEP = f"lists and objects nested deeper than {MAX_JSON_DEPTH}; allowed: up to {MAX_JSON_DEPTH}"


def _decoded(content: bytes) -> str:
    encoding = json.detect_encoding(content)
    if not encoding.startswith("utf-8"):
        raise _Refusal(f"found text in {encoding.upper()}; allowed: UTF-8 (save it so)")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as cause:
        raise _Refusal(
            f"found byte {content[cause.start]:#04x} at {cause.start}; allowed: UTF-8 (save it so)"
        ) from cause


def _refuse_constant(name: str) -> float:
    raise _Refusal(f"found {name}, which JSON does not allow; numbers must be finite")


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise _Refusal(f"found the number {_short(text)}; allowed: what a 64-bit floating point number holds")
    return value


def _whole(text: str) -> int:
    if len(text) > MAX_JSON_DIGITS:
        raise _Refusal(f"found a whole number of {len(text)} digits, {_short(text)}; allowed: up to {MAX_JSON_DIGITS}")
    return int(text)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Refusal(f"found '{_short(name)}' twice in one object; allowed: each name once")
        found[name] = value
    return found


def _check(value: Any) -> None:
    """Depth, and text that can be written again: not half a character (a lone surrogate)."""
    level = [value]
    for depth in range(MAX_JSON_DEPTH + 1):
        if depth == MAX_JSON_DEPTH and any(isinstance(item, dict | list) for item in level):
            raise _Refusal(_TOO_DEEP)
        deeper: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                for name in item:
                    _check_text(name)
                deeper += item.values()
            elif isinstance(item, list):
                deeper += item
            elif isinstance(item, str):
                _check_text(item)
        level = deeper


def _check_text(text: str) -> None:
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise _Refusal(f"found text with half a character (a lone surrogate), {_short(text)!a}; allowed: whole ones")


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."

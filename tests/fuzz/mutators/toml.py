"""TOML files: as documents, written again here."""

from __future__ import annotations

import json
import math
import sys
from random import Random
from typing import Any

from fuzz.mutators.documents import changed
from fuzz.reader import NotApplicableError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def toml_document(content: bytes, rng: Random) -> bytes:
    """One change of the document."""
    try:
        document = changed(tomllib.loads(content.decode()), rng)
        if not isinstance(document, dict):
            raise NotApplicableError
        return written(document).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        raise NotApplicableError from None


def written(document: dict[str, Any]) -> str:
    """A document as TOML: tables of the first level as tables, all below in one line."""
    plain = [f"{_key(key)} = {_value(value)}" for key, value in document.items() if not isinstance(value, dict)]
    tables = [
        "\n".join([f"\n[{_key(key)}]", *(f"{_key(name)} = {_value(inner)}" for name, inner in value.items())])
        for key, value in document.items()
        if isinstance(value, dict)
    ]
    return "\n".join([*plain, *tables]) + "\n"


def _key(key: str) -> str:
    return json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None:
        raise ValueError("TOML has no null")
    return json.dumps(value) if isinstance(value, str | float) else str(value)

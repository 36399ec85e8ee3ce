"""Text from elsewhere inside a YAML document: as a scalar, and in a comment."""

from __future__ import annotations

import json
import re

from litesnn.base.text import visible

# What YAML reads as this very text without quotes, and as nothing else (`null`, `true`, `1e3` and such need them).
_PLAIN = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)
_WORDS = ("null", "true", "false", "yes", "no", "on", "off", "y", "n")


def scalar(text: str) -> str:
    """The text as a YAML scalar, in double quotes (whose escapes are JSON's) where a plain one would be something else."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else json.dumps(visible(text), ensure_ascii=False)


def comment(text: str) -> str:
    """The text on one line, as a comment needs it: all white space is single spaces."""
    return " ".join(visible(text).split())

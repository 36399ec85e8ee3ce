"""Texts from foreign files as messages show them: data, never commands to a terminal, and never long."""

from __future__ import annotations


def shown(text: str, most: int = 60) -> str:
    """The text without characters that a terminal would obey, and not longer than `most`."""
    plain = text if text.isprintable() else ascii(text)[1:-1]
    return plain if len(plain) <= most else f"{plain[: most - 3]}..."

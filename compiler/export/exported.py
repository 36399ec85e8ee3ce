"""What every exporter returns: files for another tool, and what is to be said about them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Exported:
    """Files by name, and what the other tool computes differently or does not know."""

    files: dict[str, bytes]
    notes: tuple[str, ...]

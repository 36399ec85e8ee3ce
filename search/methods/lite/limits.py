"""Limits and candidate widths as a command line gives them. Nothing here imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from litesnn.base.errors import SearchError
from litesnn.base.settings.sizes import ALLOWED, bytes_of

LIMITS = ("max_cores", "max_memory", "max_latency")
SHARES = (0.25, 0.5, 0.75, 1.0)
"""Candidate widths of a search within limits that is told none."""


def parse_shares(text: str) -> tuple[float, ...]:
    """`0.5,1` as shares."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise SearchError(_wrong_shares(f"'{text[:80]}'")) from None


def check_shares(shares: Sequence[float]) -> None:
    """Refuse, with a `SearchError`, shares that are not above 0, ascending, and end with 1."""
    ascending = all(low < high for low, high in pairwise((0.0, *shares)))
    if not ascending or not shares or shares[-1] != 1:
        raise SearchError(_wrong_shares(", ".join(f"{share:g}" for share in shares) or "none"))


def _wrong_shares(found: str) -> str:
    return f"widths: found {found}; allowed: shares of all channels in ascending order, above 0, the last one 1, e.g. 0.25,0.5,1"


def parse_memory(text: str) -> int:
    """`400KiB` as bytes."""
    size = bytes_of(text)
    if size is None or size < 1:
        raise SearchError(f"max_memory: found '{text[:80]}'; allowed: {ALLOWED}")
    return int(size)

"""Sizes in bytes as people write them: `20000`, `20KB`, `1.6 MB`, `16KiB`."""

from __future__ import annotations

UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
ALLOWED = "bytes, or a number with KB, MB, GB, KiB, MiB, GiB"


def bytes_of(text: str) -> float | None:
    """Bytes above 0; None for anything else."""
    digits = text.rstrip("".join(set("".join(UNITS)) | set("kmgib "))).strip()
    unit = text.strip()[len(digits) :].strip().upper() or "B"
    try:
        size = float(digits) * UNITS[unit]
    except (ValueError, KeyError):
        return None
    return size if 0 < size < float("inf") else None

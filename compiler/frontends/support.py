"""Rows of the support matrix (docs/support.md), which each format declares beside its reader in `support.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Support = Literal["exact", "bounded", "approximate", "refused"]


@dataclass(frozen=True)
class SupportRow:
    """How one kind of layer of a format is taken over; `note` says when and why it is not exact."""

    kind: str
    status: Support
    note: str

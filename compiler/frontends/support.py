"""Rows of the support matrix (docs/support.md), which each format declares beside its reader in `support.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from litesnn.base.errors import ImportFileError

TIMESTEPS_MAX = 2**20
"""Steps of a sample: a million are a quarter of an hour of steps of a millisecond."""
Support = Literal["exact", "bounded", "assumed", "approximate", "refused"]


def check_timesteps(steps: int, place: str) -> None:
    """Refuse, with an `ImportFileError` that names the place, a number of steps that no sample has."""
    if not 1 <= steps <= TIMESTEPS_MAX:
        raise ImportFileError(f"{place}: found {steps}; allowed: 1 .. {TIMESTEPS_MAX}")


@dataclass(frozen=True)
class SupportRow:
    """How one kind of layer of a format is taken over; `note` says when and why it is not exact."""

    kind: str
    status: Support
    note: str

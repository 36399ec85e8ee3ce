"""What a rule yields: one finding, with code, place, value, limit and the cheapest fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "ok"]


@dataclass(frozen=True)
class Finding:
    """One result of a rule.

    `value` against `limit`, both in `unit`; `severity` ok states the headroom of a rule that holds; `fix` is the cheapest
    change that helps, empty where nothing is wrong.
    """

    code: str
    severity: Severity
    place: str
    value: float
    limit: float
    unit: str
    message: str
    fix: str = ""

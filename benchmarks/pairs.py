"""Paired measurements: two ways to do one thing, in turns, so that whatever else the machine does meets both alike."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class PairResult:
    """Seconds of each run of `a` and of `b`; a ratio is b's time over a's: above 1, a is the faster one."""

    a: tuple[float, ...]
    b: tuple[float, ...]

    @property
    def ratios(self) -> list[float]:
        """One per pair."""
        return [b / a for a, b in zip(self.a, self.b, strict=True)]

    @property
    def median(self) -> float:
        """Median of the ratios."""
        return statistics.median(self.ratios)

    def document(self) -> dict[str, Any]:
        """As JSON-ready values."""
        spread = {"min": min(self.ratios), "median": self.median, "max": max(self.ratios)}
        return {**asdict(self), "ratio": {name: round(value, 3) for name, value in spread.items()}}


def measure_pairs(a: Callable[[], Any], b: Callable[[], Any], pairs: int = 5) -> PairResult:
    """Time `a` and `b` in turns. Where one returns a number, that is its time in seconds; else the whole call counts."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(pairs):
        for run, kept in zip((a, b), times, strict=True):
            began = time.perf_counter()
            own = run()
            kept.append(float(own) if isinstance(own, (int, float)) else time.perf_counter() - began)
    return PairResult(tuple(times[0]), tuple(times[1]))


def machine() -> dict[str, Any]:
    """What the figures hold for."""
    model = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), model)
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }

"""Paired measurement: two ways to do one thing, run in turn, so that whatever else the machine does hits both alike."""

from __future__ import annotations

import os
import platform
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import mean, median
from typing import Any

Run = Callable[[], object]


@dataclass(frozen=True)
class PairResult:
    """Times of every pair in seconds: wall clock and CPU of this process.

    A ratio says how many times faster `a` is than `b`: b's time over a's, pair by pair.
    """

    a: tuple[float, ...]
    b: tuple[float, ...]
    a_cpu: tuple[float, ...]
    b_cpu: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """By wall clock, one per pair."""
        return tuple(b / a for a, b in zip(self.a, self.b, strict=True))

    @property
    def cpu_ratios(self) -> tuple[float, ...]:
        """By CPU time, one per pair; a check on a machine that is shared."""
        return tuple(b / a for a, b in zip(self.a_cpu, self.b_cpu, strict=True))

    def document(self) -> dict[str, Any]:
        """As JSON-ready values: median seconds of both; least, median and largest ratio."""
        return {
            "pairs": len(self.a),
            "a_s": median(self.a),
            "b_s": median(self.b),
            "ratio": spread(self.ratios),
            "cpu_ratio": spread(self.cpu_ratios),
        }


def measure_pairs(a: Run, b: Run, pairs: int = 5, warm_up: bool = True, least: float = 0.0) -> PairResult:
    """Run both once for nothing (if `warm_up`), then `pairs` times in turn, each pair in the other order than the one before.

    Where a run returns a number, that is its wall clock time in seconds; else the whole call counts. Runs shorter than `least` seconds
    are measured as the mean of as many as take so long, after one that does not count: threads of the other side's libraries go on
    looking for work for milliseconds after it.
    """
    if warm_up:
        a(), b()
    counts = {run: ceil(least / seconds(run)[0]) if least else 1 for run in (a, b)}
    times: dict[Run, list[tuple[float, float]]] = {a: [], b: []}
    for pair in range(pairs):
        for run in (a, b) if pair % 2 == 0 else (b, a):
            times[run].append(_mean_seconds(run, counts[run]))
    return PairResult(*(tuple(t[part] for t in times[run]) for part in (0, 1) for run in (a, b)))


def _mean_seconds(run: Run, count: int) -> tuple[float, float]:
    """As `seconds`, of one of so many calls in a row."""
    if count > 1:
        run()
    found = [seconds(run) for _ in range(count)]
    return mean(wall for wall, _ in found), mean(cpu for _, cpu in found)


def seconds(run: Run) -> tuple[float, float]:
    """Wall clock and CPU seconds of one call; see `measure_pairs` for runs that time themselves."""
    wall, cpu = time.perf_counter(), time.process_time()
    own = run()
    taken = time.perf_counter() - wall
    return float(own) if isinstance(own, int | float) else taken, time.process_time() - cpu


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [line for line in information.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def peak_mb() -> int:
    """Peak resident memory of this process in MB.

    Linux counts into `ru_maxrss` what the parent held when it forked, so its own mark is read where there is one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        marks = [line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM")]
        if marks:
            return int(marks[0].split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def spread(values: Sequence[float]) -> dict[str, float]:
    """Least, median and largest."""
    return {"min": min(values), "median": median(values), "max": max(values)}

"""How long what is left of a run takes, measured from its own steps; always a span, for no two steps take equally long."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

WITHIN_A_STEP = 0.3
"""How far the time of a step may be from what its first batches say, either way: what comes after them was not seen."""
ALONE = 0.25
"""The same for steps of which a single one was seen."""
LEAST = 0.1
"""And for any number of them: later phases can be slower, and machines are shared."""
LEAST_SECONDS, LEAST_SHARES = 1.0, 3
"""What must have been seen of the first step before it says anything."""


@dataclass(frozen=True)
class Span:
    """Seconds that are expected, from `low` to `high`."""

    low: float
    high: float

    def __str__(self) -> str:
        return told(self.low, self.high)


class Pace:
    """The clock of a run of so many units; `done` of them were there when it began."""

    def __init__(self, total: int, done: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.total, self.done, self._clock = total, done, clock
        self.began = self._step_began = clock()
        self._each: list[float] = []  # seconds of a unit, one entry a step
        self._shares = 0
        self._share, self._at_share = 0.0, self.began

    def share(self, share: float) -> None:
        """So much of the step under way is done, from 0 to 1."""
        self._shares += 1
        self._share, self._at_share = share, self._clock()

    def step(self, done: int) -> None:
        """A step has ended, after which so many units are done."""
        now = self._clock()
        if done > self.done:
            self._each.append((now - self._step_began) / (done - self.done))
        self.done, self._step_began, self._share, self._shares = done, now, 0.0, 0

    @property
    def seconds(self) -> float:
        """Since it began."""
        return self._clock() - self.began

    def expected(self) -> Span | None:
        """What is left; None where too little was seen to say it."""
        left = self.total - self.done - self._share
        if not self._each:
            spent = self._at_share - self._step_began
            if spent < LEAST_SECONDS or self._shares < LEAST_SHARES or not self._share:
                return None
            return _around(spent / self._share * left, WITHIN_A_STEP)
        mean = sum(self._each) / len(self._each)
        if len(self._each) == 1:
            return _around(mean * left, ALONE)
        variance = sum((each - mean) ** 2 for each in self._each) / (len(self._each) - 1)
        # Of a sum of `left` units whose mean is itself known from `len` of them: twice its standard deviation.
        wide = 2 * sqrt(variance * left + variance * left**2 / len(self._each))
        return _around(mean * left, max(LEAST, wide / (mean * left) if mean and left else 0))


def _around(seconds: float, share: float) -> Span:
    return Span(max(0.0, seconds * (1 - share)), seconds * (1 + share))


def told(low: float, high: float) -> str:
    """Two times as people say them: `3 to 5 min`, `50 s to 2 min`; one where both are the same in words."""
    (first, unit), (last, last_unit) = _in_words(low), _in_words(high)
    if unit != last_unit:
        return f"{first} {unit} to {last} {last_unit}"
    return f"{last} {unit}" if first == last else f"{first} to {last} {unit}"


def _in_words(seconds: float) -> tuple[str, str]:
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            value = seconds / size
            return (f"{value:.0f}" if value >= 10 or unit == "min" else f"{value:.1f}"), unit
    return f"{max(1, round(seconds))}", "s"

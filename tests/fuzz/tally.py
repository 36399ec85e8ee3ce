"""What is counted of a reader, and its failures: one per kind, exception and place, with the smallest input that shows it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from fuzz.case import Case
from fuzz.outcome import Outcome
from fuzz.server import Answer


@dataclass
class Failure:
    """Inputs that failed alike: how many, and the smallest."""

    count: int
    outcome: Outcome
    case: Case


@dataclass
class Tally:
    """Of one reader; `seconds` and `memory` are the most that one input took."""

    reader: str
    kinds: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    memory: int = 0
    failures: dict[tuple[str, str, str], Failure] = field(default_factory=dict)

    def add(self, answer: Answer) -> bool:
        """Count an input; whether it is a failure that was not known, or the smallest of its like."""
        outcome = answer.outcome
        self.kinds[outcome.kind] += 1
        self.seconds, self.memory = max(self.seconds, outcome.seconds), max(self.memory, outcome.memory)
        if answer.case is None:
            return False
        known = self.failures.get(outcome.key)
        if known is None:
            self.failures[outcome.key] = Failure(1, outcome, answer.case)
            return True
        known.count += 1
        if answer.case.size >= known.case.size:
            return False
        known.outcome, known.case = outcome, answer.case
        return True

    @property
    def inputs(self) -> int:
        """Tried."""
        return self.kinds.total()

    @property
    def failed(self) -> int:
        """Inputs that the reader did not answer as promised."""
        return self.inputs - self.kinds["accepted"] - self.kinds["refused"]

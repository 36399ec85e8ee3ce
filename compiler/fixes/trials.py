"""Trials: checks of fixes applied to one subject, each done once, until the time is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from litesnn.base.errors import LiteSNNError
from litesnn.compiler.fixes.fix import Fix
from litesnn.compiler.rules import Checked, Finding, check
from litesnn.compiler.rules.finding import SEVERITIES

Key = tuple[str, str]
Progress = Callable[[str], None]


class OutOfTime(Exception):
    """The next trial would take longer than there is time for."""


@dataclass
class Trials:
    """Results by fix; None where a fix cannot be applied.

    Attributes
    ----------
    checked : without any fix
    seconds : for all trials together, from now on
    progress : called with the description of every fix before it is tried
    """

    checked: Checked
    seconds: float
    progress: Progress | None = None
    started: float = field(default_factory=time.perf_counter)
    results: dict[Fix, Checked | None] = field(default_factory=dict)

    def __call__(self, fix: Fix) -> Checked | None:
        """The check with the fix applied.

        Raises
        ------
        OutOfTime
            If it would not be done in time, judged by the longest check so far.
        """
        if fix.keeps_mapping:
            return self.checked.on(fix.apply(self.checked.subject))
        if fix not in self.results:
            longest = max([self.checked.seconds, *(found.seconds for found in self.results.values() if found)])
            if time.perf_counter() - self.started + longest > self.seconds:
                raise OutOfTime
            if self.progress:
                self.progress(fix.description)
            self.results[fix] = self._check(fix)
        return self.results[fix]

    def solves(self, fix: Fix, finding: Finding) -> bool:
        """Whether the finding is gone with the fix, and nothing as bad is new."""
        result = self(fix)
        if result is None:
            return False
        left = _as_bad(result, finding)
        return key(finding) not in left and left <= _as_bad(self.checked, finding)

    def _check(self, fix: Fix) -> Checked | None:
        try:
            return check(fix.apply(self.checked.subject), optimize=False)
        except LiteSNNError:
            return None


def key(finding: Finding) -> Key:
    """Code and place; cores are numbered anew by every mapping, so they are one place."""
    return finding.code, "core" if finding.place.startswith("core ") else finding.place


def _as_bad(checked: Checked, finding: Finding) -> set[Key]:
    """Findings at least as bad as one."""
    worst = SEVERITIES[: SEVERITIES.index(finding.severity) + 1]
    return {key(other) for other in checked.findings if other.severity in worst}

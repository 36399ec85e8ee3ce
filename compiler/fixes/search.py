"""Looking for fixes that work: every candidate is applied in memory and the whole check is run again.

A fix works if its finding is gone and nothing as bad is new. Of a fix with an amount the least that works is found by bisection.
The first that works is kept; where that is another chip, the first for the chip at hand as well. Time is bounded, and what
leaves the network as it is comes first for all findings; what was not tried is said to be so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from litesnn.compiler.fixes.candidates import Problem, candidates
from litesnn.compiler.fixes.fix import Candidate, Fix, Scaled
from litesnn.compiler.fixes.trials import Key, OutOfTime, Progress, Trials, key
from litesnn.compiler.rules import Checked, Finding

SECONDS = 20.0


@dataclass(frozen=True)
class Remedied:
    """A check with remedies in every finding that is not ok, the fixes behind them, and all that was tried."""

    checked: Checked
    by_finding: dict[Key, tuple[Fix, ...]]
    trials: Trials

    def fixes(self, finding: Finding) -> tuple[Fix, ...]:
        """The fixes that work for a finding, cheapest first."""
        return self.by_finding.get(key(finding), ())


def with_remedies(checked: Checked, seconds: float = SECONDS, progress: Progress | None = None) -> Remedied:
    """Look for fixes of every finding that is not ok.

    Parameters
    ----------
    seconds : for all findings together, errors first
    progress : called with the description of every fix before it is tried
    """
    trials = Trials(checked, seconds, progress)
    searches = [_Search(trials, finding) for finding in checked.findings if finding.severity != "ok"]
    for edits in (False, True):
        for search in searches:
            if not search.done:
                search.run(edits)
    fixes = {key(search.finding): tuple(search.found) for search in searches}
    remedied = {id(search.finding): search.result() for search in searches}
    findings = tuple(remedied.get(id(finding), finding) for finding in checked.findings)
    return Remedied(replace(checked, findings=findings), fixes, trials)


@dataclass
class _Search:
    """The fixes of one finding: found, tried in vain, and whether there was time for all."""

    trials: Trials
    finding: Finding
    found: list[Fix] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    in_time: bool = True

    @property
    def done(self) -> bool:
        """Whether there is a fix for the chip at hand."""
        return bool(self.found) and self.found[-1].same_chip

    def run(self, edits: bool) -> None:
        """Try the candidates that edit the genotype, or those that do not, until one for this chip works."""
        problem = Problem(self.trials.checked, self.finding, self.trials)
        try:
            for candidate in candidates(problem, edits):
                if self.found and not candidate.same_chip:
                    continue
                self._try(candidate)
                if self.done:
                    return
        except OutOfTime:
            self.in_time = False

    def result(self) -> Finding:
        """The finding with its remedies."""
        remedies = tuple(fix.remedy() for fix in self.found)
        return replace(self.finding, fix=self._statement(), remedies=remedies, tried=tuple(self.tried))

    def _try(self, candidate: Candidate) -> None:
        fix = candidate if isinstance(candidate, Fix) else self._least(candidate)
        if fix is not None and self.trials.solves(fix, self.finding):
            self.found.append(fix)
        elif fix is None or self.trials(fix) is not None:
            self.tried.append(candidate.description)

    def _least(self, scaled: Scaled) -> Fix | None:
        """The least amount that works, as far as time allows; None if not even the most does."""
        low, high = 0, scaled.first
        if not self.trials.solves(scaled.make(high), self.finding):
            low, high = high, scaled.most
            if not self.trials.solves(scaled.make(high), self.finding):
                return None
        try:
            while high - low > 1:
                middle = (low + high) // 2
                if self.trials.solves(scaled.make(middle), self.finding):
                    high = middle
                else:
                    low = middle
        except OutOfTime:
            self.in_time = False
        return scaled.make(high)

    def _statement(self) -> str:
        """What is known about fixing the finding, for a person."""
        if self.found:
            known = "; or, on this chip: ".join(_with_consequence(fix) for fix in self.found)
            what = "less" if self.found[-1].same_chip else "a change for this chip"
            return f"checked: {known}" + ("" if self.in_time else f"; there was no time to try {what}")
        failed = f"tried in vain: {', '.join(self.tried)}" if self.tried else "nothing was tried"
        if self.in_time and self.tried:
            return f"no single change helps ({failed})"
        return f"not checked, the time for fixes is over ({failed}); perhaps: {self.finding.fix}"


def _with_consequence(fix: Fix) -> str:
    text = fix.description + (f" ({fix.command})" if fix.command else "")
    return f"{text}, then train again" if fix.retrain else text

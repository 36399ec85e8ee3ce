"""All fixes together: one for every error, applied one after the other, and the check of the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from litesnn.base.errors import LiteSNNError
from litesnn.compiler.fixes.fix import Fix
from litesnn.compiler.fixes.search import Remedied
from litesnn.compiler.fixes.trials import OutOfTime
from litesnn.compiler.rules import Checked, Subject

SECONDS = 5.0  # besides those of the search: the plan is what its user needs most


@dataclass(frozen=True)
class Together(Fix):
    """Several fixes, in this order; what cannot be applied after the others is left out."""

    fixes: tuple[Fix, ...]
    kind: ClassVar[str] = "together"

    @property
    def description(self) -> str:
        """See `Fix.description`."""
        return "; ".join(fix.description for fix in self.fixes)

    @property
    def keeps_mapping(self) -> bool:
        """See `Fix.keeps_mapping`."""
        return all(fix.keeps_mapping for fix in self.fixes)

    def apply(self, subject: Subject) -> Subject:
        """See `Fix.apply`."""
        for fix in self.fixes:
            try:
                subject = fix.apply(subject)
            except LiteSNNError:
                continue
        return subject


@dataclass(frozen=True)
class Plan:
    """Fixes in the order they are applied, and the check with all of them; it passes if no error is left."""

    fixes: tuple[Fix, ...]
    result: Checked

    @property
    def passes(self) -> bool:
        """Whether the network then fits."""
        return not self.result.errors


def make_plan(remedied: Remedied) -> Plan | None:
    """Fixes for the chip at hand that pass together; else another chip that holds the network as it is; else what is known.

    None if no error has a fix, or if there was no time to check them together.
    """
    every = [fix for error in remedied.checked.errors for fix in remedied.fixes(error)]
    here = _together(remedied, [fix for fix in dict.fromkeys(every) if fix.same_chip])
    if here is None or not here.passes:
        for fix in every:
            result = remedied.trials.results.get(fix)
            if not fix.same_chip and result is not None and not result.errors:
                return Plan((fix,), result)
    return here


def _together(remedied: Remedied, fixes: list[Fix]) -> Plan | None:
    """Settings first, then edits."""
    if not fixes:
        return None
    ordered = tuple(sorted(fixes, key=lambda fix: fix.retrain))
    remedied.trials.seconds += SECONDS
    try:
        result = remedied.trials(ordered[0] if len(ordered) == 1 else Together(ordered))
    except OutOfTime:
        return None
    return None if result is None else Plan(ordered, result)

"""What a rule yields: one finding, with code, place, value, limit, headroom and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from litesnn.base.cards.shown import Brief

Severity = Literal["error", "warning", "ok"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "ok")


@dataclass(frozen=True, repr=False)
class Remedy(Brief):
    """A change after which the check was run again and the finding was gone, with no new one as bad.

    Attributes
    ----------
    description : for a person: "prune 12 % of the fan-in of 'readout'"
    command : options that make the change on the command line, empty where the genotype changes
    change : the same as data: `kind` and what it takes
    retrain : the trained network changes, so its accuracy has to be trained back
    """

    description: str
    command: str
    change: dict[str, Any]
    retrain: bool


@dataclass(frozen=True, repr=False)
class Finding(Brief):
    """One result of a rule.

    Attributes
    ----------
    code : of the rule, `LSN-...`
    severity : `ok` states the headroom of a rule that holds
    place : in the genotype, `core N`, or `network`
    value, limit : both in `unit`
    message : what was found, for a person
    fix : what to do, empty where nothing is wrong; a guess until `remedies` were looked for
    floor : the limit is the least allowed value, not the largest
    remedies : changes that were checked to work, cheapest first
    tried : changes that were checked and do not help
    """

    code: str
    severity: Severity
    place: str
    value: float
    limit: float
    unit: str
    message: str
    fix: str = ""
    floor: bool = False
    remedies: tuple[Remedy, ...] = ()
    tried: tuple[str, ...] = ()

    @property
    def headroom(self) -> float:
        """How far the value is from its limit, on the allowed side: `limit - value` (of a floor `value - limit`); < 0 is beyond."""
        return self.value - self.limit if self.floor else self.limit - self.value

    def document(self) -> dict[str, Any]:
        """As `report["findings"]` has it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "place": self.place,
            "value": self.value,
            "limit": self.limit,
            "headroom": self.headroom,
            "unit": self.unit,
            "message": self.message,
            "fix": self.fix,
            "remedies": [vars(remedy) for remedy in self.remedies],
            "tried": list(self.tried),
        }


def worst_first(findings: list[Finding]) -> list[Finding]:
    """Errors, then warnings, then what holds; otherwise in the order of the rules."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))

"""Findings of the rule check: what is broken, what is close, the headroom of what holds, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import ConfigDict, Field

from litesnn.compiler.report.document import Document, Flag, Number, Text
from litesnn.compiler.report.panels.panel import Panel, plain_table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from litesnn.compiler.report.made import Made
    from litesnn.compiler.report.report import Report
    from litesnn.compiler.rules import Finding

SEVERITY = {"error": ("✗", "bold red"), "warning": ("!", "yellow"), "ok": ("✓", "green")}


class ChangeEntry(Document):
    """A change as data: its kind, and what that takes."""

    model_config = ConfigDict(extra="allow")

    kind: Text


class RemedyEntry(Document):
    """A change that was checked to work."""

    description: Text
    command: Annotated[Text, Field(description="options of the command line; empty where the genotype changes")]
    change: ChangeEntry
    retrain: Annotated[Flag, Field(description="the trained network changes, its accuracy has to be trained back")]


class FindingEntry(Document):
    """One result of a rule."""

    code: Annotated[Text, Field(pattern="^LSN-[A-Z0-9-]+$")]
    severity: Literal["error", "warning", "ok"]
    place: Text
    value: Number
    limit: Number
    headroom: Annotated[
        Number,
        Field(
            description="how far the value is from its limit on the allowed side, in the unit; below 0 the rule is broken"
        ),
    ]
    unit: Text
    message: Text
    fix: Annotated[Text, Field(description="what to do; says whether it was checked")]
    remedies: Annotated[tuple[RemedyEntry, ...], Field(description="checked to work, cheapest first")]
    tried: Annotated[tuple[Text, ...], Field(description="checked, and of no help")]

    @classmethod
    def of(cls, finding: Finding) -> FindingEntry:
        """A finding as a document."""
        return cls.model_validate(finding.document())


def findings_section(made: Made) -> tuple[FindingEntry, ...]:
    """All findings, the worst first."""
    return tuple(FindingEntry.of(finding) for finding in made.findings)


@dataclass(frozen=True)
class FindingsPanel(Panel):
    """Findings in their order."""

    anchor = "findings"
    link = "Rules"

    findings: tuple[FindingEntry, ...]

    @classmethod
    def of(cls, report: Report) -> FindingsPanel:
        """All findings of a report."""
        return cls(report.findings)

    @classmethod
    def of_findings(cls, findings: Iterable[Finding]) -> FindingsPanel:
        """The panel of findings that stand in no report."""
        return cls(tuple(map(FindingEntry.of, findings)))

    def terminal(self) -> Iterable[RenderableType]:
        """One table, with limits and fixes."""
        from litesnn.base.terminal import assembled, styled

        table = plain_table("rules", "", "rule", "place", ("headroom", "right"), "finding")
        for finding in self.findings:
            mark, style = SEVERITY[finding.severity]
            text = assembled(finding.message, (f"\n→ {finding.fix}" if finding.fix else "", "dim"))
            headroom = styled(f"{finding.headroom:,}", style="" if finding.headroom >= 0 else style)
            table.add_row(styled(mark, style=style), finding.code, finding.place, headroom, text)
        yield table

    @property
    def open(self) -> list[FindingEntry]:
        """What is broken or close."""
        return [finding for finding in self.findings if finding.severity != "ok"]

    @property
    def held(self) -> list[FindingEntry]:
        """What holds."""
        return [finding for finding in self.findings if finding.severity == "ok"]

    template = """\
{% from "macros.html.j2" import badge %}
{% macro listed(findings) %}
<ul class="findings">
{% for finding in findings %}
<li class="{{ finding.severity }}">
<p>{{ badge(finding.severity, {"error": "bad", "warning": "warn", "ok": "good"}[finding.severity]) }} <span class="message">{{ finding.message }}</span></p>
{% if finding.fix %}<p class="fix"><span>Fix</span> {{ finding.fix }}</p>{% endif %}
<p class="place"><code>{{ finding.code }}</code> at {{ finding.place }} · {{ finding.value | count }} against {{ finding.limit | count }} {{ finding.unit }}, headroom {{ finding.headroom | count }}</p>
</li>
{% endfor %}
</ul>
{% endmacro %}
<section id="findings" aria-labelledby="findings-title">
<h2 id="findings-title">Rules</h2>
{% if not panel.findings %}
<p class="lede">No rule applies to this network.</p>
{% elif not panel.open %}
<p class="lede">Every rule holds.</p>
{% endif %}
{% if panel.open %}{{ listed(panel.open) }}{% endif %}
{% if panel.held %}
<details><summary>{{ panel.held | length }} rule{{ " holds" if panel.held | length == 1 else "s hold" }}, with headroom</summary>
{{ listed(panel.held) }}
</details>
{% endif %}
</section>
"""

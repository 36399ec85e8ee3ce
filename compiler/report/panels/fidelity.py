"""Fidelity labels: how far each lowering step can move the result from the model's float evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from litesnn.compiler.graph.findings import Status
from litesnn.compiler.report.document import Document, Number, Text
from litesnn.compiler.report.numbers import percent
from litesnn.compiler.report.panels.panel import Panel, plain_table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from litesnn.compiler.report.made import Made
    from litesnn.compiler.report.report import Report

WORST_FIRST: tuple[Status, ...] = ("unsupported", "approximate", "assumed", "bounded", "exact")
STYLES = {"exact": "green", "bounded": "cyan", "assumed": "yellow", "approximate": "yellow", "unsupported": "red"}
CARRIED = ("weights, signs, delays, resets", "everywhere", "integers carried as they are")


class FidelityEntry(Document):
    """One lowering step at one place."""

    step: Text
    place: Text
    status: Status
    detail: Text
    bound: Number | None


def fidelity_section(made: Made) -> tuple[FidelityEntry, ...]:
    """The labels that the passes left."""
    return tuple(FidelityEntry.model_validate(label) for label in made.graph.labels)


@dataclass(frozen=True)
class Group:
    """One step with one status: the worst place, and how many places it has."""

    worst: FidelityEntry
    places: int


@dataclass(frozen=True)
class FidelityPanel(Panel):
    """One row per step and status, in the order of the steps; against the float model (against `fixed` all are exact)."""

    anchor = "fidelity"
    link = "Fidelity"

    groups: tuple[Group, ...]

    @classmethod
    def of(cls, report: Report) -> FidelityPanel:
        """Labels that say the same together, with the worst of them."""
        same: dict[tuple[str, str], list[FidelityEntry]] = {}
        for label in report.fidelity:
            same.setdefault((label.step, label.status), []).append(label)
        return cls(
            tuple(Group(max(labels, key=lambda label: label.bound or 0.0), len(labels)) for labels in same.values())
        )

    @property
    def worst_first(self) -> list[Group]:
        """By status."""
        return sorted(self.groups, key=lambda group: WORST_FIRST.index(group.worst.status))

    @property
    def carried(self) -> tuple[str, str, str]:
        """What is exact in every network: step, place, and what it means."""
        return CARRIED

    @staticmethod
    def bound(label: FidelityEntry) -> str:
        """`≤ 0.12 %`; empty where there is none."""
        return "" if label.bound is None else f"≤ {percent(label.bound, 2)}"

    def terminal(self) -> Iterable[RenderableType]:
        """One table."""
        from litesnn.base.terminal import styled

        table = plain_table("fidelity against the float model", "step", "label", "worst place", "what it means")
        step, place, detail = CARRIED
        table.add_row(step, styled("exact", style=STYLES["exact"]), place, detail)
        for group in self.groups:
            label = group.worst
            mark = label.status if label.bound is None else f"{label.status} ≤ {label.bound:.2%}"
            table.add_row(label.step, styled(mark, style=STYLES[label.status]), label.place, label.detail)
        yield table

    template = """\
{% from "macros.html.j2" import scroll, badge %}
{% set kinds = {"exact": "good", "bounded": "calm", "assumed": "warn", "approximate": "warn"} %}
<section id="fidelity" aria-labelledby="fidelity-title">
<h2 id="fidelity-title">Fidelity</h2>
<p class="lede">How far each lowering step can move the result from the model's float evaluation. Against its fixed-point evaluation every step is exact.</p>
{% call scroll("Fidelity labels") %}
<table>
<thead><tr><th scope="col">step</th><th scope="col">label</th><th scope="col" class="n">bound</th><th scope="col">worst place</th><th scope="col">what it means</th></tr></thead>
<tbody><tr><th scope="row"><span>{{ panel.carried[0] }}</span></th><td>{{ badge("exact", "good") }}</td><td class="n"></td><td>{{ panel.carried[1] }}</td><td class="text">{{ panel.carried[2] }}</td></tr>{% for group in panel.worst_first %}{% set label = group.worst %}<tr><th scope="row"><span>{{ label.step }}</span></th><td>{{ badge(label.status, kinds.get(label.status, "bad")) }}</td><td class="n">{{ panel.bound(label) }}</td><td>{{ label.place }}{% if group.places > 1 %} <small>of {{ group.places }}</small>{% endif %}</td><td class="text">{{ label.detail }}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
</section>
"""

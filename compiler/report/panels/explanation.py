"""Where accuracy went: the waterfall from the floating-point network to the chip, and what was tried to win it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from litesnn.compiler.report.panels.panel import Panel
from litesnn.compiler.report.sections.explanation import ExplanationSection, TriedEntry

if TYPE_CHECKING:
    from rich.console import RenderableType

    from litesnn.compiler.report.report import Report


@dataclass(frozen=True)
class Step:
    """A row of the waterfall, in fractions: the score after it, what it took here, what it takes alone."""

    name: str
    note: str
    score: float
    lost: float | None
    alone: float | None
    worst: tuple[str, float] | None

    @property
    def interaction(self) -> float | None:
        """What it takes here beyond what it takes alone."""
        return None if self.lost is None or self.alone is None else self.lost - self.alone


def points(value: float | None) -> str:
    """A loss, in points: `-1.2` is lost, `+0.3` won, empty where there is none."""
    if value is None:
        return ""
    shown = f"{-100 * value:+.1f}"
    return "0.0" if shown in ("+0.0", "-0.0") else shown


@dataclass(frozen=True)
class ExplanationPanel(Panel):
    """The waterfall, the edges by loss, and what was tried."""

    anchor = "explanation"
    link = "Accuracy"
    in_terminal = "asked"

    section: ExplanationSection

    @classmethod
    def of(cls, report: Report) -> ExplanationPanel | None:
        """None where the program was not explained."""
        return None if report.explanation is None else cls(report.explanation)

    @property
    def what(self) -> str:
        """What the waterfall is of."""
        return "accuracy" if self.section.labels else "agreement with the float network's class"

    @property
    def steps(self) -> list[Step]:
        """The rows, from the float network to the chip."""
        section, score = self.section, self.section.score
        before = score(section.reference)
        composed = score(section.composed)
        rows = [
            Step(
                name=f"floating-point network ({section.computed_by})",
                note="",
                score=before,
                lost=None,
                alone=None,
                worst=None,
            ),
            Step(
                name="order of sums, time of the chip",
                note="",
                score=composed,
                lost=before - composed,
                alone=None,
                worst=section.composed.worst,
            ),
        ]
        for change in section.changes:
            after, last = score(change.sequence), rows[-1].score
            alone = None if change.alone is None else composed - score(change.alone)
            rows.append(
                Step(
                    name=change.name,
                    note=change.nothing or "",
                    score=after,
                    lost=last - after,
                    alone=alone,
                    worst=change.sequence.worst,
                )
            )
        return rows

    @property
    def lost(self) -> float:
        """From the float network to the chip."""
        return self.section.score(self.section.reference) - self.section.score(self.section.chip)

    @property
    def verdict(self) -> str:
        """One sentence: how much was lost, and what took most."""
        section = self.section
        steps = [step for step in self.steps[1:] if step.lost is not None]
        worst = max(steps, key=lambda step: step.lost or 0.0)
        said = (
            f"{self.what}: {100 * section.score(section.reference):.1f} % in floating point, "
            f"{100 * section.score(section.chip):.1f} % on the chip ({section.samples:,} samples)"
        )
        if self.lost <= 0:
            return f"{said}; nothing was lost"
        return f"{said}; most went with: {worst.name} ({points(worst.lost)} points)"

    @property
    def best(self) -> TriedEntry | None:
        """What won most back."""
        return None if self.section.best is None else self.section.tried[self.section.best]

    def advice(self) -> str:
        """What the trial says, in one sentence."""
        best = self.best
        if best is not None and best.measured is not None:
            won = self.section.score(best.measured) - self.section.score(self.section.chip)
            memory = "" if best.words_more is None else f", {best.words_more:+,} words of synaptic memory"
            option = f" ({best.option})" if best.option else ""
            return f"wins most back, tried: {best.change}{option}: {points(-won)} points{memory}"
        if self.lost <= 0:
            return "nothing was tried, for nothing was lost"
        return (
            "of what was tried nothing wins anything back; train the network further with the chip's integers"
            if self.section.tried
            else "nothing was tried"
        )

    @property
    def lede(self) -> str:
        """Both sentences, for the page."""
        return " ".join(f"{said[:1].upper()}{said[1:]}." for said in (self.verdict, self.advice()))

    @staticmethod
    def points(value: float | None) -> str:
        """See `points`."""
        return points(value)

    @staticmethod
    def where(worst: tuple[str, float] | None) -> str:
        """`NAME 1.2 %`."""
        return "" if worst is None else f"{worst[0]} {100 * worst[1]:.2g} %"

    def terminal(self) -> Iterable[RenderableType]:
        """The waterfall, edges, trials, and the two sentences."""
        from litesnn.compiler.report.panels.explanation_terminal import lines

        return lines(self)

    def won(self, entry: TriedEntry) -> str:
        """Points that a trial won, or why it could not be had."""
        if entry.measured is None:
            return entry.problem or ""
        return points(self.section.score(self.section.chip) - self.section.score(entry.measured))

    @staticmethod
    def memory(entry: TriedEntry) -> str:
        """Words, and how many more."""
        return "" if entry.words is None or entry.words_more is None else f"{entry.words:,} ({entry.words_more:+,})"

    template = """\
{% from "macros.html.j2" import scroll, badge, meter %}
<section id="explanation" aria-labelledby="explanation-title">
<h2 id="explanation-title">Where accuracy went</h2>
<p class="lede">{{ panel.lede }}</p>
{% if not panel.section.labels %}<p>No labels were given: shown is how often the float network's class is named.</p>{% endif %}
{% call scroll("Waterfall") %}
<table>
<thead><tr><th scope="col">change</th><th scope="col">{{ panel.what }} after it</th><th scope="col" class="n">Δ here</th><th scope="col" class="n">Δ alone</th><th scope="col" class="n">interaction</th><th scope="col">most other spikes</th></tr></thead>
<tbody>{% for step in panel.steps %}<tr><th scope="row"><span>{{ step.name }}</span></th><td>{{ meter(step.score) }} {{ step.score | percent(1) }}</td><td class="n">{% if step.lost and step.lost > 0 %}{{ badge(panel.points(step.lost), "warn") }}{% else %}{{ panel.points(step.lost) }}{% endif %}</td><td class="n">{{ panel.points(step.alone) }}</td><td class="n">{{ panel.points(step.interaction) }}</td><td>{{ step.note or panel.where(step.worst) }}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
<p>Points of {{ panel.what }}; {{ panel.section.of }}. <em>Δ here</em>: with all changes above it; <em>Δ alone</em>: with no other change; <em>interaction</em>: their difference.{% if panel.section.clipped_inputs %} {{ panel.section.clipped_inputs | percent(1) }} of the input values are clipped.{% endif %}</p>
<details><summary>Spikes that differ from the float network's, by population</summary>
{% call scroll("Differing spikes") %}
<table>
<thead><tr><th scope="col">population</th>{% for change in panel.section.changes %}<th scope="col" class="n">{{ change.name }}</th>{% endfor %}</tr></thead>
<tbody>{% for name in panel.section.composed.differing %}<tr><th scope="row"><span>{{ name }}</span></th>{% for change in panel.section.changes %}<td class="n">{{ change.sequence.differing.get(name, 0) | percent(2) }}</td>{% endfor %}</tr>{% endfor %}</tbody>
</table>
{% endcall %}
</details>
{% if panel.section.edges %}
{% call scroll("Weights of one layer") %}
<table>
<thead><tr><th scope="col">weights as integers, alone</th><th scope="col" class="n">bits</th><th scope="col" class="n">Δ</th><th scope="col">most other spikes</th></tr></thead>
<tbody>{% for edge in panel.section.edges %}<tr><th scope="row"><span>{{ edge.edge }}</span></th><td class="n">{{ edge.bits }}</td><td class="n">{{ panel.points(panel.section.score(panel.section.composed) - panel.section.score(edge.alone)) }}</td><td>{{ panel.where(edge.alone.worst) }}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
{% endif %}
{% if panel.section.tried %}
{% call scroll("Tried") %}
<table>
<thead><tr><th scope="col">tried</th><th scope="col">option</th><th scope="col" class="n">won back</th><th scope="col" class="n">words of synaptic memory</th></tr></thead>
<tbody>{% for entry in panel.section.tried %}<tr><th scope="row"><span>{{ entry.change }}</span>{% if loop.index0 == panel.section.best %} {{ badge("best", "good") }}{% endif %}</th><td>{{ entry.option }}</td><td class="n">{{ panel.won(entry) }}</td><td class="n">{{ panel.memory(entry) }}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
{% endif %}
</section>
"""

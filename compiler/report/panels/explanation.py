"""Where accuracy went: the waterfall from the floating-point network to the chip, and what was tried to win it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from litesnn.compiler.report.document import Count, Document, Flag, Fraction, Positive, Text, Whole
from litesnn.compiler.report.panels.panel import Panel, plain_table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from litesnn.compiler.report.report import Report


class MeasuredEntry(Document):
    """A run: accuracy where there are labels, how often it names the float network's class, spikes that are not the float network's."""

    accuracy: Fraction | None
    agreement: Fraction
    differing: Annotated[
        dict[Text, Fraction], Field(description="by population: of neurons and steps, the share whose spike is another")
    ]

    @property
    def worst(self) -> tuple[str, float] | None:
        """The population with most other spikes; None where all are the same."""
        name = max(self.differing, key=lambda name: self.differing[name], default=None)
        return None if name is None or not self.differing[name] else (name, self.differing[name])


class ChangeEntry(Document):
    """One change: by itself, and with all before it; `alone` is None where there is nothing of it, which `nothing` says."""

    key: Text
    name: Text
    nothing: Text | None
    alone: MeasuredEntry | None
    sequence: MeasuredEntry


class EdgeEntry(Document):
    """Integer weights of one edge alone."""

    edge: Text
    bits: Positive
    alone: MeasuredEntry


class TriedEntry(Document):
    """A change of the deployment that was compiled and run; `words` of synaptic memory, and how many more than now."""

    change: Text
    option: Text
    measured: MeasuredEntry | None
    words: Count | None
    words_more: Whole | None
    problem: Text | None


class ExplanationSection(Document):
    """The waterfall.

    `reference` is the floating-point network's own run; `composed` the same network with the chip's order of sums and steps.
    """

    samples: Positive
    of: Text
    labels: Flag
    computed_by: Text
    reference: MeasuredEntry
    composed: MeasuredEntry
    changes: tuple[ChangeEntry, ...]
    clipped_inputs: Annotated[Fraction | None, Field(description="share of input values outside the chip's range")]
    edges: tuple[EdgeEntry, ...]
    words: Count | None
    tried: tuple[TriedEntry, ...]
    best: Annotated[Count | None, Field(description="index into `tried`: wins most back, for the least memory")]

    def score(self, run: MeasuredEntry) -> float:
        """What the waterfall shows of a run."""
        return run.agreement if run.accuracy is None else run.accuracy

    @property
    def chip(self) -> MeasuredEntry:
        """The last row: the program itself."""
        return self.changes[-1].sequence


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
            Step(f"floating-point network ({section.computed_by})", "", before, None, None, None),
            Step("order of sums, time of the chip", "", composed, before - composed, None, section.composed.worst),
        ]
        for change in section.changes:
            after, last = score(change.sequence), rows[-1].score
            alone = None if change.alone is None else composed - score(change.alone)
            rows.append(Step(change.name, change.nothing or "", after, last - after, alone, change.sequence.worst))
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
        from litesnn.base.terminal import styled

        section = self.section
        if not section.labels:
            yield styled(
                "no labels: shown is how often the float network's class is named, not accuracy", style="yellow"
            )
        right = ("after it", "Δ here", "Δ alone", "interaction")
        table = plain_table(
            f"where {self.what} went, in points; {section.of}",
            "change",
            *((name, "right") for name in right),
            "most other spikes",
        )  # type: ignore[arg-type]
        for step in self.steps:
            style = "red" if (step.lost or 0) > 0 else ""
            table.add_row(
                step.name,
                f"{100 * step.score:.1f}",
                styled(points(step.lost), style=style),
                points(step.alone),
                points(step.interaction),
                step.note or self.where(step.worst),
            )
        yield table
        if section.clipped_inputs:
            yield f"{100 * section.clipped_inputs:.1f} % of the input values lie outside the chip's range and are clipped"
        if section.edges:
            edges = plain_table(
                "integer weights of one layer alone",
                "weights",
                ("bits", "right"),
                ("lost", "right"),
                "most other spikes",
            )
            for edge in section.edges:
                lost = section.score(section.composed) - section.score(edge.alone)
                edges.add_row(edge.edge, str(edge.bits), points(lost), self.where(edge.alone.worst))
            yield edges
        if section.tried:
            tried = plain_table("tried", "change", "option", ("won back", "right"), ("words", "right"))
            for number, entry in enumerate(section.tried):
                mark = "green" if number == section.best else ""
                tried.add_row(styled(entry.change, style=mark), entry.option, self.won(entry), self.memory(entry))
            yield tried
        yield styled(self.verdict, style="bold")
        yield self.advice()

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
<p class="lede">{{ panel.verdict }}. {{ panel.advice() }}.</p>
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

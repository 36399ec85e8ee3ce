"""The page of one sample: its verdict, and the panels in the order they are read."""

from __future__ import annotations

from dataclasses import dataclass

from litesnn.compiler.report.html import Page, render_page
from litesnn.compiler.report.numbers import count
from litesnn.compiler.report.panels.panel import Section
from litesnn.compiler.report.panels.verdict import State, Tile
from litesnn.compiler.report.panels.verification import VerificationPanel
from litesnn.compiler.report.sections.sample_trace import SampleTrace
from litesnn.compiler.report.sections.verification import engine_name
from litesnn.display.trace_page.against import AgainstPanel, said
from litesnn.display.trace_page.neuron import NeuronsPanel
from litesnn.display.trace_page.raster import RasterPanel
from litesnn.display.trace_page.values import InputPanel, OutputPanel


def render_trace(trace: SampleTrace) -> str:
    """The page."""
    order = [entry.population for entry in trace.populations]
    page = Page(
        title=f"{trace.name}, sample {trace.sample} · LiteSNN",
        header=HeadPanel(trace),
        sections=[
            RasterPanel.of(trace),
            NeuronsPanel.of(trace),
            OutputPanel.of(trace),
            InputPanel.of(trace),
            VerificationPanel.of_verification(trace.verification, order),
            *AgainstPanel.of(trace),
        ],
        footer=FootPanel(trace),
        absent=(),
        data=trace.plain(),
        script="trace.js",
    )
    return render_page(page)


@dataclass(frozen=True)
class HeadPanel(Section):
    """Whether engines agree on the sample, what was said, and how much was sent."""

    anchor = "verdict"
    link = "Verdict"

    trace: SampleTrace

    @property
    def state(self) -> State:
        """Of the comparison."""
        if self.trace.differs:
            return "bad"
        return "good" if self.trace.verification.verified or self.trace.against is not None else "open"

    @property
    def headline(self) -> str:
        """The answer."""
        return {"open": "One engine ran: nothing was compared", "good": "Every spike agrees", "bad": "Engines part"}[
            self.state
        ]

    @property
    def detail(self) -> str:
        """What it rests on, or where the engines part."""
        verification = self.trace.verification
        for comparison in verification.binding:
            first = comparison.first_divergence
            if first is not None:
                where = f"step {first.step}, {first.population}, neuron ({', '.join(map(str, first.neuron))})"
                values = f"{engine_name(comparison.expected)} sent {first.expected_spike}, {engine_name(comparison.found)} {first.found_spike}"
                return f"First at {where}: {values}."
            if comparison.differs:
                return f"All spikes agree, the answer of {engine_name(comparison.found)} does not."
        if self.trace.against is not None and self.trace.against.differs:
            return f"{said(self.trace.against)}."
        engines = " and ".join(map(engine_name, verification.samples))
        return f"{engines}, {verification.note}."

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """Class, label, steps, spikes, populations that are silent."""
        trace = self.trace
        engines = list(trace.verification.samples)
        output, rows = trace.answer, [entry for entry in trace.populations if entry.kind != "source"]
        label, silent = output.label, sum(not entry.sent for entry in rows)
        right: State = "open" if label is None else "good" if label == output.predicted else "bad"
        known = "no label at hand" if label is None else f"label {label}"
        spikes = sum(entry.sent for entry in rows)
        neurons = sum(entry.neurons for entry in rows)
        return (
            Tile("class", str(output.predicted), f"of {output.outputs}; {known}", right),
            Tile("steps", count(trace.timesteps), "of this sample"),
            Tile("sent", count(spikes), f"values other than 0, by {count(neurons)} neurons"),
            Tile("populations", count(len(rows)), f"{silent} silent" if silent else "none is silent"),
            Tile("engines", count(len(engines)), ", ".join(map(engine_name, engines))),
        )

    template = """\
<p class="kind">LiteSNN trace</p>
<h1>{{ panel.trace.name }} <span class="to" aria-label="on">→</span> {{ panel.trace.profile }} <span class="to">· sample {{ panel.trace.sample }}</span></h1>
<p class="answer"><span class="mark" aria-hidden="true">{{ {"good": "✓", "bad": "✗", "open": "○"}[panel.state] }}</span> <strong>{{ panel.headline }}</strong> <span class="detail">{{ panel.detail }}</span></p>
<dl class="tiles">
{% for tile in panel.tiles %}
<div class="tile {{ tile.state }}"><dt>{{ tile.label }}</dt><dd><b>{{ tile.value }}</b><span>{{ tile.note }}</span></dd></div>
{% endfor %}
</dl>
"""


@dataclass(frozen=True)
class FootPanel(Section):
    """The foot of the page."""

    anchor = "provenance"
    link = "Provenance"

    trace: SampleTrace

    template = """\
<footer id="provenance">
<h2>Provenance</h2>
{% if panel.trace.provenance %}
<p>The program: <code>{{ panel.trace.provenance.command }}</code></p>
<p class="versions">{% for name, version in panel.trace.provenance.versions.items() | sort(attribute="0") %}<span>{{ name }} {{ version }}</span> {% endfor %}</p>
{% endif %}
<p>Drawn from the numbers that this file carries, which <code>--json</code> prints.</p>
</footer>
"""

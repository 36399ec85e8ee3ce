"""Traced neurons: membrane against threshold, current, what was sent; as curves and as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litesnn.compiler.report.panels.panel import Section
from litesnn.compiler.report.sections.sample_trace import NeuronEntry, SampleTrace
from litesnn.display.curves import Chart, line_chart

MOST_LINES, FOLDED = 256, 16
OTHERS = {
    "pytorch": "PyTorch, before the reset",
    "lava": "Lava, after the reset",
    "trace": "the trace, after the reset",
}
THRESHOLD = "threshold"


@dataclass(frozen=True, kw_only=True)
class Traced:
    """One neuron: its charts, and its numbers as (head, values of the steps)."""

    title: str
    said: str
    charts: tuple[Chart, ...]
    heads: tuple[str, ...]
    lines: tuple[tuple[int, bool, tuple[str, ...]], ...]
    cut: int

    @property
    def folded(self) -> bool:
        """Whether the numbers take more than a glance."""
        return len(self.lines) > FOLDED


@dataclass(frozen=True)
class NeuronsPanel(Section):
    """Those that were asked for; or where engines part; or the liveliest one."""

    anchor = "neurons"
    link = "Neurons"

    neurons: tuple[Traced, ...]

    @classmethod
    def of(cls, trace: SampleTrace) -> NeuronsPanel:
        """All of a trace."""
        return cls(tuple(map(_traced, trace.neurons)))

    template = """\
{% from "macros.html.j2" import scroll %}
{% from "chart.html.j2" import chart %}
<section id="neurons" aria-labelledby="neurons-title">
<h2 id="neurons-title">Membrane against threshold</h2>
<p class="lede">In the chip's integers. A neuron sends where its membrane, before the reset, is above the threshold; <code>--neuron population:channel,row,column</code> traces others.</p>
{% for neuron in panel.neurons %}
<h3>{{ neuron.title }}</h3>
<p class="note">{{ neuron.said }}</p>
<div class="charts traced">{% for drawing in neuron.charts %}{{ chart(drawing) }}{% endfor %}</div>
<details{% if not neuron.folded %} open{% endif %}><summary>the numbers, step by step</summary>
{% call scroll(neuron.title ~ ", step by step") %}
<table>
<thead><tr><th scope="col" class="n">step</th>{% for head in neuron.heads %}<th scope="col" class="n">{{ head }}</th>{% endfor %}</tr></thead>
<tbody>{% for step, sent, values in neuron.lines %}<tr{% if sent %} class="own"{% endif %}><th scope="row" class="n">{{ step }}</th>{% for value in values %}<td class="n">{{ value }}</td>{% endfor %}</tr>{% endfor %}</tbody>
</table>
{% endcall %}
{% if neuron.cut %}<p class="note">{{ neuron.cut | count }} more steps are in the numbers that the page carries.</p>{% endif %}
</details>
{% endfor %}
</section>
"""


def _traced(entry: NeuronEntry) -> Traced:
    place = ", ".join(map(str, entry.neuron))
    steps = len(entry.membrane)
    spikes = [step for step, sent in enumerate(entry.sent) if sent]
    membranes: dict[str, Sequence[float]] = {"before the reset": entry.potential, "after the reset": entry.membrane}
    if entry.potential == entry.membrane:
        membranes = {"membrane": entry.membrane}
    membranes |= {OTHERS.get(name, name): values for name, values in entry.others.items()}
    if entry.threshold is not None:
        membranes |= {THRESHOLD: [entry.threshold] * steps}
    dashed = [THRESHOLD, *OTHERS.values()]
    charts = [line_chart("membrane v, over steps", membranes, first=0, dashed=dashed, marks=spikes)]
    if any(entry.current):
        charts.append(line_chart("current u, over steps", {"current": entry.current}, first=0, marks=spikes))
    columns: dict[str, Sequence[float]] = {"current u": entry.current, "v before the reset": entry.potential}
    columns |= {"sent": entry.sent} if entry.sent else {}
    columns |= {"v after the reset": entry.membrane}
    columns |= {OTHERS.get(name, name): values for name, values in entry.others.items()}
    above = "it has no threshold" if entry.threshold is None else f"threshold {entry.threshold:,}"
    sent = "it sends nothing" if not entry.sent else f"it sends in {len(spikes)} of {steps} steps"
    return Traced(
        title=f"{entry.population}, neuron ({place})",
        said=f"(channel, row, column) in the genotype's numbering; {above}; {sent}{', marked at the top' if spikes else ''}.",
        charts=tuple(charts),
        heads=tuple(columns),
        lines=tuple(
            (step, step in set(spikes), tuple(_number(values[step]) for values in columns.values()))
            for step in range(min(steps, MOST_LINES))
        ),
        cut=max(0, steps - MOST_LINES),
    )


def _number(value: float) -> str:
    return f"{value:,}".replace("-", "−") if isinstance(value, int) else f"{value:,.6g}".replace("-", "−")

"""What entered and what was read: pictures of the input, and the answer as it forms."""

from __future__ import annotations

from dataclasses import dataclass

from litesnn.compiler.report.numbers import count, shape
from litesnn.compiler.report.panels.panel import Section
from litesnn.compiler.report.sections.sample_trace import InputEntry, OutputEntry, SampleTrace
from litesnn.display.curves import Chart, line_chart


@dataclass(frozen=True)
class OutputPanel(Section):
    """The outputs that end highest, step by step."""

    anchor = "output"
    link = "Answer"

    output: OutputEntry
    chart: Chart
    span: int

    @classmethod
    def of(cls, trace: SampleTrace) -> OutputPanel:
        """Of a trace."""
        output, span = trace.answer, trace.steps_per_column
        across = "over steps" if span == 1 else f"over columns of {span} steps"
        curves = {f"class {curve.output}": curve.values for curve in output.curves}
        return cls(output, line_chart(f"{output.population}: {output.what}, {across}", curves, first=0), span)

    @property
    def last(self) -> list[tuple[int, str, str]]:
        """(output, value, distance from the best) at the end."""
        best = self.output.curves[0].values[-1]
        return [(curve.output, count(curve.values[-1]), count(curve.values[-1] - best)) for curve in self.output.curves]

    template = """\
{% from "chart.html.j2" import chart %}
<section id="output" aria-labelledby="output-title">
<h2 id="output-title">The answer, as it forms</h2>
<p class="lede">The class is the output that ends highest: {{ panel.output.predicted }}{% if panel.output.label is not none %}, and the label {{ panel.output.label }}{% endif %}.{% if panel.output.outputs > panel.last | length %} Shown are {{ panel.last | length }} of {{ panel.output.outputs | count }}.{% endif %}</p>
<div class="pair">
<div class="charts one">{{ chart(panel.chart) }}</div>
<table><thead><tr><th scope="col" class="n">class</th><th scope="col" class="n">at the end</th><th scope="col" class="n">behind</th></tr></thead>
<tbody>{% for output, value, behind in panel.last %}<tr{% if loop.first %} class="own"{% endif %}><th scope="row" class="n">{{ output }}</th><td class="n">{{ value }}</td><td class="n">{{ "" if loop.first else behind }}</td></tr>{% endfor %}</tbody></table>
</div>
</section>
"""


@dataclass(frozen=True)
class InputPanel(Section):
    """Pictures of the first channels; `drawn` are (columns, rows, paths by shade)."""

    anchor = "input"
    link = "Input"

    input: InputEntry
    drawn: tuple[tuple[int, int, tuple[tuple[int, str], ...]], ...]

    @classmethod
    def of(cls, trace: SampleTrace) -> InputPanel:
        """Of a trace."""
        return cls(trace.input, tuple(map(_picture, trace.input.pictures)))

    @property
    def shape(self) -> str:
        """`1×8×8`."""
        return shape(self.input.shape)

    template = """\
<section id="input" aria-labelledby="input-title">
<h2 id="input-title">Input</h2>
<p class="lede">{{ panel.shape }}, {{ "the same in every step" if panel.input.held else "the mean over all steps" }}.{% if panel.input.shape[0] > panel.drawn | length and panel.input.shape[1] * panel.input.shape[2] > 1 %} The first {{ panel.drawn | length }} channels.{% endif %}</p>
<p class="legend"><span class="ramp"><span>{{ panel.input.low | count }}</span>{% for i in range(10) %}<i class="f{{ i }}"></i>{% endfor %}<span>{{ panel.input.high | count }}</span></span></p>
<div class="pictures">
{% for columns, rows, paths in panel.drawn %}
<svg viewBox="0 0 {{ columns }} {{ rows }}" role="img" aria-label="Channel {{ loop.index0 }}"{% if rows * 4 < columns %} preserveAspectRatio="none" class="flat"{% endif %}>{% for shade, path in paths %}<path class="cell f{{ shade }}" d="{{ path }}"/>{% endfor %}</svg>
{% endfor %}
</div>
</section>
"""


def _picture(picture: tuple[tuple[int, ...], ...]) -> tuple[int, int, tuple[tuple[int, str], ...]]:
    shades: dict[int, list[str]] = {}
    for y, row in enumerate(picture):
        for x, shade in enumerate(row):
            shades.setdefault(shade, []).append(f"M{x} {y}h1v1h-1z")
    return len(picture[0]), len(picture), tuple((shade, "".join(cells)) for shade, cells in sorted(shades.items()))

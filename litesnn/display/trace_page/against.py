"""A stored trace against the exact simulator: how much differs, and where it first parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from litesnn.base.terminal import styled
from litesnn.compiler.report.numbers import count
from litesnn.compiler.report.panels.panel import Section
from litesnn.compiler.report.sections.sample_trace import AgainstEntry, SampleTrace


def said(entry: AgainstEntry) -> str:
    """How much was compared, and how much of it differs."""
    compared = f"{count(entry.values)} values of {count(entry.samples)} sample{'' if entry.samples == 1 else 's'}"
    return f"trace {entry.name}: {count(entry.differing)} of {compared} differ from the exact simulator's"


def against_lines(entry: AgainstEntry | None) -> Iterator[Text]:
    """In a terminal; nothing where no trace was given."""
    if entry is None:
        return
    yield styled(f"{'✗' if entry.differs else '✓'} {said(entry)}", style="bold red" if entry.differs else "green")
    if (first := entry.first) is not None:
        place = f"{first.population}, sample {first.sample}, step {first.step}, neuron {first.neuron}"
        yield styled(f"  first: {place}: {first.which} is {first.theirs} there, {first.ours} here")
        for cause in first.causes:
            yield styled(f"  likely cause: {cause}")


@dataclass(frozen=True)
class AgainstPanel(Section):
    """The first difference, with its likely causes."""

    anchor = "against"
    link = "Trace"

    entry: AgainstEntry

    @classmethod
    def of(cls, trace: SampleTrace) -> list[AgainstPanel]:
        """None of it where no trace was given."""
        return [] if trace.against is None else [cls(trace.against)]

    @property
    def said(self) -> str:
        """See `said`."""
        return said(self.entry)

    template = """\
<section id="against" aria-labelledby="against-title">
<h2 id="against-title">The stored trace</h2>
<p class="lede">{{ panel.said }}.{% if panel.entry.left_out %} Not in it: {{ panel.entry.left_out | join("; ") }}.{% endif %}</p>
{% if panel.entry.first %}
{% set first = panel.entry.first %}
<div class="divergence">
<h3>The first value that differs</h3>
<dl>
<div><dt>population</dt><dd>{{ first.population }} <small>{{ first.place }}</small></dd></div>
<div><dt>sample, step</dt><dd>{{ first.sample }}, {{ first.step }}</dd></div>
<div><dt>neuron (channel, y, x)</dt><dd>({{ first.neuron | join(", ") }})</dd></div>
<div><dt>{{ first.which }}</dt><dd>{{ first.ours | count }} in the exact simulator, {{ first.theirs | count }} in the trace</dd></div>
</dl>
{% if first.causes %}<p>Likely causes, most telling first:</p><ol>{% for cause in first.causes %}<li>{{ cause }}</li>{% endfor %}</ol>{% endif %}
</div>
{% endif %}
</section>
"""

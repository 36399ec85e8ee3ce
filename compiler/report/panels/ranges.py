"""Proved ranges: what worst-case inputs can reach in each register, against what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from litesnn.compiler.report.document import Document, Flag, Positive, Text, Whole
from litesnn.compiler.report.panels.panel import Panel

if TYPE_CHECKING:
    from litesnn.compiler.report.made import Made
    from litesnn.compiler.report.report import Report


class RangeEntry(Document):
    """What one register can reach."""

    population: Text
    which: Literal["accumulator", "current", "membrane"] = Field(alias="register")
    low: Whole
    high: Whole
    limit: Positive
    overflow: Text
    proved: Flag

    @property
    def fraction(self) -> float:
        """Of its limit."""
        return max(abs(self.low), abs(self.high)) / self.limit


def ranges_section(made: Made) -> tuple[RangeEntry, ...]:
    """What the range pass proved."""
    return tuple(RangeEntry.model_validate(proof) for proof in made.graph.ranges)


@dataclass(frozen=True)
class RangesPanel(Panel):
    """Registers in the order of the populations."""

    anchor = "ranges"
    link = "Ranges"

    ranges: tuple[RangeEntry, ...]

    @classmethod
    def of(cls, report: Report) -> RangesPanel:
        """All ranges of a report."""
        return cls(report.ranges)

    @property
    def proved(self) -> int:
        """Registers that no input whatsoever can leave."""
        return sum(entry.proved for entry in self.ranges)

    template = """\
{% from "macros.html.j2" import scroll, badge, meter %}
<section id="ranges" aria-labelledby="ranges-title">
<h2 id="ranges-title">Proved ranges</h2>
{% if panel.ranges %}
{% set all = panel.ranges %}
<p class="lede">What worst-case inputs can reach in each register. {% if panel.proved == all | length %}No register can overflow for any input.{% else %}{{ all | length - panel.proved }} of {{ all | length }} registers are not proved: some input could leave them.{% endif %}</p>
<details{% if panel.proved < all | length or all | length <= 12 %} open{% endif %}><summary>{{ all | length }} registers</summary>
{% call scroll("Proved ranges") %}
<table>
<thead><tr><th scope="col">population</th><th scope="col">register</th><th scope="col" class="n">lowest</th><th scope="col" class="n">highest</th><th scope="col" class="n">limit ±</th><th scope="col">of the limit</th><th scope="col">beyond it</th></tr></thead>
<tbody>{% for row in all %}<tr><th scope="row"><span>{{ row.population }}</span></th><td>{{ row.which }}</td><td class="n">{{ row.low | count }}</td><td class="n">{{ row.high | count }}</td><td class="n">{{ row.limit | count }}</td><td>{{ meter(row.fraction) }} {{ row.fraction | percent(1) }}</td><td>{% if row.proved %}cannot{% else %}{{ badge(row.overflow, "warn") }}{% endif %}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
</details>
{% else %}
<p class="lede">Not computed.</p>
{% endif %}
</section>
"""

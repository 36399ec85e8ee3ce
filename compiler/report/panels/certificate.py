"""The schedule's certificate: when each population computes, and how its inputs meet; and the loops that set the pace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from litesnn.compiler.report.panels.panel import Panel, plain_table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from litesnn.compiler.report.report import Report
    from litesnn.compiler.report.sections.schedule import ArrivalEntry, InputEntry, LoopEntry


@dataclass(frozen=True)
class CertificatePanel(Panel):
    """The table of arrival times; `check --certificate` and `info` show it in a terminal."""

    anchor = "certificate"
    link = "Schedule"
    in_terminal = "asked"

    rows: tuple[ArrivalEntry, ...]
    loops: tuple[LoopEntry, ...]

    @classmethod
    def of(cls, report: Report) -> CertificatePanel:
        """All rows of a report."""
        return cls(report.certificate, () if report.schedule is None else report.schedule.loops)

    def terminal(self) -> Iterable[RenderableType]:
        """The table, and one of loops where there are any."""
        table = plain_table(
            "certificate of arrival times",
            "population",
            "computes at step",
            "resets",
            "inputs: source's step + 1 + delay",
        )
        for row in self.rows:
            inputs = ", ".join(map(_arrival, row.inputs))
            resets = f"every {row.reset_interval} at {row.reset_offset}" if row.reset_interval else "never"
            interval = row.initiation_interval
            computes = str(row.arrival) + ("" if interval == 1 else f", every {interval} at {row.phase}")
            table.add_row(row.population, computes, resets, inputs)
        yield table
        if self.loops:
            yield self._loops()

    def _loops(self) -> RenderableType:
        """What each needs of the time that a step of a sample takes."""
        heads = ("loop", "feedback", "chip steps", "steps of the sample", "initiation interval it needs")
        table = plain_table("loops", *heads)
        for loop in self.loops:
            counts = (loop.latency, loop.distance, loop.interval)
            table.add_row(" > ".join(loop.path), ", ".join(loop.edges), *map(str, counts))
        return table

    template = """\
{% from "macros.html.j2" import scroll %}
<section id="certificate" aria-labelledby="certificate-title">
<h2 id="certificate-title">Certificate of the schedule</h2>
<p class="lede">Every input of a population arrives in the step it computes: the source's step + 1 + delay{% if panel.loops %}; feedback (↩) one initiation interval later{% endif %}.</p>
{% if panel.loops %}
{% call scroll("Loops") %}
<table>
<thead><tr><th scope="col">loop</th><th scope="col">feedback edge</th><th scope="col" class="n">chip steps</th><th scope="col" class="n">steps of the sample</th><th scope="col" class="n">initiation interval it needs</th></tr></thead>
<tbody>{% for row in panel.loops %}<tr><th scope="row"><span>{{ row.path | join(" → ") }}</span></th><td class="text">{{ row.edges | join(", ") }}</td><td class="n">{{ row.latency }}</td><td class="n">{{ row.distance }}</td><td class="n">{{ row.interval }}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
{% endif %}
{% set rows = panel.rows %}
<details{% if rows | length <= 12 %} open{% endif %}><summary>{{ rows | length }} populations</summary>
{% call scroll("Certificate of the schedule") %}
<table>
<thead><tr><th scope="col">population</th><th scope="col" class="n">computes at step</th><th scope="col">resets</th><th scope="col">inputs</th></tr></thead>
<tbody>{% for row in rows %}<tr><th scope="row"><span>{{ row.population }}</span></th><td class="n">{{ row.arrival }}{% if row.initiation_interval != 1 %}, every {{ row.initiation_interval }} at phase {{ row.phase }}{% endif %}</td><td>every {{ row.reset_interval }} at phase {{ row.reset_offset }}</td><td class="text">{% for input in row.inputs %}{{ input.source }} <span class="sum">{% if input.injected %}{{ input.source_arrival }} (written by the host){% else %}{{ input.source_arrival }} + 1 + {{ input.delay }}{% if input.distance %} ↩{% endif %}{% endif %}</span>{% if not loop.last %}, {% endif %}{% endfor %}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
</details>
</section>
"""


def _arrival(entry: InputEntry) -> str:
    """A source's step, and when its values arrive; those that the host writes into the neurons arrive at once."""
    if entry.injected:
        return f"{entry.source} {entry.source_arrival} (written by the host)"
    return f"{entry.source} {entry.source_arrival}+1+{entry.delay}{' ↩' if entry.distance else ''}"

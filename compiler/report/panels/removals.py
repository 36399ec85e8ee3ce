"""Dead structure: channels that never spike or that nothing reads, removed without changing a spike of what is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from litesnn.compiler.report.document import Count, Document, Text
from litesnn.compiler.report.numbers import spans
from litesnn.compiler.report.panels.panel import Panel

if TYPE_CHECKING:
    from rich.console import RenderableType

    from litesnn.compiler.report.made import Made
    from litesnn.compiler.report.report import Report


class RemovalEntry(Document):
    """Channels of one population that went, and what that saved."""

    population: Text
    reason: Literal["never spikes", "never read"]
    channels: tuple[Count, ...]
    neurons: Count
    synapses: Count

    @property
    def ranges(self) -> str:
        """`0–2, 5`."""
        return spans(self.channels)


def removals_section(made: Made) -> tuple[RemovalEntry, ...]:
    """What the pass took out."""
    return tuple(RemovalEntry.model_validate(removal) for removal in made.graph.removals)


@dataclass(frozen=True)
class RemovalsPanel(Panel):
    """Removals in the order of the pass."""

    anchor = "removals"
    link = "Dead structure"

    removals: tuple[RemovalEntry, ...]

    @classmethod
    def of(cls, report: Report) -> RemovalsPanel:
        """All removals of a report."""
        return cls(report.removals)

    @property
    def on_page(self) -> bool:
        """Where something went."""
        return bool(self.removals)

    @property
    def channels(self) -> int:
        """In all."""
        return sum(len(removal.channels) for removal in self.removals)

    @property
    def neurons(self) -> int:
        """In all."""
        return sum(removal.neurons for removal in self.removals)

    @property
    def synapses(self) -> int:
        """In all."""
        return sum(removal.synapses for removal in self.removals)

    def terminal(self) -> Iterable[RenderableType]:
        """One line."""
        from litesnn.base.terminal import styled

        if not self.removals:
            yield styled("dead structure: none", style="dim")
            return
        places = ", ".join(dict.fromkeys(removal.population for removal in self.removals))
        yield styled(
            f"dead structure removed: {self.channels} channels ({self.neurons:,} neurons, {self.synapses:,} synapses) in {places}"
        )

    template = """\
{% from "macros.html.j2" import scroll %}
<section id="removals" aria-labelledby="removals-title">
<h2 id="removals-title">Dead structure removed</h2>
<p class="lede">{{ panel.channels | count }} channels went, with {{ panel.neurons | count }} neurons and {{ panel.synapses | count }} synapses, without changing one spike of what is left.</p>
{% call scroll("Removed channels") %}
<table>
<thead><tr><th scope="col">population</th><th scope="col">why</th><th scope="col">channels</th><th scope="col" class="n">neurons</th><th scope="col" class="n">synapses</th></tr></thead>
<tbody>{% for row in panel.removals %}<tr><th scope="row"><span>{{ row.population }}</span></th><td>{{ row.reason }}</td><td class="text">{{ row.ranges }}</td><td class="n">{{ row.neurons | count }}</td><td class="n">{{ row.synapses | count }}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
</section>
"""

"""Structured pruning: channels of every population before and after, and what that made of size and cores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from litesnn.compiler.report.document import Amount, Count, Document, Fraction, Positive, Text, Whole
from litesnn.compiler.report.numbers import count
from litesnn.compiler.report.panels.panel import Panel

if TYPE_CHECKING:
    from litesnn.compiler.genotype import PruningRecord
    from litesnn.compiler.report.made import Made
    from litesnn.compiler.report.report import Report

ARROW = " → "


class NeedEntry(Document):
    """What a choice by measured need cost, on the half of the samples that had no part in it."""

    score: Text
    max_drop: Amount
    before: Fraction
    after: Fraction
    samples: Annotated[tuple[Positive, Positive], Field(description="chosen on, reported on")]
    data: Text
    words: Annotated[tuple[Count, Count], Field(description="64-bit words of synapse memory before, after")]
    profile: Text
    in_time: bool


class PruningEntry(Document):
    """One structured pruning of the genotype."""

    method: Text
    rates: dict[Text, Fraction]
    channels: Annotated[dict[Text, tuple[Positive, Positive]], Field(description="population: channels before, after")]
    inherit: Text
    model_size: tuple[Amount, Amount]
    dataset: Text | None = None
    samples: Positive | None = None
    seed: Whole | None = None
    profile: Text | None = None
    cores: tuple[Count | None, Count | None] | None = None
    need: NeedEntry | None = None
    recalibrated: Positive | None = None


def pruning_section(made: Made) -> tuple[PruningEntry, ...] | None:
    """The genotype's records, the oldest first; None where there are none."""
    genotype = made.origin.genotype
    if genotype is None or not genotype.spec.pruning:
        return None
    return tuple(PruningEntry.model_validate(record) for record in genotype.spec.pruning)


@dataclass(frozen=True)
class PruningPanel(Panel):
    """One entry per pruning in `methods`; rows are (population, channels before the first, after each), totals (what, from, to)."""

    anchor = "pruning"
    link = "Pruning"

    methods: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    totals: tuple[tuple[str, str, str], ...]

    @classmethod
    def of(cls, report: Report) -> PruningPanel | None:
        """None where the genotype was not pruned so."""
        return cls.of_records(report.pruning) if report.pruning else None

    @classmethod
    def of_records(cls, records: Sequence[PruningEntry | PruningRecord]) -> PruningPanel:
        """The panel of records, the oldest first."""
        first, last = records[0], records[-1]
        totals = [
            ("channels", count(_channels(first, 0)), count(_channels(last, 1))),
            ("model size in bytes", count(round(first.model_size[0])), count(round(last.model_size[1]))),
        ]
        if first.cores and last.cores and first.profile == last.profile:
            totals.append((f"estimated cores on {last.profile}", _cores(first.cores[0]), _cores(last.cores[1])))
        return cls(
            methods=tuple(record.method for record in records),
            rows=tuple(
                (
                    name,
                    ARROW.join(
                        map(str, (before, *(record.channels[name][1] for record in records if name in record.channels)))
                    ),
                )
                for name, (before, _) in first.channels.items()
            ),
            totals=tuple(totals),
        )

    @property
    def summary(self) -> str:
        """All totals in one line."""
        return ", ".join(f"{what} {before}{ARROW}{after}" for what, before, after in self.totals)

    template = """\
{% from "macros.html.j2" import scroll %}
<section id="pruning" aria-labelledby="pruning-title">
<h2 id="pruning-title">Channels pruned</h2>
<p class="lede">Whole channels were removed by {{ panel.methods | join(", then ") }} before this network was compiled: {{ panel.summary }}.</p>
{% call scroll("Channels before and after pruning") %}
<table>
<thead><tr><th scope="col">population</th><th scope="col" class="n">channels</th></tr></thead>
<tbody>{% for population, channels in panel.rows %}<tr><th scope="row"><span>{{ population }}</span></th><td class="n">{{ channels }}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
</section>
"""


def _channels(record: PruningEntry | PruningRecord, which: int) -> int:
    return sum(counts[which] for counts in record.channels.values())


def _cores(cores: int | None) -> str:
    return "none, it does not fit" if cores is None else count(cores)

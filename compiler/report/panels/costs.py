"""Costs from simulated spikes: counts per sample, NeuroBench's metrics, energy and time with where each figure is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from litesnn.compiler.report.document import Amount, Count, Document, Number, Text
from litesnn.compiler.report.numbers import count, si, words
from litesnn.compiler.report.panels.panel import Panel

if TYPE_CHECKING:
    from litesnn.compiler.report.made import Made
    from litesnn.compiler.report.report import Report
    from litesnn.compiler.report.sections.encoding import EncodingSection

PAPER_UNITS = {"model_size": "B", "qp_model_size": "B", "ann_energy": "J", "energy": "J"}


class EstimateEntry(Document):
    """One figure of energy or time, beside its source and how sure that is."""

    name: Text
    value: Number | None
    unit: Text
    source: Text
    status: Text = ""


class CostsSection(Document):
    """What running the network costs, per sample."""

    samples: Count | None = None
    per_sample: dict[Text, Number]
    populations: dict[Text, dict[Text, Number]]
    metrics: dict[Text, Number | Text | dict[Text, Number] | None] = Field(default_factory=dict)
    paper: Annotated[
        dict[Text, Amount | None],
        Field(description="size in bytes, operations per sample and joule as papers on searched networks count them"),
    ] = Field(default_factory=dict)
    energy: tuple[EstimateEntry, ...] = ()
    time: tuple[EstimateEntry, ...] = ()

    @classmethod
    def of(cls, made: Made, encoding: EncodingSection | None) -> CostsSection | None:
        """The section of simulated events; None where there are none.

        With a mapping NeuroBench's footprint is there, in bytes: here the synapse memory of all cores as encoded.
        """
        if made.activity is None:
            return None
        from litesnn.compiler.costs import cost_document, mean_spikes

        costs = cost_document(made.graph, made.weights, made.activity, made.profile, made.mapping)
        if (paper := made.origin.paper_counts(mean_spikes(made.graph, made.activity))) is not None:
            costs["paper"] = paper
        if encoding is not None:
            costs["metrics"]["footprint"] = int(encoding.total.encoded_bits) // 8
        return cls(**costs)


@dataclass(frozen=True, kw_only=True)
class CostsPanel(Panel):
    """Counts, metrics and figures as papers count, each as (name, value)."""

    anchor = "costs"
    link = "Costs"

    samples: int | None
    counts: tuple[tuple[str, str], ...]
    metrics: tuple[tuple[str, str], ...]
    paper: tuple[tuple[str, str], ...]
    estimates: tuple[EstimateEntry, ...]

    @classmethod
    def of(cls, report: Report) -> CostsPanel | None:
        """None where nothing was simulated; nested metrics are written `group / name`."""
        costs = report.costs
        if costs is None:
            return None
        return cls(
            samples=costs.samples,
            counts=tuple((words(name), count(value)) for name, value in costs.per_sample.items()),
            metrics=tuple(_flat(costs.metrics)),
            paper=tuple(paper_rows(costs.paper)),
            estimates=(*costs.energy, *costs.time),
        )

    template = """\
{% from "macros.html.j2" import scroll, badge %}
<section id="costs" aria-labelledby="costs-title">
<h2 id="costs-title">Costs from spikes</h2>
<p class="lede">Counted in simulation{% if panel.samples %} of {{ panel.samples | count }} samples{% endif %}; energy and time only where a source gives the figures.</p>
<div class="pair">
<table><caption>Per sample</caption><tbody>{% for name, value in panel.counts %}<tr><th scope="row"><span>{{ name }}</span></th><td class="n">{{ value }}</td></tr>{% endfor %}</tbody></table>
{% if panel.metrics %}<table><caption>NeuroBench metrics</caption><tbody>{% for name, value in panel.metrics %}<tr><th scope="row"><span>{{ name }}</span></th><td class="n">{{ value }}</td></tr>{% endfor %}</tbody></table>{% endif %}

{% if panel.paper %}<table><caption>As papers on searched networks count</caption><tbody>{% for name, value in panel.paper %}<tr><th scope="row"><span>{{ name }}</span></th><td class="n">{{ value }}</td></tr>{% endfor %}</tbody></table>{% endif %}

</div>
{% if panel.estimates %}
{% call scroll("Energy and time") %}
<table>
<thead><tr><th scope="col">estimate</th><th scope="col" class="n">value</th><th scope="col">status</th><th scope="col">source</th></tr></thead>
<tbody>{% for row in panel.estimates %}<tr><th scope="row"><span>{{ row.name }}</span></th><td class="n">{{ row.value | si(row.unit) }}</td><td>{% if row.status %}{{ badge(row.status, {"CONFIRMED": "good", "CONFLICT": "warn", "NOT FOUND": "none"}.get(row.status, "calm")) }}{% endif %}</td><td class="text">{{ row.source }}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
{% endif %}
</section>
"""


def paper_rows(paper: Mapping[str, float | None]) -> list[tuple[str, str]]:
    """Figures as papers print them, with SI prefixes (a megabyte is 10^6 bytes)."""
    return [(words(name), si(value, PAPER_UNITS.get(name, ""))) for name, value in paper.items() if value is not None]


def _flat(metrics: Mapping[str, float | str | dict[str, float] | None], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in metrics.items():
        if isinstance(value, dict):
            rows += [(words(f"{prefix}{name} / {part}"), count(number)) for part, number in value.items()]
        else:
            rows.append((words(prefix + name), count(value) if isinstance(value, int | float) else str(value)))
    return rows

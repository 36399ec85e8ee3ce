"""Traffic between cores as a heat map, and this placement against two that anyone could make.

Many cores are grouped so that every packet keeps one cell: by the set of populations a core holds, or the largest
of them, or, where even that is too much to see, by runs of consecutive cores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from sys import float_info
from typing import TYPE_CHECKING

from litesnn.compiler.report.numbers import count, level, spans
from litesnn.compiler.report.panels.panel import Panel

if TYPE_CHECKING:
    from litesnn.compiler.report.report import Report
    from litesnn.compiler.report.sections.mapping import CoreEntry

MOST_CORES, MOST_GROUPS, FLOWS = 40, 64, 10
# Up to so many groups, a cell is so many pixels wide.
CELLS = ((8, 34), (16, 26), (24, 20), (MOST_GROUPS, 14))
METRICS = {
    "packets": "packets",
    "hops": "hops",
    "hop_weighted": "packets × hops",
    "chip_crossings": "between chips",
    "busiest_link": "busiest link",
    "busiest_core": "busiest core",
}
AIMS: dict[str, str] = {
    "balanced": "a busiest link that carries little among placements of nearly the fewest hops",
    "hops": "the fewest packets × hops",
    "busiest-link": "the least packets on the busiest link",
    "energy-delay": "the least energy × delay of the packets",
}
STRATEGIES = {"litesnn": "LiteSNN", "row_major": "row-major", "random": "random"}


@dataclass(frozen=True)
class Cell:
    """Packets from group `row` to group `column`, shaded by the logarithm."""

    row: int
    column: int
    shade: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Heatmap:
    """`groups` label rows and columns alike; `cell` is the side of a cell in pixels, a column in `every` is numbered."""

    groups: tuple[str, ...]
    cells: tuple[Cell, ...]
    cell: int
    every: int
    grouping: str
    least: float
    most: float
    total: float
    flows: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True)
class Measure:
    """One metric of one placement; `change` is LiteSNN's relative to it."""

    value: float | None
    change: float | None


@dataclass(frozen=True)
class TrafficPanel(Panel):
    """`strategies`: name -> one measure per metric."""

    anchor = "traffic"
    link = "Traffic"

    unit: str
    objective: str
    heatmap: Heatmap | None
    metrics: tuple[str, ...]
    strategies: tuple[tuple[str, tuple[Measure, ...]], ...]

    @classmethod
    def of(cls, report: Report) -> TrafficPanel | None:
        """None where the cores were not placed, and for one core, which sends nothing to others."""
        if report.mapping is None or report.mapping.placement is None or report.mapping.cores < 2:
            return None
        placement = report.mapping.placement
        strategies = placement.strategies
        metrics = [metric for metric in METRICS if any(metric in entry for entry in strategies.values())]
        own = strategies.get("litesnn", {})
        order = list(STRATEGIES)
        names = sorted(strategies, key=lambda name: order.index(name) if name in STRATEGIES else len(order))
        rows = tuple(
            (
                STRATEGIES.get(name, name),
                tuple(_measure(strategies[name].get(metric), own.get(metric), name) for metric in metrics),
            )
            for name in names
        )
        heatmap = _heatmap(report.mapping.cores_detail, placement.traffic)
        return cls(
            unit=placement.unit,
            objective=AIMS[placement.objective],
            heatmap=heatmap,
            metrics=tuple(METRICS[metric] for metric in metrics),
            strategies=rows,
        )

    template = """\
{% from "macros.html.j2" import scroll %}
<section id="traffic" aria-labelledby="traffic-title">
<h2 id="traffic-title">Traffic</h2>
{% if panel.heatmap %}
{% set map = panel.heatmap %}
<p class="lede">{{ map.total | count }} {{ panel.unit }} travel between cores; {{ map.grouping }}. Rows send, columns receive.</p>
<div class="flows">
<div>
<div class="heat" style="--cell:{{ map.cell }}px">
<ol class="rows">{% for group in map.groups %}<li title="{{ group }}"><span>{{ group }}</span><b>{{ loop.index }}</b></li>{% endfor %}</ol>
<div class="scroll" tabindex="0" role="region" aria-label="Traffic from core to core">
<svg width="{{ map.groups | length * map.cell }}" height="{{ map.groups | length * map.cell + 18 }}" role="group" aria-label="Heat map of packets">
<g class="columns">{% for group in map.groups %}{% if loop.index == 1 or loop.index % map.every == 0 %}<text x="{{ (loop.index0 + 0.5) * map.cell }}" y="12">{{ loop.index }}</text>{% endif %}{% endfor %}</g>
<g transform="translate(0 18)">
<rect class="ground" width="{{ map.groups | length * map.cell }}" height="{{ map.groups | length * map.cell }}"/>
{% for cell in map.cells %}<rect class="cell f{{ cell.shade }}" x="{{ cell.column * map.cell }}" y="{{ cell.row * map.cell }}" width="{{ map.cell - 1 }}" height="{{ map.cell - 1 }}"><title>{{ cell.text }}</title></rect>{% endfor %}
</g>
</svg>
</div>
</div>
<p class="legend"><span class="ramp"><span>{{ map.least | count }}</span>{% for i in range(10) %}<i class="f{{ i }}"></i>{% endfor %}<span>{{ map.most | count }}</span></span> <span>{{ panel.unit }}, logarithmic</span> <output id="flow" class="script"></output></p>
</div>
{% call scroll("Largest flows") %}
<table><caption>Largest flows</caption><thead><tr><th scope="col">from</th><th scope="col">to</th><th scope="col" class="n">{{ panel.unit }}</th></tr></thead>
<tbody>{% for source, target, number in map.flows %}<tr><th scope="row"><span>{{ source }}</span></th><td class="text">{{ target }}</td><td class="n">{{ number | count }}</td></tr>{% endfor %}</tbody></table>
{% endcall %}
</div>
{% else %}
<p class="lede">No packet travels between cores.</p>
{% endif %}
<h3>Placement</h3>
<p>Chosen for {{ panel.objective }}.</p>
{% call scroll("Comparison of placements") %}
<table>
<thead><tr><th scope="col">placement</th>{% for metric in panel.metrics %}<th scope="col" class="n">{{ metric }}</th>{% endfor %}</tr></thead>
<tbody>
{% for name, measures in panel.strategies %}
<tr{% if loop.first %} class="own"{% endif %}><th scope="row"><span>{{ name }}</span></th>{% for measure in measures %}<td class="n">{{ measure.value | count }}{% if measure.change is not none %} <small class="{{ 'good' if measure.change < 0 else '' }}">{{ "%+.0f" | format(measure.change * 100) | replace("-", "−") }} %</small>{% endif %}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table>
{% endcall %}
<p class="note">{{ panel.unit | capitalize }}. The small figure is how LiteSNN's placement compares: −40 % means it has 40 % less.</p>
</section>
"""


def _measure(value: float | None, own: float | None, name: str) -> Measure:
    comparable = name != "litesnn" and value and own is not None
    return Measure(value, own / value - 1 if comparable and value and own is not None else None)


def _heatmap(details: Sequence[CoreEntry], traffic: Sequence[tuple[int, int, float]]) -> Heatmap | None:
    if not traffic:
        return None
    groups, of_core, grouping = _groups(details)
    packets: dict[tuple[int, int], float] = {}
    for source, target, number in traffic:
        key = (of_core[source], of_core[target])
        packets[key] = packets.get(key, 0) + number
    packets = {key: number for key, number in packets.items() if number > 0}
    if not packets:
        return None
    least, most = min(packets.values()), max(packets.values())
    span = _log_ratio(most, least) if most > least else 1.0
    cells = tuple(
        Cell(row, column, level(_log_ratio(number, least) / span), f"{groups[row]} → {groups[column]}: {count(number)}")
        for (row, column), number in sorted(packets.items())
    )
    flows = sorted(packets.items(), key=lambda item: (-item[1], item[0]))[:FLOWS]
    return Heatmap(
        groups=tuple(groups),
        cells=cells,
        cell=next(cell for most, cell in CELLS if len(groups) <= most),
        every=1 if len(groups) <= 24 else 5,
        grouping=grouping,
        least=least,
        most=most,
        total=sum(packets.values()),
        flows=tuple((groups[row], groups[column], number) for (row, column), number in flows),
    )


def _log_ratio(number: float, least: float) -> float:
    """Finite, however far apart they are."""
    return log(min(number / least, float_info.max))


def _largest(core: CoreEntry) -> str:
    """The population with the most neurons on a core."""
    held: dict[str, int] = {}
    for part in core.slices:
        held[part.population] = held.get(part.population, 0) + part.neurons
    return max(sorted(held), key=lambda name: held[name], default="empty")


GROUPINGS: tuple[tuple[Callable[[CoreEntry], str], str], ...] = (
    (lambda core: core.label, "cores that hold the same populations are one row"),
    (_largest, "cores are one row by the population that takes most of them"),
)


def _groups(details: Sequence[CoreEntry]) -> tuple[list[str], dict[int, int], str]:
    """Labels, core -> group, and how it was grouped, in words."""
    cores = sorted(details, key=lambda core: core.core)
    if len(cores) <= MOST_CORES:
        labels = [f"core {core.core} · {core.label}" for core in cores]
        return labels, {core.core: i for i, core in enumerate(cores)}, "one row per core"
    for label, grouping in GROUPINGS:
        of = {core.core: label(core) for core in cores}
        labels = list(dict.fromkeys(of.values()))
        if len(labels) <= MOST_GROUPS:
            rank = {name: i for i, name in enumerate(labels)}
            return labels, {core: rank[name] for core, name in of.items()}, grouping
    step = -(-len(cores) // MOST_GROUPS)
    runs = [cores[first : first + step] for first in range(0, len(cores), step)]
    labels = [f"cores {spans(core.core for core in run)}" for run in runs]
    return labels, {core.core: i for i, run in enumerate(runs) for core in run}, f"{step} cores are one row"

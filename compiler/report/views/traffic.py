"""Traffic between cores as a heat map, and this placement against two that anyone could make.

Many cores are grouped so that every packet keeps one cell: by the set of populations a core holds, or the largest
of them, or, where even that is too much to see, by runs of consecutive cores.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from litesnn.compiler.report.numbers import count, level, spans
from litesnn.compiler.report.views.floorplan import core_label

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
STRATEGIES = {"litesnn": "LiteSNN", "row_major": "row-major", "random": "random"}


@dataclass(frozen=True)
class Cell:
    """Packets from group `row` to group `column`, shaded by the logarithm."""

    row: int
    column: int
    shade: int
    text: str


@dataclass(frozen=True)
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
class TrafficView:
    """`strategies`: name -> one measure per metric."""

    unit: str
    heatmap: Heatmap | None
    metrics: tuple[str, ...]
    strategies: tuple[tuple[str, tuple[Measure, ...]], ...]


def traffic_view(mapping: Mapping[str, Any]) -> TrafficView | None:
    """None where the cores were not placed."""
    placement = mapping.get("placement")
    if placement is None:
        return None
    strategies = placement["strategies"]
    metrics = [metric for metric in METRICS if any(metric in entry for entry in strategies.values())]
    own = strategies.get("litesnn", {})
    names = sorted(strategies, key=lambda name: list(STRATEGIES).index(name) if name in STRATEGIES else len(STRATEGIES))
    rows = tuple(
        (
            STRATEGIES.get(name, name),
            tuple(_measure(strategies[name].get(metric), own.get(metric), name) for metric in metrics),
        )
        for name in names
    )
    heatmap = _heatmap(mapping["cores_detail"], placement.get("traffic") or [])
    return TrafficView(placement.get("unit", "packets per sample"), heatmap, tuple(METRICS[m] for m in metrics), rows)


def _measure(value: float | None, own: float | None, name: str) -> Measure:
    comparable = name != "litesnn" and value and own is not None
    return Measure(value, own / value - 1 if comparable and value and own is not None else None)


def _heatmap(details: Sequence[Mapping[str, Any]], traffic: Sequence[Sequence[float]]) -> Heatmap | None:
    if not traffic:
        return None
    groups, of_core, grouping = _groups(details)
    packets: dict[tuple[int, int], float] = {}
    for source, target, number in traffic:
        key = (of_core[int(source)], of_core[int(target)])
        packets[key] = packets.get(key, 0) + number
    packets = {key: number for key, number in packets.items() if number > 0}
    if not packets:
        return None
    least, most = min(packets.values()), max(packets.values())
    span = log(most / least) if most > least else 1.0
    cells = tuple(
        Cell(row, column, level(log(number / least) / span), f"{groups[row]} → {groups[column]}: {count(number)}")
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


def _largest(core: Mapping[str, Any]) -> str:
    """The population with the most neurons on a core."""
    held: dict[str, int] = {}
    for part in core["slices"]:
        held[part["population"]] = held.get(part["population"], 0) + part["neurons"]
    return max(sorted(held), key=lambda name: held[name], default="empty")


GROUPINGS: tuple[tuple[Callable[[Mapping[str, Any]], str], str], ...] = (
    (core_label, "cores that hold the same populations are one row"),
    (_largest, "cores are one row by the population that takes most of them"),
)


def _groups(details: Sequence[Mapping[str, Any]]) -> tuple[list[str], dict[int, int], str]:
    """Labels, core -> group, and how it was grouped, in words."""
    cores = sorted(details, key=lambda core: core["core"])
    if len(cores) <= MOST_CORES:
        labels = [f"core {core['core']} · {core_label(core)}" for core in cores]
        return labels, {core["core"]: i for i, core in enumerate(cores)}, "one row per core"
    for label, grouping in GROUPINGS:
        of = {core["core"]: label(core) for core in cores}
        labels = list(dict.fromkeys(of.values()))
        if len(labels) <= MOST_GROUPS:
            rank = {name: i for i, name in enumerate(labels)}
            return labels, {core: rank[name] for core, name in of.items()}, grouping
    step = -(-len(cores) // MOST_GROUPS)
    runs = [cores[first : first + step] for first in range(0, len(cores), step)]
    labels = [f"cores {spans(core['core'] for core in run)}" for run in runs]
    return labels, {core["core"]: i for i, run in enumerate(runs) for core in run}, f"{step} cores are one row"

"""Pages of runs: one run's curves, time, machine, data and settings, or several runs side by side; files that open offline."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from litesnn.compiler.report.html import page_style
from litesnn.compiler.report.numbers import count, percent, si
from litesnn.display.cell_bars import cell_bars
from litesnn.display.curves import Chart, series_chart
from litesnn.display.pareto import pareto_plots
from litesnn.display.runs import (
    MEASURES,
    comparison_notes,
    shown_measures,
    spread_of,
    state_of,
    time_of,
    title_of,
    value_of,
)
from litesnn.display.search_page import search_template
from litesnn.search.run.comparison import Comparison, written
from litesnn.search.run.found import FoundRun
from litesnn.search.run.journal import Session
from litesnn.search.run.pace import told
from litesnn.search.run.table import RunTable
from litesnn.search.spaces.operations import ZEROIZE

PHASE = "phase"
"""The column by which a curve is cut: its parts do not measure the same thing."""
COUNTERS = ("epoch", "round", "removed")
"""Columns of numbers that nobody draws."""
MOST_TILES = 5
_OF_SEVERAL = re.compile(r"(.+)_(\d+)")
Points = list[tuple[float, float]]


def render_run(run: FoundRun) -> str:
    """The page of a run, finished or not."""
    sessions = [] if run.journal is None else run.journal.sessions
    view = {
        "tiles": _tiles(run),
        "charts": _charts(run.table),
        "sessions": [_session(session) for session in sessions],
        "machines": _machines(sessions),
        "data": _data(run),
        "settings": {name: written(value).replace(",", ", ") or "none" for name, value in run.settings.items()},
        "decoded": _decoded(run),
        "cells": None
        if run.history is None or run.method != "litesnn" or run.kind != "search"
        else cell_bars(run.history),
        "versions": sessions[-1].versions if sessions else (run.history or {}).get("versions", {}),
        "state": state_of(run),
    }
    return search_template("run.html.j2").render(run=run, view=view, style=page_style())


def render_comparison(comparison: Comparison) -> str:
    """The page of several runs."""
    runs, measures = comparison.runs, shown_measures(comparison)
    view = {
        "columns": [title_of(name) for name in measures],
        "rows": [
            {
                "name": name,
                "colour": index % 8,
                "words": [run.method, run.dataset, state_of(run)],
                "settings": [written(run.settings.get(setting)) or "–" for setting in comparison.differing],
                "results": [value_of(measure, run.result.get(measure)) for measure in measures],
                "time": time_of(run),
            }
            for index, (name, run) in enumerate(runs.items())
        ],
        "best": _best(comparison),
        "groups": [
            (
                ", ".join(group.runs),
                [spread_of(name, group.measures[name]) for name in measures if name in group.measures],
            )
            for group in comparison.groups
        ],
        "notes": list(comparison_notes(comparison)),
        "charts": _side_by_side(runs),
        "pareto": pareto_plots(runs),
    }
    return search_template("comparison.html.j2").render(comparison=comparison, view=view, style=page_style())


def _tiles(run: FoundRun) -> list[tuple[str, str, str]]:
    unit = "steps" if run.journal is None else run.journal.unit
    tiles = [
        ("state", run.state, f"{count(run.done)} of {count(run.total)} {unit}"),
        ("time", time_of(run), _expected(run)),
    ]
    known = [name for name in MEASURES if name in run.result]
    for name in known[: MOST_TILES - len(tiles)]:
        tiles.append((title_of(name), value_of(name, run.result[name]), _about(name, run)))
    return tiles


def _about(name: str, run: FoundRun) -> str:
    if name in ("accuracy_fixed", "accuracy_float"):
        return f"{count(run.result.get('test_samples'))} test samples"
    return "best so far" if name == "best_score" else "after the last epoch"


def _expected(run: FoundRun) -> str:
    """The first expectation, which the time can be held against."""
    found = [each for session in (run.journal.sessions if run.journal else []) for each in session.expected]
    if not found:
        return "over all sessions"
    first = found[0]
    return f"after {first.done} of {run.total} it expected {told(first.low, first.high)} more"


def _charts(table: RunTable | None) -> list[Chart]:
    """A chart for each column of numbers; `accuracy_1`, `accuracy_2`, ... share one, and phases are curves of their own."""
    if table is None:
        return []
    families: dict[str, dict[str, Points]] = {}
    for name, points in table.numbers.items():
        if len(points) < 2 or name in COUNTERS:
            continue
        several = _OF_SEVERAL.fullmatch(name)
        if several:
            families.setdefault(f"{several[1]} after t steps", {})[several[2]] = list(points)
        else:
            families[name.replace("_", " ")] = _by_phase(table, points)
    return [
        series_chart(title, curves)
        for title, curves in families.items()
        if len({value for points in curves.values() for _, value in points}) > 1
    ]


def _by_phase(table: RunTable, points: list[tuple[int, float]]) -> dict[str, Points]:
    if PHASE not in table.columns:
        return {"": list(points)}
    phases = table.column(PHASE)
    found: dict[str, Points] = {}
    for done, value in points:
        found.setdefault(str(phases[done - 1]), []).append((done, value))
    return found


def _side_by_side(runs: Mapping[str, FoundRun]) -> list[Chart]:
    """For each column of numbers a chart with a curve for every run that has it; columns for single steps are left out."""
    names = dict.fromkeys(name for run in runs.values() if run.table for name in run.table.numbers)
    titles = [name for name in names if name not in COUNTERS and not _OF_SEVERAL.fullmatch(name)]
    charts = []
    for title in titles:
        curves: dict[str, Points] = {
            name: list(run.table.numbers[title]) if run.table and title in run.table.numbers else []
            for name, run in runs.items()
        }
        values = {value for points in curves.values() for _, value in points}
        if len(values) > 1 and any(len(points) > 1 for points in curves.values()):
            charts.append(series_chart(title_of(title), curves))
    return charts


def _best(comparison: Comparison) -> list[tuple[str, str, str]]:
    """Of each accuracy or score, which run has the highest."""
    tiles = [
        ("runs", count(len(comparison.runs)), f"{sum(run.state == 'done' for run in comparison.runs.values())} done")
    ]
    for name in ("accuracy_fixed", "validation_accuracy", "accuracy", "best_score"):
        having = {run: found.result[name] for run, found in comparison.runs.items() if name in found.result}
        if len(having) > 1:
            best = max(having, key=lambda run: having[run])
            tiles.append((f"highest {title_of(name)}", value_of(name, having[best]), best))
    return tiles


def _session(session: Session) -> dict[str, str]:
    return {
        "began": datetime.strptime(session.began, "%Y-%m-%dT%H:%M:%SZ")
        .replace(tzinfo=timezone.utc)
        .strftime("%Y-%m-%d %H:%M UTC"),
        "units": f"{session.first} to {session.last}",
        "took": told(session.seconds, session.seconds),
        "expected": "; ".join(f"after {each.done}: {told(each.low, each.high)} more" for each in session.expected),
        "processes": count(session.processes),
    }


def _machines(sessions: list[Session]) -> list[dict[str, str]]:
    """Each machine once, in words."""
    found: list[dict[str, str]] = []
    for session in sessions:
        told_of = {name: str(value) for name, value in session.machine.items() if name != "memory"}
        memory = session.machine.get("memory")
        if isinstance(memory, int):
            told_of["memory"] = si(memory, "B")
        if told_of not in found:
            found.append(told_of)
    return found


def _data(run: FoundRun) -> dict[str, str]:
    journal = run.journal
    if journal is None:
        shape = (run.history or {}).get("input_shape", [])
        return {"name": run.dataset, "input": "×".join(map(str, shape))}
    samples = {f"{part} samples": count(number) for part, number in journal.samples.items()}
    held = run.settings.get("validation_fraction")
    held_out = {"held out of them": percent(held)} if isinstance(held, float) else {}
    return {"name": run.dataset, "input": "×".join(map(str, journal.input_shape)), **samples, **held_out}


def _decoded(run: FoundRun) -> dict[str, str]:
    """What a search found, in words, without the edges that are none; what is nested stands in its own page."""
    found: Any = (run.history or {}).get("decoded", {})
    if not isinstance(found, dict):
        return {}
    return {str(name): _words(value) for name, value in found.items() if value not in ({}, [])}


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in value.items() if each != ZEROIZE)
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)

"""report.html of a LightSNN or SNASNet search, drawn from history.json and the genotype: one file that opens offline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litesnn.compiler.genotype import Genotype
from litesnn.compiler.report.html import page_style
from litesnn.compiler.report.numbers import count
from litesnn.display.curves import Chart, line_chart
from litesnn.display.search_page import search_template

BEST_SHOWN = 10


def render_cell_search(history: Mapping[str, Any], genotype: Genotype) -> str:
    """The page of a history.json document and the genotype that was found."""
    view = _pruning_view(history) if history["method"] == "lightsnn" else _random_view(history)
    return search_template("cell_search.html.j2").render(
        view={**view, "cell": _cell(genotype), "wiring": _wiring(history)},
        history=history,
        style=page_style(),
    )


def _pruning_view(history: Mapping[str, Any]) -> dict[str, Any]:
    operations = history["settings"]["operations"]
    rounds = []
    for row in history["rows"]:
        scores = {(edge, operation): score for edge, operation, score in row["scores"]}
        removed = dict(row["removed"])
        rounds.append(
            [
                {
                    "edge": name,
                    "cells": [
                        (_score(scores, (edge, operation)), removed.get(edge) == operation)
                        for operation in range(len(operations))
                    ],
                }
                for edge, name in enumerate(history["edges"])
            ]
        )
    return {"rounds": rounds, "chart": None, "best": []}


def _random_view(history: Mapping[str, Any]) -> dict[str, Any]:
    scores = [row["score"] for row in history["rows"]]
    ranked = sorted(history["rows"], key=lambda row: -_low(row["score"]))
    best = [
        (
            count(row["score"]),
            ", ".join(f"{e}: {o}" for e, o in zip(history["edges"], row["operations"], strict=True) if o != "zeroize"),
        )
        for row in ranked[:BEST_SHOWN]
        if row["score"] is not None
    ]
    return {"rounds": [], "chart": _best_so_far(scores), "best": best}


def _best_so_far(scores: list[float | None]) -> Chart:
    best, highest = [], float("-inf")
    for score in scores:
        highest = max(highest, _low(score))
        best.append(highest)
    return line_chart("best score so far, by candidate", {"score": best})


def _wiring(history: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(edge, operation found, operation deployed)."""
    decoded = history["decoded"]
    return [(name, operation, decoded["deployed"][name]) for name, operation in decoded["cell"].items()]


def _cell(genotype: Genotype) -> list[tuple[str, str, str]]:
    """(population, what it reads, feedback) of the first cell."""
    cell = genotype.cells[0]
    return [
        (
            f"n{index}",
            ", ".join(f"{edge.op} of {'the input' if edge.source == 's1' else edge.source}" for edge in node.inputs),
            ", ".join(f"{edge.op} of {edge.source}" for edge in cell.backward if edge.target == f"n{index}"),
        )
        for index, node in enumerate(cell.nodes)
    ]


def _score(scores: Mapping[tuple[int, int], float | None], place: tuple[int, int]) -> str:
    if place not in scores:
        return ""
    score = scores[place]
    return "-inf" if score is None else f"{score:.3f}"


def _low(score: float | None) -> float:
    return float("-inf") if score is None else score

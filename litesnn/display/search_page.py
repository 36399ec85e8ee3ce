"""report.html of a search, drawn from history.json alone: one file that opens offline and runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from litesnn.compiler.report.html import page_environment, page_style
from litesnn.compiler.report.numbers import count, level, percent, si, size, words
from litesnn.display.cell_bars import cell_bars
from litesnn.display.curves import Chart, line_chart, path_chart

if TYPE_CHECKING:
    from jinja2 import Template


def render_search(history: Mapping[str, Any]) -> str:
    """The page of a history.json document."""
    return search_template("search.html.j2").render(view=_view(history), style=page_style())


def search_template(name: str) -> Template:
    """A page template of this folder, which extends the layout of the kit."""
    assert __package__ is not None
    return page_environment(__package__).get_template(name)


def _view(history: Mapping[str, Any]) -> dict[str, Any]:
    rows, settings, decoded = history["epochs"], history["settings"], history["decoded"]
    last = rows[-1]
    steps = settings["timesteps"]
    on_chip = settings["cost"] != "paper"
    return {
        "dataset": history["dataset"],
        "method": history["method"],
        "decoded": decoded,
        "tiles": [
            ("time steps", str(decoded["timesteps"]), f"of 1 to {steps}"),
            ("bits per cell", " ".join(map(str, decoded["bits"])), f"from {', '.join(map(str, settings['bits']))}"),
            ("model size", si(last["decoded"]["model_size"], "B"), f"at {settings['deploy_channels']} channels"),
            ("Bit-SynOps", si(last["decoded"]["bit_syn_ops"], ""), "per sample, cells, at the supernet's rates"),
            ("supernet accuracy", percent(last["accuracy"][decoded["timesteps"] - 1], 2), "in the last epoch"),
            *_estimate_tiles(history),
        ],
        "convergence": [
            line_chart("cross-entropy, Loss_CE", {"loss": [row["loss_ce"] for row in rows]}),
            line_chart("memory, Loss_MEM (bits)", {"memory": [row["loss_mem"] for row in rows]}),
            line_chart("operations, Loss_COMP (per sample)", {"operations": [row["loss_comp"] for row in rows]}),
            *([line_chart("cores of the chip", {"cores": [row["cores"] for row in rows]})] if on_chip else []),
            *_expected_charts(rows),
            line_chart(
                "accuracy after t steps", {f"{t + 1}": [row["accuracy"][t] for row in rows] for t in range(steps)}
            ),
            line_chart("mask entries that flip, per update", {"flips": [row["masks_changed"] for row in rows]}, low=0),
        ],
        "steps": line_chart(
            "probability of t steps", _by_name("steps", rows, [str(t + 1) for t in range(steps)]), 0, 1
        ),
        "bits": [_bits_chart(cell, rows, settings["bits"]) for cell in range(len(history["cells"]))],
        "cells": cell_bars(history),
        "channels": _channel_charts(rows, settings),
        "edges": _edges(history),
        "epochs": [row["epoch"] for row in rows],
        "trade_off": path_chart(
            "model size (bytes) against accuracy",
            "epochs",
            [(row["decoded"]["model_size"], row["accuracy"][row["decoded"]["timesteps"] - 1]) for row in rows],
        ),
        "settings": settings,
        "versions": history["versions"],
    }


def _by_name(key: str, rows: list[Mapping[str, Any]], names: list[str]) -> dict[str, list[float]]:
    return {name: [row[key][i] for row in rows] for i, name in enumerate(names)}


def _estimate_tiles(history: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What the found network takes of its chip."""
    found = history.get("estimate")
    if found is None:
        return []
    most = history["settings"].get("max_cores")
    within = f", of at most {count(most)}" if most else ""
    return [
        ("cores", count(found["cores"]), f"of {found['profile']}, as estimated{within}"),
        ("synapse memory", size(8 * found["synapse_memory"]), "as encoded, over all cores"),
        ("what binds", words(found["binds"]) or "nothing", f"{count(found['neurons'])} neurons"),
    ]


def _expected_charts(rows: list[Mapping[str, Any]]) -> list[Chart]:
    """What the probabilities are expected to take of the limits' chip."""
    if not rows[-1].get("expected"):
        return []
    titles = {
        "cores": "cores, expected",
        "memory": "synapse memory, expected (bytes)",
        "latency": "latency, expected (steps)",
    }
    charts = [line_chart(title, {name: [row["expected"][name] for row in rows]}) for name, title in titles.items()]
    return [*charts, line_chart("excess over the limits", {"excess": [row["excess"] for row in rows]}, low=0)]


def _channel_charts(rows: list[Mapping[str, Any]], settings: Mapping[str, Any]) -> list[Chart]:
    """The probabilities of shares of channels, of the stem and of each cell."""
    groups = range(len(rows[-1].get("channels", ())))
    return [
        line_chart(
            f"cell {group}" if group else "stem",
            {
                f"{share:g} of all": [row["channels"][group][i] for row in rows]
                for i, share in enumerate(settings["widths"])
            },
            0,
            1,
        )
        for group in groups
    ]


def _bits_chart(cell: int, rows: list[Mapping[str, Any]], bits: list[int]) -> Chart:
    curves = {f"{width} bit": [row["bits"][cell][i] for row in rows] for i, width in enumerate(bits)}
    return line_chart(f"cell {cell + 1}", curves, 0, 1)


def _edges(history: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row per candidate edge: the shade of its convolution's probability in every epoch, and whether it was kept."""
    kept = {text.split(":")[0]: text.split(": ")[1] for text in history["decoded"]["edges"]}
    return [
        {
            "name": name,
            "kept": kept.get(name, ""),
            "cells": [(level(row["ops"][i][1]), percent(row["ops"][i][1], 1)) for row in history["epochs"]],
            "last": percent(history["epochs"][-1]["ops"][i][1], 1),
        }
        for i, name in enumerate(history["edges"])
    ]

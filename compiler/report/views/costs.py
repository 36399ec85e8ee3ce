"""Costs from simulated spikes: counts per sample, NeuroBench's metrics, energy and time with where each figure is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litesnn.compiler.report.numbers import count, si, words


@dataclass(frozen=True)
class Estimate:
    """One figure of energy or time, beside its source and how sure that is."""

    name: str
    value: str
    status: str
    source: str


@dataclass(frozen=True)
class CostsView:
    """Counts and metrics as (name, value)."""

    samples: int | None
    counts: tuple[tuple[str, str], ...]
    metrics: tuple[tuple[str, str], ...]
    paper: tuple[tuple[str, str], ...]
    estimates: tuple[Estimate, ...]


def costs_view(costs: Mapping[str, Any]) -> CostsView:
    """Nested metrics are written `group / name`."""
    return CostsView(
        costs.get("samples"),
        tuple((words(name), count(value)) for name, value in (costs.get("per_sample") or {}).items()),
        tuple(_flat(costs.get("metrics") or {})),
        tuple(paper_rows(costs.get("paper") or {})),
        tuple(_estimate(entry) for kind in ("energy", "time") for entry in costs.get(kind) or ()),
    )


PAPER_UNITS = {"model_size": "B", "qp_model_size": "B", "ann_energy": "J", "energy": "J"}


def paper_rows(paper: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Figures as papers print them, with SI prefixes (a megabyte is 10^6 bytes)."""
    return [(words(name), si(value, PAPER_UNITS.get(name, ""))) for name, value in paper.items() if value is not None]


def _flat(metrics: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{name} / ")
        else:
            rows.append((prefix + name, count(value) if isinstance(value, (int, float)) else str(value)))
    return rows


def _estimate(entry: Mapping[str, Any]) -> Estimate:
    return Estimate(
        entry["name"], si(entry["value"], entry["unit"]), entry.get("status") or "", entry.get("source") or ""
    )

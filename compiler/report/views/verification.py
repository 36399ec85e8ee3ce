"""Verification: the engines side by side, mismatches per population and step, and where engines first part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litesnn.compiler.report.views.engines import ENGINES, engine_name, silence, verified


@dataclass(frozen=True)
class EngineRow:
    """One engine; `role` is reference, must agree, or shown beside."""

    name: str
    role: str
    samples: int
    accuracy: float | None
    common_accuracy: float | None
    spikes: int
    mismatching_spikes: int | None
    mismatching_readouts: int | None
    must_agree: bool


@dataclass(frozen=True)
class PopulationRow:
    """Mismatches of one population, in all and per step."""

    name: str
    expected: int
    found: int
    mismatches: int
    per_step: tuple[int, ...]


@dataclass(frozen=True)
class ComparisonView:
    """One engine against the reference; `first` and `causes` say where and why they part."""

    title: str
    must_agree: bool
    differs: bool
    steps: int
    rows: tuple[PopulationRow, ...]
    first: Mapping[str, Any] | None
    causes: tuple[str, ...]


@dataclass(frozen=True)
class VerificationView:
    """What was verified.

    `note` says what the samples were; `common_samples` how many every engine saw, 0 where all saw the same; `not_compared` the neurons
    per population that were removed because nothing reads them; `warning` is not empty where populations never spiked; `verified` says
    whether anything was compared.
    """

    note: str
    warning: str
    verified: bool
    common_samples: int
    engines: tuple[EngineRow, ...]
    comparisons: tuple[ComparisonView, ...]
    not_compared: tuple[tuple[str, int], ...] = ()


def verification_view(verification: Mapping[str, Any], order: Sequence[str]) -> VerificationView:
    """Engines in the order float, fixed, exact, Lava, others after them; populations in the given order."""
    comparisons = {comparison["found"]: comparison for comparison in verification["comparisons"]}
    known = [engine for engine in ENGINES if engine in verification["samples"]]
    engines = known + [engine for engine in verification["samples"] if engine not in ENGINES]
    return VerificationView(
        verification["note"],
        silence(verification),
        verified(verification),
        _common(verification),
        tuple(_engine(verification, engine, comparisons.get(engine)) for engine in engines),
        tuple(_comparison(comparison, order) for comparison in verification["comparisons"]),
        tuple(verification.get("not_compared", {}).items()),
    )


def _common(verification: Mapping[str, Any]) -> int:
    """Accuracy on common samples says something new only where an engine saw more than those, and labels were at hand."""
    number = int(verification["common_samples"])
    return (
        number if verification["common_accuracy"] and max(verification["samples"].values(), default=0) > number else 0
    )


def _engine(verification: Mapping[str, Any], engine: str, comparison: Mapping[str, Any] | None) -> EngineRow:
    must_agree = comparison is not None and comparison["must_agree"]
    alone = "reference" if verified(verification) else "ran alone: nothing was compared"
    role = alone if comparison is None else "must agree" if must_agree else "shown beside: the cost of fixed point"
    return EngineRow(
        name=engine_name(engine),
        role=role,
        samples=verification["samples"][engine],
        accuracy=verification["accuracy"].get(engine),
        common_accuracy=verification["common_accuracy"].get(engine),
        spikes=sum(verification["spike_counts"].get(engine, {}).values()),
        mismatching_spikes=None if comparison is None else comparison["mismatching_spikes"],
        mismatching_readouts=comparison["mismatching_readouts"] if comparison and must_agree else None,
        must_agree=must_agree,
    )


def _comparison(comparison: Mapping[str, Any], order: Sequence[str]) -> ComparisonView:
    rank = {name: i for i, name in enumerate(order)}
    populations = sorted(comparison["populations"].items(), key=lambda item: (rank.get(item[0], len(rank)), item[0]))
    rows = tuple(
        PopulationRow(
            name,
            entry["expected_spikes"],
            entry["found_spikes"],
            entry["mismatching_spikes"],
            tuple(entry["mismatches_per_step"]),
        )
        for name, entry in populations
    )
    first = comparison["first_divergence"]
    return ComparisonView(
        title=f"{engine_name(comparison['found'])} against {engine_name(comparison['expected'])}",
        must_agree=comparison["must_agree"],
        differs=bool(comparison["mismatching_spikes"] or comparison["mismatching_readouts"]),
        steps=max((len(row.per_step) for row in rows), default=0),
        rows=rows,
        first=first if comparison["must_agree"] else None,
        causes=tuple(comparison["readout_causes"] if first is None else first["causes"]),
    )

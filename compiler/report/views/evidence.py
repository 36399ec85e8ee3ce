"""What the compiler leaves behind: fidelity labels, findings, removed structure, proved ranges, the schedule's certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litesnn.compiler.report.numbers import percent, spans

Document = Mapping[str, Any]
WORST_FIRST = ("unsupported", "approximate", "assumed", "bounded", "exact")


@dataclass(frozen=True)
class FidelityRow:
    """One lowering step: its label, the worst place, and how many places it has."""

    step: str
    status: str
    bound: str
    place: str
    places: int
    detail: str


@dataclass(frozen=True)
class RemovalRow:
    """Channels of one population that went, and what that saved."""

    population: str
    reason: str
    channels: str
    number: int
    neurons: int
    synapses: int


@dataclass(frozen=True)
class RangeRow:
    """What one register can reach; `fraction` of its limit."""

    population: str
    register: str
    low: int
    high: int
    limit: int
    fraction: float
    proved: bool
    overflow: str


@dataclass(frozen=True)
class CertificateRow:
    """When one population computes, and how its inputs meet: source, its step, delay, and whether it is feedback."""

    population: str
    arrival: int | None
    computes: str
    resets: str
    inputs: tuple[tuple[str, int, int, bool], ...]


@dataclass(frozen=True)
class Evidence:
    """All of it; `findings` stand as they are in the report."""

    fidelity: tuple[FidelityRow, ...]
    findings: tuple[Document, ...]
    removals: tuple[RemovalRow, ...]
    removed: tuple[int, int, int]
    ranges: tuple[RangeRow, ...]
    proved: int
    certificate: tuple[CertificateRow, ...]
    loops: tuple[Document, ...]


def evidence(report: Document) -> Evidence:
    """The rows of the five tables."""
    ranges = tuple(_range(proof) for proof in report["ranges"])
    removals = tuple(_removal(removal) for removal in report["removals"])
    return Evidence(
        fidelity=_fidelity(report["fidelity"]),
        findings=tuple(report["findings"]),
        removals=removals,
        removed=(
            sum(row.number for row in removals),
            sum(row.neurons for row in removals),
            sum(row.synapses for row in removals),
        ),
        ranges=ranges,
        proved=sum(row.proved for row in ranges),
        certificate=tuple(_certificate(row) for row in report["certificate"]),
        loops=tuple((report["schedule"] or {}).get("loops", ())),
    )


def _fidelity(labels: list[Document]) -> tuple[FidelityRow, ...]:
    groups: dict[tuple[str, str], list[Document]] = {}
    for label in labels:
        groups.setdefault((label["step"], label["status"]), []).append(label)
    rows = [
        FidelityRow("weights, signs, delays, resets", "exact", "", "everywhere", 0, "integers carried as they are"),
    ]
    for (step, status), group in sorted(groups.items(), key=lambda item: WORST_FIRST.index(item[0][1])):
        worst = max(group, key=lambda label: label["bound"] or 0.0)
        bound = "" if worst["bound"] is None else f"≤ {percent(worst['bound'], 2)}"
        rows.append(FidelityRow(step, status, bound, worst["place"], len(group), worst["detail"]))
    return tuple(rows)


def _removal(removal: Document) -> RemovalRow:
    channels = removal["channels"]
    return RemovalRow(
        removal["population"],
        removal["reason"],
        spans(channels),
        len(channels),
        removal["neurons"],
        removal["synapses"],
    )


def _range(proof: Document) -> RangeRow:
    reach = max(abs(proof["low"]), abs(proof["high"]))
    return RangeRow(
        proof["population"],
        proof["register"],
        proof["low"],
        proof["high"],
        proof["limit"],
        reach / proof["limit"],
        proof["proved"],
        proof["overflow"],
    )


def _certificate(row: Document) -> CertificateRow:
    interval = row.get("initiation_interval", 1)
    return CertificateRow(
        row["population"],
        row["arrival"],
        "" if interval == 1 else f"every {interval} at phase {row['phase']}",
        f"every {row['reset_interval']} at phase {row['reset_offset']}",
        tuple(
            (entry["source"], entry["source_arrival"], entry["delay"], bool(entry.get("distance")))
            for entry in row["inputs"]
        ),
    )

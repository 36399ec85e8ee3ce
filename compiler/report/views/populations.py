"""The table of populations: what the genotype asked for, what the chip stores, what it does per sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litesnn.compiler.report.numbers import shape
from litesnn.compiler.report.views.engines import mismatches, spikes_per_sample, verified

SIGNS = {"excitatory": "+", "inhibitory": "−", "mixed": "±"}


@dataclass(frozen=True)
class Row:
    """One population; None stands for what was not computed."""

    name: str
    kind: str
    shape: str
    removed: int
    neurons: int
    arrival: int | None
    bits: str
    signs: str
    sparsity: float | None
    synapses: int
    encodings: str
    ideal_bits: float | None
    encoded_bits: float | None
    spikes: float | None
    operations: float | None
    mismatches: int | None


@dataclass(frozen=True)
class PopulationsView:
    """Rows in topological order; the flags say which optional columns there are."""

    rows: tuple[Row, ...]
    encoded: bool
    operations: bool
    simulated: bool
    verified: bool


def populations_view(report: Mapping[str, Any]) -> PopulationsView:
    """One row per population."""
    verification, costs = report["verification"], report.get("costs")
    encoding = (report.get("encoding") or {}).get("populations", {})
    operations = (costs or {}).get("populations", {})
    spikes, wrong = spikes_per_sample(verification), mismatches(verification)
    rows = []
    for entry in report["populations"]:
        name = entry["name"]
        encoded, cost = encoding.get(name, {}), operations.get(name, {})
        weights = entry["genotype_weights"]
        rows.append(
            Row(
                name=name,
                kind=f"{entry['kind']}, on host" if entry["on_host"] else entry["kind"],
                shape=shape(entry["shape"]),
                removed=entry["genotype_channels"] - entry["shape"][0],
                neurons=entry["neurons"],
                arrival=entry["arrival"],
                bits=", ".join(map(str, entry["num_weight_bits"])),
                signs=" ".join(SIGNS.get(mode, mode) for mode in entry["sign_modes"]),
                sparsity=1 - entry["kept_weights"] / weights if weights else None,
                synapses=entry["synapses"],
                encodings=_encodings(encoded.get("encodings", {})),
                ideal_bits=encoded.get("ideal_bits"),
                encoded_bits=encoded.get("encoded_bits"),
                spikes=spikes.get(name, None if entry["readout"] else cost.get("spikes")),
                operations=cost.get("synaptic_operations"),
                mismatches=wrong.get(name),
            )
        )
    return PopulationsView(tuple(rows), bool(encoding), bool(operations), bool(spikes), verified(verification))


def _encodings(lists: Mapping[str, int]) -> str:
    """`sparse 27, dense 3`, the most frequent first; a name and its number stay on one line."""
    used = sorted(((name, number) for name, number in lists.items() if number), key=lambda item: (-item[1], item[0]))
    return ", ".join(
        f"{name}\N{NO-BREAK SPACE}{number:,}".replace("-", "\N{NON-BREAKING HYPHEN}") for name, number in used
    )

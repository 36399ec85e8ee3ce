"""The engines of a verification by name, and the counts taken from those that must agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]
ENGINES = {
    "pytorch_float": "PyTorch (float)",
    "pytorch": "PyTorch (fixed)",
    "exact": "exact simulator",
    "lava": "Lava CPU simulator",
}


def engine_name(engine: str) -> str:
    """An engine as people call it."""
    return ENGINES.get(engine, engine)


def binding(verification: Document) -> Iterator[Document]:
    """The comparisons that must agree to the last spike."""
    return (comparison for comparison in verification["comparisons"] if comparison["must_agree"])


def compared_spikes(verification: Document) -> int:
    """Reference spikes that were held against another engine's."""
    return sum(
        entry["expected_spikes"] for comparison in binding(verification) for entry in comparison["populations"].values()
    )


def spikes_per_sample(verification: Document | None) -> dict[str, float]:
    """Population -> spikes per sample in the exact simulator."""
    if verification is None or not verification["samples"].get("exact"):
        return {}
    counts = verification["spike_counts"].get("exact", {})
    return {name: spikes / verification["samples"]["exact"] for name, spikes in counts.items()}


def mismatches(verification: Document | None) -> dict[str, int]:
    """Population -> mismatching spikes over the engines that must agree."""
    found: dict[str, int] = {}
    if verification is not None:
        for comparison in binding(verification):
            for name, entry in comparison["populations"].items():
                found[name] = found.get(name, 0) + entry["mismatching_spikes"]
    return found

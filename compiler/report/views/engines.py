"""The engines of a verification by name, and the counts taken from those that must agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]
NAMED = 5
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


def verified(verification: Document | None) -> bool:
    """Whether any engine's answers were held against another's; where none were, equality is not claimed."""
    return verification is not None and any(comparison["samples"] for comparison in binding(verification))


def silence(verification: Document) -> str:
    """A warning where populations never spike in the samples: that engines agree on them shows little. Empty where all spike."""
    counts = verification["spike_counts"].get(reference(verification), {})
    silent = [name for name, count in counts.items() if count == 0]
    if not silent:
        return ""
    if len(silent) == len(counts):
        return "no population spikes in these samples; equality of silence shows little, verify on other inputs"
    named = ", ".join(silent[:NAMED]) + (f" and {len(silent) - NAMED} more" if len(silent) > NAMED else "")
    return f"{len(silent)} of {len(counts)} populations never spike in these samples, and that engines agree on them shows little: {named}"


def reference(verification: Document) -> str:
    """The engine that the others were held against; the exact simulator where it ran alone."""
    return next((str(comparison["expected"]) for comparison in verification["comparisons"]), "exact")


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

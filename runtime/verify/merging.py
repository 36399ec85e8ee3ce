"""Verifications of parts of the samples, put together: what one over all of them says, as long as engines keep nothing between samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from litesnn.runtime.verify.compare import Comparison, Divergence, PopulationComparison
from litesnn.runtime.verify.verify import Verification, set_accuracy

_COUNTS = ("samples", "mismatching_readouts")


def part_document(result: Verification) -> dict[str, Any]:
    """A verification as JSON, with all that `merged` needs."""
    return {
        "reference": result.reference,
        "samples": result.samples,
        "spike_counts": result.spike_counts,
        "not_compared": result.not_compared,
        "registers": result.registers,
        "note": result.note,
        "hits": {name: "".join(map(str, hits.astype(int))) for name, hits in result.hits.items()},
        "comparisons": {
            name: {**asdict(comparison), "place_of_first": comparison.place_of_first}
            for name, comparison in result.comparisons.items()
        },
    }


def merged(parts: Sequence[Mapping[str, Any]]) -> Verification:
    """One verification of parts in the order of their samples; the first says which engines there are, and where samples are from.

    Activity, for costs, is not kept.
    """
    first = parts[0]
    result = Verification(first["reference"], not_compared=dict(first["not_compared"]), note=first["note"])
    for part in parts:
        for name, count in part["samples"].items():
            result.samples[name] = result.samples.get(name, 0) + count
        _add(result.spike_counts, part["spike_counts"])
        _add(result.registers, part["registers"])
        for name, stored in part["comparisons"].items():
            found = TypeAdapter(Comparison).validate_python(stored)
            found.place_of_first = stored["place_of_first"]
            known = result.comparisons.setdefault(
                name, Comparison(found.expected, found.found, must_agree=found.must_agree)
            )
            _add_comparison(known, found)
    for comparison in result.comparisons.values():
        if comparison.first is not None:
            comparison.readout_causes = ()
    engines = dict.fromkeys(name for part in parts for name in part["hits"])
    hits = {name: "".join(part["hits"].get(name, "") for part in parts) for name in engines}
    set_accuracy(result, {name: np.array([digit == "1" for digit in digits], bool) for name, digits in hits.items()})
    return result


def _add(before: dict[str, dict[str, int]], more: Mapping[str, Mapping[str, int]]) -> None:
    for name, counts in more.items():
        known = before.setdefault(name, {})
        for key, count in counts.items():
            known[key] = known.get(key, 0) + count


def _add_comparison(known: Comparison, found: Comparison) -> None:
    if found.first is not None and (known.first is None or found.place_of_first < known.place_of_first):
        known.first = _later(found.first, known.samples)
        known.place_of_first = found.place_of_first
    known.readout_causes = known.readout_causes or found.readout_causes
    for name in _COUNTS:
        setattr(known, name, getattr(known, name) + getattr(found, name))
    for name, more in found.populations.items():
        entry = known.populations.setdefault(
            name, PopulationComparison(name, mismatches_per_step=[0] * len(more.mismatches_per_step))
        )
        entry.mismatching_spikes += more.mismatching_spikes
        entry.expected_spikes += more.expected_spikes
        entry.found_spikes += more.found_spikes
        for step, count in enumerate(more.mismatches_per_step):
            entry.mismatches_per_step[step] += count


def _later(first: Divergence, samples: int) -> Divergence:
    return replace(first, sample=first.sample + samples)

"""The header: does it fit, does it spike the same, and what it takes, in one sentence and five figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from litesnn.compiler.report.numbers import count, percent, size
from litesnn.compiler.report.views.engines import binding, compared_spikes, engine_name, verified

State = Literal["good", "bad", "open"]


@dataclass(frozen=True)
class Tile:
    """One figure with its name and a line that qualifies it."""

    label: str
    value: str
    note: str
    state: State = "open"


@dataclass(frozen=True)
class Verdict:
    """`headline` is the answer, `detail` what it rests on."""

    state: State
    headline: str
    detail: str
    tiles: tuple[Tile, ...]


def verdict(report: Mapping[str, Any]) -> Verdict:
    """Errors of the rule check come first, then differing spikes; silence proves nothing and is not called agreement."""
    state, headline, detail = _answer(report)
    verification = report["verification"]
    tiles = (_spikes(verification), _accuracy(verification), _cores(report), _memory(report), _latency(report))
    return Verdict(state, headline, detail, tiles)


def _answer(report: Mapping[str, Any]) -> tuple[State, str, str]:
    broken = [finding for finding in report["findings"] if finding["severity"] == "error"]
    verification = report["verification"]
    if broken:
        rules = "1 rule is" if len(broken) == 1 else f"{len(broken)} rules are"
        return "bad", f"Does not fit {report['profile']}: {rules} broken", broken[0]["message"]
    if verification is None:
        return "open", "Compiled, not verified", "No samples were simulated, so no spikes were compared."
    spikes, readouts = verification["mismatching_spikes"], verification["mismatching_readouts"]
    note = verification["note"]
    if not verified(verification):
        return "open", "Compiled, not verified", f"No engine was compared with another: {note}."
    if spikes or readouts:
        return "bad", f"{count(spikes)} spikes and {count(readouts)} readouts differ", f"On {note}."
    pairs = [(comparison["expected"], comparison["found"]) for comparison in binding(verification)]
    engines = [engine_name(name) for name in dict.fromkeys(name for pair in pairs for name in pair)]
    compared = compared_spikes(verification)
    if compared == 0:
        return "open", "No spike differs, but none was fired", f"All {len(engines)} engines stayed silent on {note}."
    most, common = max(verification["samples"].values()), verification["common_samples"]
    fewer = "" if common == most else f" ({', '.join(_seen_less(verification))} on the first {count(common)})"
    agree = f"{count(compared)} spikes of {', '.join(engines[:-1])} and {engines[-1]} on {note}{fewer}."
    return "good", "Every spike agrees", agree


def _seen_less(verification: Mapping[str, Any]) -> list[str]:
    """Engines that ran only the first samples."""
    most = max(verification["samples"].values())
    return [engine_name(name) for name, samples in verification["samples"].items() if samples < most]


def _spikes(verification: Mapping[str, Any] | None) -> Tile:
    if verification is None or not verified(verification):
        return Tile("mismatching spikes", "–", "not verified")
    wrong, compared = verification["mismatching_spikes"], compared_spikes(verification)
    state: State = "bad" if wrong else "good" if compared else "open"
    return Tile("mismatching spikes", count(wrong), f"{count(compared)} spikes compared", state)


def _accuracy(verification: Mapping[str, Any] | None) -> Tile:
    if verification is None:
        return Tile("accuracy", "–", "nothing was simulated")
    accuracy = verification["accuracy"]
    if "exact" not in accuracy:
        return Tile("accuracy", "–", "no labels at hand")
    note = f"float model {percent(accuracy['pytorch_float'], 2)}" if "pytorch_float" in accuracy else "exact simulator"
    return Tile("accuracy", percent(accuracy["exact"], 2), note)


def _cores(report: Mapping[str, Any]) -> Tile:
    mapping = report.get("mapping")
    if mapping is None:
        return Tile("cores", "–", "not mapped")
    chips, bound = mapping["chips"], (mapping.get("lower_bound") or {}).get("cores")
    least = "" if bound is None else f", at least {count(bound)} needed"
    return Tile("cores", count(mapping["cores"]), f"on {count(chips)} chip{'' if chips == 1 else 's'}{least}")


def _memory(report: Mapping[str, Any]) -> Tile:
    ideal, encoding = report["memory"]["ideal_bits"], report.get("encoding")
    if encoding is None:
        return Tile("synaptic memory, ideal", size(ideal), "stored weights alone, no index or header bits")
    total = encoding["total"]
    return Tile("synaptic memory", size(total["encoded_bits"]), f"as encoded; {size(total['ideal_bits'])} ideal")


def _latency(report: Mapping[str, Any]) -> Tile:
    schedule = report["schedule"]
    if schedule is None:
        return Tile("latency", "–", "not scheduled")
    isolated = report["network"]["isolated"]
    pace = (
        "each sample a run of its own"
        if isolated
        else f"a new sample every {schedule.get('period', schedule['timesteps'])}"
    )
    return Tile("latency", f"{schedule['latency']} steps", pace)

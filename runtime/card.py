"""The cards of a simulation and of a verification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from litesnn.base.cards.card import Card, Figure, Rows
from litesnn.compiler.report.numbers import count, percent
from litesnn.compiler.report.sections.verification import engine_name

if TYPE_CHECKING:
    from litesnn.runtime.trace import Trace
    from litesnn.runtime.verify import Verification


def trace_card(trace: Trace) -> Card:
    """What was recorded, and whether a register was left."""
    left = {name: sum(counts.values()) for name, counts in trace.registers.items() if any(counts.values())}
    names = list(dict.fromkeys((*trace.spikes, *trace.membranes)))
    rows = ((name, _shape(trace, name), _fired(trace, name), _kept(trace, name)) for name in names)
    classes = trace.readout.shape[1:]
    return Card(
        kind="Trace",
        title=f"of {len(trace.readout):,} samples",
        figures=(
            Figure("samples", count(len(trace.readout))),
            Figure("outputs", " × ".join(map(str, classes))),
            Figure("populations recorded", count(len(names))),
            *([Figure("values that left a register", count(sum(left.values())), state="bad")] if left else []),
        ),
        tables=(Rows.of("recorded", ("population", "N, T, C, H, W", "spikes", "of it"), rows, len(names)),),
    )


def _shape(trace: Trace, name: str) -> str:
    kept = trace.spikes[name] if name in trace.spikes else trace.membranes[name]
    return ", ".join(map(str, kept.shape))


def _fired(trace: Trace, name: str) -> str:
    return count(int((trace.spikes[name] != 0).sum())) if name in trace.spikes else ""


def _kept(trace: Trace, name: str) -> str:
    parts: dict[str, Mapping[str, object]] = {"spikes": trace.spikes, "u": trace.currents, "v": trace.membranes}
    return ", ".join(part for part, kept in parts.items() if name in kept)


def verification_card(found: Verification) -> Card:
    """Whether the engines agree, on how much, and where they part."""
    answer, detail, state = _verdict(found)
    rows = (
        (
            engine_name(name),
            f"{samples:,}",
            count(sum(found.spike_counts.get(name, {}).values())),
            percent(found.accuracy[name], 2) if name in found.accuracy else "",
        )
        for name, samples in found.samples.items()
    )
    silent = found.silent_populations
    return Card(
        kind="Verification",
        title=f"against {engine_name(found.reference)}" if found.reference else "of nothing",
        answer=answer,
        detail=detail,
        state="good" if state else "open" if state is None else "bad",
        figures=(
            Figure("mismatching spikes", "none compared" if state is None else count(found.mismatching_spikes)),
            Figure("spikes compared", count(found.compared_spikes)),
            Figure("readouts compared", count(found.compared_readouts)),
            *([Figure("silent populations", str(len(silent)))] if silent else []),
        ),
        tables=(
            Rows.of("engines", ("engine", "samples", "spikes", "accuracy"), rows, len(found.samples)),
            Rows.of(
                "where engines first part", ("engine", "population", "says"), _parting(found), len(found.comparisons)
            ),
        ),
    )


def _verdict(found: Verification) -> tuple[str, str, bool | None]:
    if found.equal is None:
        return "Not verified", found.note, None
    if not found.equal:
        return (
            f"{count(found.mismatching_spikes)} spikes and {count(found.mismatching_readouts)} readouts differ",
            found.note,
            False,
        )
    if not found.compared_spikes:
        return "No spike differs, but none was fired", found.note, None
    return "Every spike agrees", found.note, True


def _parting(found: Verification) -> list[tuple[str, str, str]]:
    firsts = [(engine_name(name), pair.first) for name, pair in found.comparisons.items() if pair.must_agree]
    return [
        (name, first.population, f"sample {first.sample}, step {first.step}: {'; '.join(first.causes)}")
        for name, first in firsts
        if first is not None
    ]

"""LSN-RANGE: no accumulator, current or membrane leaves its register; what to do where one can, its origin says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from litesnn.compiler.graph import Graph, Range
from litesnn.compiler.rules.finding import Finding

CODE = "LSN-RANGE"
UNIT = "register units"
Advice = Callable[[Graph, Range], str]
"""What the graph's maker can do about a register that may be left: `Origin.range_advice`."""


def registers_hold(graph: Graph, advice: Advice) -> Iterator[Finding]:
    """No register can be left for any input: a warning where that is not proved, with what would prove it."""
    for proof in graph.ranges:
        if not proof.proved:
            reach = _reach(proof)
            text = f"{_subject(proof)} can reach {proof.low:,} .. {proof.high:,}; beyond {proof.limit:,} it {proof.overflow}"
            place = graph[proof.population].place
            yield Finding(
                code=CODE,
                severity="warning",
                place=place,
                value=reach,
                limit=proof.limit,
                unit=UNIT,
                message=text,
                fix=advice(graph, proof),
            )
    if graph.ranges and all(proof.proved for proof in graph.ranges):
        tightest = max(graph.ranges, key=lambda proof: _reach(proof) / proof.limit)
        text = f"no register can overflow; tightest is the {tightest.register} of '{tightest.population}'"
        place = graph[tightest.population].place
        yield Finding(
            code=CODE, severity="ok", place=place, value=_reach(tightest), limit=tightest.limit, unit=UNIT, message=text
        )


def with_seen(
    findings: Iterable[Finding], graph: Graph, seen: Mapping[str, Mapping[str, int]], samples: int
) -> list[Finding]:
    """The findings, those of registers that were left in a simulation as errors.

    Parameters
    ----------
    seen : population -> register -> values that left it, as `Trace.registers` has them
    samples : that were simulated
    """
    found = list(findings)
    for proof in graph.ranges:
        if proof.proved:
            continue
        count = seen.get(proof.population, {}).get(proof.register, 0)
        for index, finding in enumerate(found):
            if finding.code == CODE and finding.message.startswith(_subject(proof)):
                said = (
                    f"; it did {count:,} times in {samples} sample(s)"
                    if count
                    else f"; none did in {samples} sample(s)"
                )
                severity = "error" if count else finding.severity
                found[index] = replace(finding, severity=severity, message=finding.message + said)
    return found


def seen_findings(graph: Graph, advice: Advice, seen: Mapping[str, Mapping[str, int]], samples: int) -> list[Finding]:
    """The errors alone of `with_seen`: what a simulation of a compiled graph showed."""
    found = with_seen(registers_hold(graph, advice), graph, seen, samples)
    return [finding for finding in found if finding.severity == "error"]


def left_registers(seen: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether anything left a register."""
    return any(count for counts in seen.values() for count in counts.values())


def _subject(proof: Range) -> str:
    return f"{proof.register} of '{proof.population}'"


def _reach(proof: Range) -> int:
    return max(abs(proof.low), abs(proof.high))

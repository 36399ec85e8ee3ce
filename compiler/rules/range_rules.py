"""LSN-RANGE: no accumulator, current or membrane leaves its register; what to do where one can depends on what was given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import ceil, log2
from typing import Literal

from litesnn.compiler.graph import Graph, Range
from litesnn.compiler.rules.finding import Finding

CODE = "LSN-RANGE"
UNIT = "register units"
Given = Literal["genotype", "slayer", "nir"]
"""What the graph was made from; `SourceFile.source_format` for files from elsewhere."""


def registers_hold(graph: Graph, given: Given) -> Iterator[Finding]:
    """No register can be left for any input: a warning where that is not proved, with what would prove it."""
    for proof in graph.ranges:
        if not proof.proved:
            reach = _reach(proof)
            text = f"{_subject(proof)} can reach {proof.low:,} .. {proof.high:,}; beyond {proof.limit:,} it {proof.overflow}"
            place = graph[proof.population].place
            yield Finding(CODE, "warning", place, reach, proof.limit, UNIT, text, _advice(graph, proof, given))
    if graph.ranges and all(proof.proved for proof in graph.ranges):
        tightest = max(graph.ranges, key=lambda proof: _reach(proof) / proof.limit)
        text = f"no register can overflow; tightest is the {tightest.register} of '{tightest.population}'"
        place = graph[tightest.population].place
        yield Finding(CODE, "ok", place, _reach(tightest), tightest.limit, UNIT, text)


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


def seen_findings(graph: Graph, given: Given, seen: Mapping[str, Mapping[str, int]], samples: int) -> list[Finding]:
    """The errors alone of `with_seen`: what a simulation of a compiled graph showed."""
    found = with_seen(registers_hold(graph, given), graph, seen, samples)
    return [finding for finding in found if finding.severity == "error"]


def left_registers(seen: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether anything left a register."""
    return any(count for counts in seen.values() for count in counts.values())


def _subject(proof: Range) -> str:
    return f"{proof.register} of '{proof.population}'"


def _reach(proof: Range) -> int:
    return max(abs(proof.low), abs(proof.high))


def _advice(graph: Graph, proof: Range, given: Given) -> str:
    over = ceil(log2(_reach(proof) / proof.limit))
    if given == "slayer":
        return f"scale the layer's weights and threshold in the file down by 2^{over}, or prune its fan-in"
    if given == "nir":
        return f"import with {over} bit(s) less for it (--bits NAME=N), or prune its fan-in"
    others = "prune its fan-in, or use fewer bits"
    # Of the edges that meet at a membrane one has the shift membrane_exp, and the others more.
    finest = min((block.exponent for block in graph.into(proof.population)), default=0)
    if graph[proof.population].sends == "nothing" or finest == 0:
        return others
    return f"lower its membrane_exp by {min(over, finest)}, {others}"

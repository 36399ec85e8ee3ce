"""Rules about the graph: formats, exponents, delays, input, registers. One small function per rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from litesnn.compiler.graph import Graph, Neurons
from litesnn.compiler.profile import Profile
from litesnn.compiler.rules.finding import Finding, Severity

GraphRule = Callable[[Graph, Profile], Iterator[Finding]]


def weight_exponents_fit(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Every block's `weight_exp` must be one the synapse format can hold."""
    low, high = profile.synapses.weight_exp_min.value, profile.synapses.weight_exp_max.value
    if low is None or high is None:
        return
    exponents = [(block.format.weight_exp, block.place) for block in graph.blocks if block.format is not None]
    wrong = [(exponent, place) for exponent, place in exponents if not low <= exponent <= high]
    for exponent, place in wrong:
        yield Finding(
            "LSN-WEIGHT-EXP",
            "error",
            place,
            exponent,
            high if exponent > high else low,
            "exponent",
            f"weight_exp {exponent} is outside {low}..{high}",
            f"train with a membrane_exp {abs(exponent - (high if exponent > high else low))} lower",
        )
    if exponents and not wrong:
        top = max(exponents)
        yield Finding(
            "LSN-WEIGHT-EXP", "ok", top[1], top[0], high, "exponent", f"weight_exp at most {top[0]} of {high}"
        )


def weight_bits_offered(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Widths in use are ones the chip offers (sign handling picks only those); reported with the widest."""
    widths = {block.format.num_weight_bits for block in graph.blocks if block.format is not None}
    for bits in sorted(widths - set(profile.weight_bits)):
        place = next(b.place for b in graph.blocks if b.format is not None and b.format.num_weight_bits == bits)
        yield Finding(
            "LSN-WEIGHT-BITS",
            "error",
            place,
            bits,
            profile.weight_bits[-1],
            "bits",
            f"{bits}-bit weights; the chip offers {', '.join(map(str, profile.weight_bits))}",
            "compile for this profile",
        )
    if widths and not widths - set(profile.weight_bits):
        used = ", ".join(map(str, sorted(widths)))
        yield Finding(
            "LSN-WEIGHT-BITS", "ok", "network", max(widths), profile.weight_bits[-1], "bits", f"weights of {used} bits"
        )


def delays_fit(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """No synapse may need more delay than the chip has; relays, where they were needed, are pointed out."""
    longest = max(graph.blocks, key=lambda block: block.delay, default=None)
    if longest is not None:
        severity: Severity = "ok" if longest.delay <= profile.delay_max else "error"
        fix = "" if severity == "ok" else "compile for this profile: longer paths then go through relay populations"
        yield Finding(
            "LSN-DELAY",
            severity,
            longest.place,
            longest.delay,
            profile.delay_max,
            "steps",
            f"longest synaptic delay {longest.delay} of {profile.delay_max} steps",
            fix,
        )
    relays = [p for p in graph.membranes if isinstance(p, Neurons) and p.role == "relay"]
    if relays:
        yield Finding(
            "LSN-RELAY",
            "warning",
            relays[0].place,
            sum(p.size for p in relays),
            0,
            "neurons",
            f"{len(relays)} relay population(s) of {sum(p.size for p in relays)} neurons carry spikes past the longest delay",
            "shorten the skip: let the cell read a later one",
        )


def graded_input_enters(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Graded input needs graded spikes; without them its first layer runs on the host."""
    for source in graph.sources:
        if source.message_bits == 0:
            continue
        payload = profile.messages.graded_payload_bits.value or 0
        hosted = [p for p in graph.membranes if p.on_host]
        if payload >= source.message_bits:
            text = f"signed {source.message_bits}-bit input enters as graded spikes"
            yield Finding("LSN-GRADED-INPUT", "ok", source.place, source.message_bits, payload, "bits", text)
        else:
            text = f"spikes are binary: {', '.join(p.name for p in hosted)} ({sum(p.size for p in hosted)} neurons) runs on the host"
            fix = "encode the input as spikes (input.encoding: spikes), or compile for loihi2"
            yield Finding("LSN-GRADED-INPUT", "warning", source.place, source.message_bits, payload, "bits", text, fix)


def registers_hold(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """No accumulator, current or membrane may leave its register for any input."""
    for proof in graph.ranges:
        if not proof.proved:
            reach = max(abs(proof.low), abs(proof.high))
            over = int(np.ceil(np.log2(reach / proof.limit)))
            yield Finding(
                "LSN-RANGE",
                "warning",
                graph[proof.population].place,
                reach,
                proof.limit,
                "register units",
                f"{proof.register} of '{proof.population}' can reach {proof.low} .. {proof.high}; beyond {proof.limit} it {proof.overflow}",
                f"lower its membrane_exp by {over}, prune its fan-in, or use fewer bits",
            )
    if graph.ranges and all(proof.proved for proof in graph.ranges):
        tightest = max(graph.ranges, key=lambda p: max(abs(p.low), abs(p.high)) / p.limit)
        reach = max(abs(tightest.low), abs(tightest.high))
        text = f"no register can overflow; tightest is the {tightest.register} of '{tightest.population}'"
        yield Finding(
            "LSN-RANGE", "ok", graph[tightest.population].place, reach, tightest.limit, "register units", text
        )


GRAPH_RULES: tuple[GraphRule, ...] = (
    weight_bits_offered,
    weight_exponents_fit,
    delays_fit,
    graded_input_enters,
    registers_hold,
)

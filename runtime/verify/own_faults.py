"""Faults of a population that its program shows by itself, without a reference: timing, weight formats, registers."""

from __future__ import annotations

from collections.abc import Iterator

from litesnn.compiler.graph import Graph, Membranes


def wrong_timing(graph: Graph, population: Membranes) -> Iterator[str]:
    """Delays and resets that do not fit the schedule of the graph."""
    arrival = population.arrival
    if arrival is None:
        return
    for block in graph.into(population.name):
        wanted = graph.due(block)
        if wanted is not None and block.delay != wanted:
            kind = "missing delay" if block.delay < wanted else "wrong delay"
            yield (
                f"{kind}: block '{block.name}' has delay {block.delay}, its spikes need {wanted} to meet the others at step {arrival}"
            )
    if graph.isolated:
        return
    period, phase = graph.pace.period, graph.pace.reset_offset(arrival)
    if population.reset_interval != period or population.reset_offset != phase:
        late = ((population.reset_offset or 0) - phase) % period
        yield (
            f"wrong reset: '{population.name}' resets every {population.reset_interval} steps at phase {population.reset_offset}, its "
            f"samples start at phase {phase} every {period} ({late} step(s) late)"
        )


def unheld_weights(graph: Graph, population: Membranes) -> Iterator[str]:
    """Weights that their format cannot hold: Lava drops the lowest bits without a word."""
    for block in graph.into(population.name):
        if block.format is None:
            continue
        low, high = block.format.code_range()
        codes = block.geometry.codes
        carried = block.format.weight_exp + block.format.alignment
        if codes.size and (codes.min() < low or codes.max() > high):
            yield (
                f"truncated weights: block '{block.name}' holds codes {codes.min()}..{codes.max()}, its "
                f"{block.format.num_weight_bits}-bit {block.format.sign_mode} format {low}..{high}"
            )
        elif carried != block.exponent:
            yield f"wrong weight_exp: block '{block.name}' carries exponent {carried}, its codes mean {block.exponent}"


def overflow(name: str, overflows: int) -> Iterator[str]:
    """Says so where values of the population left a register."""
    if overflows:
        yield f"saturated register: {overflows} value(s) of '{name}' left the 24-bit current or membrane (wrapped or clipped)"

"""Timing of a program: that all that belongs to one step of a sample meets, and nothing else does.

Step t of sample i is slot k = i * slots + t, which a population computes in step arrival + k * interval of the chip. A
spike is at its target 1 + delay steps after it was sent. So what a block carries meets what it belongs to if

    arrival of the source + 1 + delay = arrival of the target + interval * distance

Populations are cleared before their first step of a sample, and rest in slots T .. slots - 1 and between slots. What
the last steps send over a distance d falls into the slots T .. T + d - 1, where its target rests. What is sent before
the first sample is sent in slots below 0: over distance 0 it arrives below slot 0 and is cleared, and over more it
would have to be sent from a slot that rests. Where samples are isolated nothing rests, and what feeds back must be
quiet until its sample arrives.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from litesnn.runtime.prove.program import Graph
from litesnn.runtime.prove.verdict import Problem, differences, differs

STEPS = ("arrival", "reset_interval", "reset_offset", "initiation_interval", "open_slots")


def timing_problems(graph: Graph) -> Iterator[Problem]:
    """What is not as the module's docstring says."""
    schedule, steps, blocks, populations = graph.schedule, graph.timesteps, graph.blocks, graph.populations.values()
    interval, slots = schedule.get("initiation_interval", 1), schedule.get("slots") or steps
    period, rests = slots * interval, None if slots == steps else steps
    least = steps + max((block.distance for block in blocks), default=0)
    arrivals = {population.name: int(population.entry["arrival"]) for population in populations}
    if graph.isolated:
        interval, period, rests, least = 1, steps + max(arrivals.values()) + 1, None, 0
    outputs = [p.name for p in populations if p.role == "readout" or p.entry.get("is_output")]
    found = {"timesteps": schedule["timesteps"], "depth": [schedule["depth"]], "slots": slots}
    due = {"timesteps": steps, "depth": [arrivals[name] for name in outputs], "slots": max(slots, least)}
    yield from differences(f"schedule, of {outputs}", "due:", found, due)
    for name, population in graph.populations.items():
        figures = (arrivals[name], period, (1 + arrivals[name]) % period, interval, rests)
        due = dict(zip(STEPS, (0, *[None] * 4) if population.role == "source" else figures, strict=True))
        yield from differences(f"population '{name}'", "due:", {f: population.entry.get(f) for f in STEPS}, due)
    for block in blocks:
        waits = arrivals[block.target] + interval * block.distance - 1 - arrivals[block.source]
        found, due = {"delay": block.entry["delay"]}, {"delay": waits if min(waits, block.distance) >= 0 else None}
        yield from differences(f"block '{block.name}'", "due:", found, due)
    leading = {block.source for block in blocks if block.distance and graph.isolated}
    for _ in populations:
        leading |= {block.source for block in blocks if block.target in leading}
    for population in populations:
        if population.name in leading and population.role != "source":
            neurons, nothing = population.neurons, np.zeros_like(population.channels)
            # Until any spikes, none gets any input.
            if (neurons.reach(nothing, nothing, arrivals[population.name])[1] > neurons.threshold).any():
                text = "its bias makes it spike before a sample arrives, and feedback reads it"
                yield differs(f"population '{population.name}'", text)

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

from litesnn.runtime.prove.program import Graph, Population
from litesnn.runtime.prove.ranges import decayed
from litesnn.runtime.prove.verdict import Problem, differences, differs

STEPS = ("arrival", "reset_interval", "reset_offset", "initiation_interval", "open_slots")


def timing_problems(graph: Graph) -> Iterator[Problem]:
    """What is not as the module's docstring says."""
    schedule, steps, populations = graph.schedule, graph.timesteps, graph.populations.values()
    interval, slots = schedule.get("initiation_interval", 1), schedule.get("slots") or steps
    period, rests = slots * interval, None if slots == steps else steps
    if graph.isolated:
        interval, period, rests = 1, steps + max(p.arrival for p in populations) + 1, None
    elif slots < steps + max((block.distance for block in graph.blocks), default=0):
        yield differs("schedule", f"found {slots} slots for {steps} steps and what feeds back")
    outputs = [p for p in populations if p.role == "readout" or p.entry.get("is_output")]
    found = {"timesteps": schedule["timesteps"], "depth": [schedule["depth"]]}
    place, depth = f"schedule, of {[p.name for p in outputs]}", [p.arrival for p in outputs]
    yield from differences(place, "due:", found, {"timesteps": steps, "depth": depth})
    for population in populations:
        source, first = population.role == "source", 1 + population.arrival
        figures = (0, *[None] * 4) if source else (population.arrival, period, first % period, interval, rests)
        found = {field: population.entry.get(field) for field in STEPS}
        yield from differences(f"population '{population.name}'", "due:", found, dict(zip(STEPS, figures, strict=True)))
    for block in graph.blocks:
        delay, leaves = block.entry["delay"], graph.populations[block.source].arrival
        due = graph.populations[block.target].arrival + interval * block.distance - 1 - leaves
        if delay != due or delay < 0:
            yield differs(f"block '{block.name}'", f"delay: found {delay}; due: {due}")
    if graph.isolated:
        leading = {block.source for block in graph.blocks if block.distance}
        for _ in populations:
            leading |= {block.source for block in graph.blocks if block.target in leading}
        for population in populations:
            if population.name in leading and population.role != "source" and _spikes_alone(population):
                text = "its bias makes it spike before a sample arrives, and feedback reads it"
                yield differs(f"population '{population.name}'", text)


def _spikes_alone(population: Population) -> bool:
    """Whether it spikes before its sample arrives, without any input: while none does, none gets one."""
    membrane, spiked = np.zeros_like(population.bias), False
    for _ in range(population.arrival):
        membrane = decayed(membrane, 4096 - population.constant("dv")) + population.bias
        spiked = spiked or bool((membrane > population.threshold).any())
    return spiked

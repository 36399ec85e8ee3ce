"""`schedule` and `certificate`: what a sample costs in time, when each population computes and how its inputs meet."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from pydantic import Field, Strict

from litesnn.compiler.graph import Graph, Membranes
from litesnn.compiler.report.document import Count, Document, Flag, Positive, Text, Whole

Steps = Annotated[int, Strict(), Field(ge=0, le=2**20)]
"""Chip steps that the page draws."""
SomeSteps = Annotated[int, Strict(), Field(ge=1, le=2**20)]


class LoopEntry(Document):
    """A way that spikes come back to where they were sent from."""

    edges: Annotated[tuple[Text, ...], Field(description="feedback edges of the genotype")]
    path: Annotated[tuple[Text, ...], Field(description="populations; the last is the first again")]
    distance: Annotated[Positive, Field(description="steps of the sample until a spike is back")]
    latency: Annotated[Positive, Field(description="chip steps until it is back: one per synapse")]
    interval: Annotated[Positive, Field(description="initiation interval that it needs")]


class ScheduleSection(Document):
    """What a sample costs in time and in delayed spikes, and the loops that say why a step of it may take several of the chip."""

    timesteps: SomeSteps
    depth: Steps
    delayed_blocks: Count
    relays: Count
    delay_slots: Count
    latency: Annotated[Count, Field(description="chip steps from a sample's first input to its complete answer")]
    initiation_interval: Annotated[SomeSteps, Field(description="chip steps per step of a sample")] = 1
    slots: Annotated[
        Positive | None, Field(description="slots per sample: its steps, and with feedback those that stay closed")
    ] = None
    period: Annotated[SomeSteps | None, Field(description="chip steps from one sample to the next")] = None
    idle_steps: Annotated[Count, Field(description="chip steps per sample in which a population rests")] = 0
    feedback_delay_slots: Annotated[Count, Field(description="delay slots that only feedback needs")] = 0
    loops: Annotated[tuple[LoopEntry, ...], Field(description="ways that spikes come back")] = ()

    @property
    def sample_period(self) -> int:
        """Chip steps from one sample to the next."""
        return self.timesteps if self.period is None else self.period

    @classmethod
    def of(cls, graph: Graph) -> ScheduleSection | None:
        """The section of a compiled graph; None where it was not scheduled."""
        schedule = graph.schedule
        if schedule is None:
            return None
        pace = schedule.pace
        own = {
            **asdict(schedule),
            "slots": pace.slots,
            "loops": tuple(LoopEntry.model_validate(loop) for loop in schedule.loops),
        }
        return cls(
            **own,
            period=pace.period,
            idle_steps=pace.idle,
            feedback_delay_slots=sum(_feedback_slots(graph, population) for population in graph.membranes),
            latency=schedule.latency,
        )


class InputEntry(Document):
    """Blocks into a population that share source, delay and distance."""

    source: Text
    source_arrival: Whole | None
    delay: Annotated[Whole, Field(ge=-1, description="besides the step of a synapse; -1 in 0.1.0: injected")]
    distance: Annotated[Count, Field(description="steps of the sample between spike and arrival")] = 0
    injected: Annotated[Flag, Field(description="written into the neurons by the host, in the same step")] = False
    blocks: Count


class ArrivalEntry(Document):
    """When one population computes and resets, and how its inputs meet."""

    population: Text
    arrival: Whole | None
    reset_interval: Whole | None
    reset_offset: Whole | None
    initiation_interval: Positive = 1
    phase: Annotated[Count, Field(description="computes where Lava's time_step % initiation_interval is this")] = 0
    inputs: tuple[InputEntry, ...]

    @classmethod
    def rows(cls, graph: Graph) -> tuple[ArrivalEntry, ...]:
        """One per population, in topological order."""
        return tuple(cls._of(graph, population) for population in graph.membranes)

    @classmethod
    def _of(cls, graph: Graph, population: Membranes) -> ArrivalEntry:
        names = list(graph.network)
        position = {name: i for i, name in enumerate(names)}
        blocks: dict[tuple[int, int, int, bool], int] = {}
        for block in graph.into(population.name):
            key = (position[block.source], block.delay, block.distance, block.injected)
            blocks[key] = blocks.get(key, 0) + 1
        return cls(
            population=population.name,
            arrival=population.arrival,
            reset_interval=population.reset_interval,
            reset_offset=population.reset_offset,
            initiation_interval=population.initiation_interval,
            phase=population.phase,
            inputs=tuple(
                InputEntry(
                    source=names[source],
                    source_arrival=graph[names[source]].arrival,
                    delay=delay,
                    distance=distance,
                    injected=injected,
                    blocks=number,
                )
                for (source, delay, distance, injected), number in sorted(blocks.items())
            ),
        )


def _feedback_slots(graph: Graph, population: Membranes) -> int:
    """Delay slots of a population's neurons that only feedback needs."""
    delays = [(block.delay, block.distance) for block in graph.into(population.name)]
    forward = max((delay for delay, distance in delays if not distance), default=0)
    return population.size * (max((delay for delay, _ in delays), default=0) - forward)

"""The steps a batch is computed over, and where its samples lie on them.

- windows: every path is balanced and every reset staggered (the certificate), so samples cannot meet. Each population is computed
  in its own window of T steps and delays need no memory; feedback arrives a step later.
- isolated: every sample is a run of its own on the chip's time axis; a block's values arrive its latency later.
- stream: all samples back to back through one network on the chip's time axis, for graphs with a fault in their timing: the
  wrong answer is the one that Lava gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from litesnn.compiler.graph import Graph, Membranes, Pace, Population

Mode = Literal["windows", "isolated", "stream"]


@dataclass(frozen=True)
class Axis:
    """Time of one batch.

    Attributes
    ----------
    timesteps : steps per sample (T)
    samples : in this batch; they are computed side by side, in a stream one after the other
    depth : last arrival of any population, 0 in windows
    pace : how the steps of samples lie on the axis
    """

    mode: Mode
    timesteps: int
    samples: int
    depth: int
    pace: Pace

    @classmethod
    def of(cls, graph: Graph, mode: Mode, timesteps: int, samples: int) -> Axis:
        """The axis of a batch of a graph."""
        depth = 0 if mode == "windows" else max(population.arrival or 0 for population in graph.populations)
        pace = graph.pace if mode == "stream" else Pace(timesteps, 1, timesteps)
        return cls(mode=mode, timesteps=timesteps, samples=samples, depth=depth, pace=pace)

    @property
    def lanes(self) -> int:
        """Networks computed side by side."""
        return 1 if self.mode == "stream" else self.samples

    @property
    def sent_steps(self) -> int:
        """Steps for which the source has data."""
        return self.pace.period * self.samples if self.mode == "stream" else self.timesteps

    @property
    def steps(self) -> int:
        """Steps every population is computed for."""
        return self.sent_steps + self.depth

    def shift(self, latency: int, distance: int) -> int:
        """Steps between a value's being sent and its arrival."""
        return distance if self.mode == "windows" else latency

    def resets(self, population: Membranes, step: int) -> bool:
        """Whether a population is cleared before a step; in a stream as Lava does, whose time counts from 1."""
        interval = population.reset_interval
        return self.mode != "windows" and interval is not None and (step + 1) % interval == population.reset_offset

    def computes(self, population: Membranes, step: int) -> bool:
        """Whether a population computes in a step; otherwise it rests, and what arrives is lost."""
        return self.mode == "windows" or population.computes(step)

    def longest_run(self, population: Membranes) -> int:
        """Most steps a population computes between resets."""
        if self.mode != "stream" or population.reset_interval is None:
            return self.steps
        return min(self.steps, population.reset_interval)

    def place(self, population: Population, step: int) -> tuple[slice, int] | None:
        """Samples of the batch, and their step, that a population computes at a step; None outside its window."""
        found = self.pace.at(step - (0 if self.mode == "windows" else population.arrival or 0))
        if found is None:
            return None
        sample, sample_step = found
        if sample >= (self.samples if self.mode == "stream" else 1):
            return None
        return (slice(sample, sample + 1) if self.mode == "stream" else slice(0, self.samples)), sample_step


def is_aligned(graph: Graph) -> bool:
    """Whether all inputs of every population arrive together and every reset falls on the first step of a sample."""
    pace = graph.pace
    return all(graph.due(block) == block.delay for block in graph.blocks) and all(
        p.arrival is not None
        and p.reset_interval == pace.period
        and p.reset_offset == pace.reset_offset(p.arrival)
        and p.initiation_interval == pace.interval
        and (p.open_slots or pace.slots) == (pace.timesteps if pace.slots > pace.timesteps else pace.slots)
        for p in graph.membranes
    )

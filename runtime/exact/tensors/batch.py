"""One batch of samples through a prepared network.

Populations are computed one after the other, each over all steps: its synapses at once, its neurons step by step. Only inside
a loop are the synapses computed step by step too, since what arrives there depends on what was just sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from litesnn.compiler.graph import Membranes, Population
from litesnn.runtime.exact.axis import Axis
from litesnn.runtime.exact.record import Recorder
from litesnn.runtime.exact.sums import Sent
from litesnn.runtime.exact.tensors.layout import laid_out
from litesnn.runtime.exact.tensors.network import Network, sends_messages
from litesnn.runtime.exact.tensors.stage import Stage
from litesnn.runtime.exact.tensors.values import Values
from litesnn.runtime.exact.timing import RunTiming

Inputs = npt.NDArray[np.integer[Any]]


class Batch:
    """The computation of one batch.

    Parameters
    ----------
    lanes : of the largest batch of the run, so that all batches use the same arithmetic and kernels
    entering : source -> smallest and largest value of the run's inputs, or wider; of all batches, for the same reason
    first : number of the batch's first sample in the run
    """

    def __init__(
        self,
        network: Network,
        axis: Axis,
        lanes: int,
        entering: Mapping[str, Sent],
        recorder: Recorder,
        first: int,
        timing: RunTiming | None,
    ) -> None:
        self.network, self.axis, self.lanes = network, axis, lanes
        self.recorder, self.first, self.timing = recorder, first, timing
        self._values: dict[str, Values] = {}
        self._seen = dict(entering)

    def run(self, inputs: Inputs) -> None:
        """Compute all populations for samples (B, C, H, W), held, or (B, T, C, H, W)."""
        self._enter(inputs)
        unread = {name: len(readers) for name, readers in self.network.readers.items()}
        for component in self.network.components:
            self._compute(component)
            for population in component:
                for projection in self.network.projections[population.name]:
                    unread[projection.source] -= 1
            for name in [name for name in self._values if not unread[name]]:
                del self._values[name]

    def _enter(self, inputs: Inputs) -> None:
        """Make the sources' values; in a stream, Lava's ring buffer starts again past its data, and no answer depends on it."""
        axis, device = self.axis, self.network.device
        samples = torch.as_tensor(inputs.astype(np.float32), device=device)
        sequence = samples[None] if samples.ndim == 4 else samples.transpose(0, 1)
        if axis.mode == "stream":
            held = sequence.expand(axis.timesteps, *sequence.shape[1:]).transpose(0, 1).flatten(0, 1)[:, None]
            sequence = held.new_zeros((axis.sent_steps, *held.shape[1:]))
            sequence[torch.from_numpy(axis.pace.offsets(axis.samples).ravel()).to(device)] = held
            sequence = sequence[torch.arange(axis.steps, device=device) % axis.sent_steps]
        sequence = laid_out(sequence)
        lasts = axis.sent_steps if len(sequence) == 1 else len(sequence)
        for source in self.network.graph.sources:
            values = self._room(source, len(sequence), lasts)
            for step, sent in enumerate(sequence):
                values.write(step, sent)

    def _room(self, population: Population, steps: int, lasts: int) -> Values:
        """Memory for what a population sends, from now until its last reader is computed."""
        dtype = torch.float64 if sends_messages(population) else torch.float32
        packings = self.network.packings(population, self.lanes, self._seen)
        room = Values(
            population=population,
            steps=steps,
            lasts=lasts,
            lanes=self.axis.lanes,
            packings=packings,
            dtype=dtype,
            device=self.network.device,
        )
        self._values[population.name] = room
        return room

    def _compute(self, component: list[Membranes]) -> None:
        """All steps of a population, or of populations that read one another."""
        steps = self.axis.steps
        rooms = {population.name: self._room(population, steps, steps) for population in component}
        stages = [self._stage(population, rooms) for population in component]
        for step in range(steps):
            for stage in stages:
                sent = stage.step(step)
                place = self.axis.place(stage.population, step)
                if place is not None:
                    samples = slice(place[0].start + self.first, place[0].stop + self.first)
                    self.recorder.take(stage.population, samples, place[1], sent, stage.model)
        for stage in stages:
            name = stage.population.name
            self.recorder.count_overflows(name, stage.model.overflows)
            if sends_messages(stage.population) and self.network.readers[name]:
                self._seen[name] = rooms[name].reach()

    def _stage(self, population: Membranes, inside: dict[str, Values]) -> Stage:
        """A population whose sources are all computed, but for those of its own component."""
        name = population.name
        arithmetic = self.network.arithmetic(name, self.lanes, self._seen)
        stage = Stage(
            population=population,
            sent=inside[name],
            arithmetic=arithmetic,
            axis=self.axis,
            device=self.network.device,
            keep_states=self.recorder.keeps_states(name),
            timing=self.timing,
            accumulator_limit=self.network.accumulator_limits.get(name),
        )
        for projection in self.network.projections[name]:
            if projection.source in inside:
                stage.add_loop(projection, inside[projection.source])
            else:
                stage.add_source(projection, self._values[projection.source])
        return stage

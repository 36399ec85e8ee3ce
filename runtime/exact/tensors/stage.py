"""One population in one batch: what arrives at it, its neurons, and what it sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from litesnn.compiler.graph import Membranes
from litesnn.runtime.exact.axis import Axis
from litesnn.runtime.exact.tensors.kernels.choose import now
from litesnn.runtime.exact.tensors.layout import maps
from litesnn.runtime.exact.tensors.limits import Arithmetic
from litesnn.runtime.exact.tensors.neurons import MODELS, NeuronModel, Setting
from litesnn.runtime.exact.tensors.synapses import Projection
from litesnn.runtime.exact.tensors.values import Values
from litesnn.runtime.exact.timing import Part, RunTiming


class Stage:
    """Computes a population, after `add_source` for every source outside its loop and `add_loop` for those inside.

    Attributes
    ----------
    sent : what the population sends, filled by `step`
    """

    def __init__(
        self,
        population: Membranes,
        sent: Values,
        arithmetic: Arithmetic,
        axis: Axis,
        device: torch.device,
        keep_states: bool,
        timing: RunTiming | None,
        accumulator_limit: int | None = None,
    ) -> None:
        self.population, self.sent = population, sent
        self._arithmetic, self._axis, self._device, self._timing = arithmetic, axis, device, timing
        self._loops: list[tuple[Projection, Values]] = []
        # (first step, step after the last) -> sums (1, W, C, H, W')
        self._constants: dict[tuple[int, int], Tensor] = {}
        self._sums: Tensor | None = None
        self._drive = maps(1, axis.lanes, population.shape, arithmetic.dtype, device)[0]
        self._held: Tensor | None = None
        self._held_at = -1
        self._nothing = torch.zeros((1, 1, 1, 1), device=device).expand(axis.lanes, *population.shape)
        shape, steps = (axis.lanes, *population.shape), axis.longest_run(population)
        setting = Setting(
            arithmetic=arithmetic,
            shape=shape,
            steps=steps,
            device=device,
            keep_states=keep_states,
            accumulator_limit=accumulator_limit,
        )
        self.model: NeuronModel = MODELS.of(population, population.name)(population, setting)

    def add_source(self, projection: Projection, source: Values) -> None:
        """Compute what a source makes arrive, at all steps."""
        with self._measure("synapses"):
            found = projection(source.words(self._arithmetic.packing), self._arithmetic)
            self._place(found, self._axis.shift(projection.latency, projection.distance), source.lasts)
        self._note(projection)

    def add_loop(self, projection: Projection, source: Values) -> None:
        """A source that is computed step by step together with this population."""
        self._loops.append((projection, source))

    def step(self, step: int) -> Tensor:
        """Compute a step; returns what is sent, (B, C, H, W)."""
        if not self._axis.computes(self.population, step):
            self.sent.write(step, self._nothing)
            return self._nothing
        with self._measure("synapses"):
            arrived = self._arrived(step)
        with self._measure("neurons"):
            if arrived is not None:
                self._held = self._arithmetic.packing.unpack(arrived, self._drive)
                self._held_at = step
            assert self._held is not None
            sent = self.model.step(self._held, self._axis.resets(self.population, step))
            self.sent.write(step, sent)
        if self._timing is not None:
            entry = self._timing.of(self.population.name)
            entry.events += int(torch.count_nonzero(sent))
            entry.values += sent.numel()
        return sent

    def _arrived(self, step: int) -> Tensor | None:
        """Sums that arrive at a step, as words (W, C, H, W'); None where they are those of the step before."""
        if self._sums is None and not self._loops:
            if self._held is not None and not self._changes(step):
                return None
            return sum(self._lasting(step), start=self._zeros(1)[0])
        sums = self._all_steps()[step]
        for lasting in self._lasting(step):
            sums.add_(lasting)
        for projection, source in self._loops:
            sent_at = step - self._axis.shift(projection.latency, projection.distance)
            if sent_at >= 0:
                words = source.words(self._arithmetic.packing)[sent_at : sent_at + 1]
                sums.add_(projection(words, self._arithmetic)[0])
                if step == self._axis.steps - 1:
                    self._note(projection)
        return sums

    def _place(self, found: Tensor, shift: int, lasts: int) -> None:
        """Add sums of `lasts` steps, or of one that holds for all of them, `shift` steps late."""
        steps = self._axis.steps
        if len(found) == 1:
            span = (shift, shift + lasts)
            self._constants[span] = self._constants[span] + found if span in self._constants else found
        elif self._sums is None and shift == 0 and len(found) == steps:
            self._sums = found
        else:
            stop = min(steps, shift + lasts)
            late = self._all_steps()[shift:stop]
            late += found[: len(late)]

    def _changes(self, step: int) -> bool:
        """Whether a held input began or ended since the sums that are held were computed."""
        return any(self._held_at < edge <= step for span in self._constants for edge in span)

    def _lasting(self, step: int) -> Iterator[Tensor]:
        """Sums of held inputs, as words, of those that arrive at a step."""
        return (sums[0] for (start, stop), sums in self._constants.items() if start <= step < stop)

    def _all_steps(self) -> Tensor:
        """Sums of all steps but the constant ones, which are added to each step as it is computed."""
        if self._sums is None:
            self._sums = self._zeros(self._axis.steps)
        return self._sums

    def _zeros(self, steps: int) -> Tensor:
        words = self._arithmetic.packing.words(self._axis.lanes)
        return maps(steps, words, self.population.shape, self._arithmetic.dtype, self._device).zero_()

    def _measure(self, part: Part) -> AbstractContextManager[None]:
        if self._timing is None:
            return nullcontext()
        return self._timing.measure(self.population.name, part, lambda: now(self._device))

    def _note(self, projection: Projection) -> None:
        if self._timing is not None:
            entry = self._timing.of(self.population.name)
            entry.kernels[projection.source] = projection.kernel_name(self._arithmetic)
            entry.samples_per_word = self._arithmetic.packing.samples

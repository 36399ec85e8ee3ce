"""Values of a trace with their meaning: a term, and which leading axes of the tensor are batch and time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from litesnn.compiler.frontends.real.nodes import Shape
from litesnn.jobs.from_torch.neurons.reading import Refused, refused
from litesnn.jobs.from_torch.terms import Applied, Given, Operation, Term, Zeros

FLAT = {"type": "Flatten", "start_dim": np.array(0), "end_dim": np.array(-1)}


@dataclass(frozen=True)
class Signal:
    """A tensor of the trace: what it is, and its sides; `leading` are those of batch and time, the others the layer's own."""

    term: Term
    leading: Shape
    shape: Shape

    def through(self, operation: Operation, sides: Sequence[int]) -> Signal:
        """What an operation makes of it: a tensor of these sides.

        Raises
        ------
        Refused
            Where batch and time do not stay.
        """
        size = tuple(sides)
        if size[: len(self.leading)] != self.leading:
            raise Refused(f"makes {size} of {(*self.leading, *self.shape)}; allowed: batch and time stay as they are")
        shape = size[len(self.leading) :]
        return Signal(Applied(operation, self.term, shape), self.leading, shape)

    def reshaped(self, sides: Sequence[int], whole: Shape) -> Signal:
        """The same values in the same order as a tensor of these sides; `whole` are the leading sides of the module's input.

        Raises
        ------
        Refused
            Where batch and other axes are mixed, and for what is neither flat nor the module's input.
        """
        size, leading = tuple(sides), self._leading(tuple(sides), whole)
        shape = size[len(leading) :]
        if shape == self.shape:
            return replace(self, leading=leading)
        if isinstance(self.term, Given):
            return Signal(replace(self.term, shape=shape), leading, shape)
        if len(shape) != 1:
            raise Refused(f"makes {shape} of {self.shape}; allowed: to flatten all axes, or leave them")
        flat = Operation("flatten", ("flatten",), FLAT)
        return Signal(Applied(flat, self.term, shape), leading, shape)

    def _leading(self, size: Shape, whole: Shape) -> Shape:
        merged = (math.prod(self.leading),)
        for leading in (self.leading, merged, whole):
            if size[: len(leading)] == leading and math.prod(leading) == merged[0]:
                return leading
        raise Refused(
            f"makes {size} of {(*self.leading, *self.shape)}, whose batch (and time) {self.leading} it mixes with other axes"
        )


@dataclass(frozen=True)
class Recorded:
    """What was sent over time, gathered, counted or averaged at the module's end: nothing more can be computed of it."""

    signals: tuple[Signal, ...]


def as_signal(value: Any, place: str) -> Signal:
    """A signal, or zeros that spikes are before the first step.

    Raises
    ------
    ImportFileError
        For anything else.
    """
    if isinstance(value, torch.Tensor) and value.dim() > 1 and not value.any():
        return Signal(Zeros(), tuple(value.shape[:1]), tuple(value.shape[1:]))
    if not isinstance(value, Signal):
        raise refused(place, "receives nothing that the module's input or neurons sent")
    return value


def signals_in(value: Any) -> list[Signal]:
    """All signals of what a module returns."""
    if isinstance(value, Signal):
        return [value]
    if isinstance(value, Recorded):
        return list(value.signals)
    if isinstance(value, dict):
        value = list(value.values())
    return [signal for part in value for signal in signals_in(part)] if isinstance(value, (list, tuple)) else []

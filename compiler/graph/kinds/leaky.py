"""What a leaky membrane can reach: the equation that LIF neurons and readouts share, over all inputs at once.

    u = sgn(u) * ((|u| * (4096 - (du + 1))) >> 12) + (arriving << 6)
    v = sgn(v) * ((|v| * (4096 - dv)) >> 12) + u + bias

Bounds are exact integers, computed with the same truncations as the neuron; loose only in that all inputs of one sign are assumed
active at once. They are those of registers without end: where one passes its register, what the register holds is something else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from litesnn.compiler.graph.findings import Range
from litesnn.compiler.graph.kinds.arrivals import Arrivals
from litesnn.compiler.graph.kinds.membranes import Membranes
from litesnn.compiler.graph.kinds.registers import STATE_MAX, WEIGHT_SHIFT, Decay, Interval, Ints


@dataclass(frozen=True, eq=False)
class Bounds:
    """Lowest and highest value per channel (C,) over all inputs and all steps of a sample.

    `accumulator` in weight units; `current` and `membrane` in membrane units, after the update and before the spike's reset.
    """

    accumulator_low: Ints
    accumulator_high: Ints
    current_low: Ints
    current_high: Ints
    membrane_low: Ints
    membrane_high: Ints


@dataclass(frozen=True, eq=False, repr=False)
class Leaky(Membranes):
    """Neurons that integrate and leak; what happens at a threshold is their kind's."""

    def bounds(self, arrivals: Arrivals, beyond: int | None = None) -> Bounds:
        """What the registers can reach; of a population whose normalization is folded.

        `beyond`: where only what happens below it matters, no step is taken after a membrane has passed it.
        """
        low, high = arrivals.values()
        zeros = np.zeros(self.shape[0], np.int64)
        current_low, current_high, start_low, start_high = (zeros.copy() for _ in range(4))
        lowest_current, highest_current, lowest, highest = (zeros.copy() for _ in range(4))
        for _ in range(arrivals.steps):
            before = (current_low, current_high, start_low, start_high)
            current_low = decayed(current_low, self.current_mantissa) + (low << WEIGHT_SHIFT)
            current_high = decayed(current_high, self.current_mantissa) + (high << WEIGHT_SHIFT)
            membrane_low, membrane_high = start_low + current_low + self.bias, start_high + current_high + self.bias
            lowest, highest = np.minimum(lowest, membrane_low), np.maximum(highest, membrane_high)
            lowest_current = np.minimum(lowest_current, current_low)
            highest_current = np.maximum(highest_current, current_high)
            start_low, start_high = self.carried(np.minimum(membrane_low, 0), np.maximum(membrane_high, 0))
            after = (current_low, current_high, start_low, start_high)
            if all(np.array_equal(a, b) for a, b in zip(before, after, strict=True)):
                break
            if beyond is not None and max(int(highest.max()), -int(lowest.min())) > beyond:
                break
        return Bounds(
            accumulator_low=low,
            accumulator_high=high,
            current_low=lowest_current,
            current_high=highest_current,
            membrane_low=lowest,
            membrane_high=highest,
        )

    def carried(self, low: Ints, high: Ints) -> Interval:
        """Bounds (C,) of what the next step begins with, of membranes from `low` (0 at most) to `high` (0 at least).

        The default is of neurons that start again from 0, or from what `highest_kept` leaves them.
        """
        kept = self.highest_kept
        left = high if kept is None else np.minimum(high, kept)
        return decayed(low, self.decay_mantissa), decayed(left, self.decay_mantissa)

    def ranges(self, arrivals: Arrivals, accumulator_limit: int) -> list[Range]:
        """See `Membranes.ranges`."""
        found = self.bounds(arrivals)
        current = (int(found.current_low.min()), int(found.current_high.max()))
        membrane = (int(found.membrane_low.min()), int(found.membrane_high.max()))
        limit, beyond = self._end_of_membrane(membrane[1])
        proofs = [
            Range(self.name, "current", *current, limit=STATE_MAX, overflow="wraps around"),
            Range(self.name, "membrane", *membrane, limit=limit, overflow=beyond),
        ]
        if self.on_host:
            return proofs  # the host computes the neuron's own registers, and has no synaptic accumulator
        low, high = int(found.accumulator_low.min()), int(found.accumulator_high.max())
        return [
            Range(
                population=self.name,
                register="accumulator",
                low=low,
                high=high,
                limit=accumulator_limit,
                overflow="wraps around",
            ),
            *proofs,
        ]

    def _end_of_membrane(self, highest: int) -> tuple[int, str]:
        """Where the membrane ends and what happens there."""
        return STATE_MAX, "is clipped"


def decayed(state: Ints, memory: Decay) -> Ints:
    """`memory` of 4096 of a state, truncated toward zero."""
    size: Ints = np.multiply(np.abs(state), memory)
    kept: Ints = np.sign(state) * (size >> 12)
    return kept

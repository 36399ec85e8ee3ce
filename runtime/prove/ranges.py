"""How far membranes can get, for all inputs at once: docs/numbers.md, One time step and Resets, on intervals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Interval = tuple[Ints, Ints]
REGISTER = 2**23 - 1
READOUT_MAX = 64 * (2**17 - 1)


class Constants(NamedTuple):
    """Integers of a population, (C,) each; `reset` is `none` of a readout, whose threshold is the largest."""

    decay: Ints
    bias: Ints
    threshold: Ints
    reset: str

    def of(self, channels: Ints) -> Constants:
        """Those of some channels."""
        return Constants(self.decay[channels], self.bias[channels], self.threshold[channels], self.reset)


def membranes(sums: Interval, neurons: Constants, steps: int) -> Interval:
    """Lowest and highest membrane before the reset, (C,), over steps from 0 with synaptic sums between those given."""
    low = high = lowest = highest = np.zeros_like(neurons.bias)
    for _ in range(steps):
        before = low, high
        low, high = low + 64 * sums[0] + neurons.bias, high + 64 * sums[1] + neurons.bias
        lowest, highest = np.minimum(lowest, low), np.maximum(highest, high)
        low, high = _left(np.clip(low, -REGISTER, REGISTER), np.clip(high, -REGISTER, REGISTER), neurons)
        if np.array_equal(before, (low, high)):
            break
    return lowest, highest


def _left(low: Ints, high: Ints, neurons: Constants) -> Interval:
    """What the next update begins with, of membranes between two: of what was quiet, and of what spiked."""
    decay, threshold = neurons.decay, neurons.threshold
    least, most = decayed(np.minimum(low, threshold), decay), decayed(np.minimum(high, threshold), decay)
    first, last = _spiked(np.maximum(low, threshold + 1), neurons), _spiked(high, neurons)
    spikes = high > threshold
    return np.where(spikes, np.minimum(least, first), least), np.where(spikes, np.maximum(most, last), most)


def _spiked(membrane: Ints, neurons: Constants) -> Ints:
    """What the next update begins with, of a membrane that spiked."""
    resets = {
        "none": decayed(membrane, neurons.decay),
        "zero": np.zeros_like(membrane),
        "subtract": decayed(membrane - neurons.threshold, neurons.decay),
        "subtract_next": decayed(membrane, neurons.decay) - neurons.threshold,
    }
    return resets[neurons.reset]


def decayed(membrane: Ints, decay: Ints) -> Ints:
    """`decay` of 4096 of a membrane, truncated toward 0."""
    kept: Ints = np.sign(membrane) * (np.abs(membrane) * decay >> 12)
    return kept

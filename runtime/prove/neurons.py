"""Neurons: their integers, and how far membranes get, for all inputs at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
REGISTER = 2**23 - 1
READOUT_MAX = 64 * (2**17 - 1)
NO_LEAK = 4096


class Neurons(NamedTuple):
    """What channels compute with (docs/numbers.md), (C,) each, in membrane units.

    `reset` : to 0, or by subtracting the threshold; `none` of a readout, whose threshold is the largest
    """

    decay: Ints
    bias: Ints
    threshold: Ints
    reset: npt.NDArray[np.str_]

    def telling(self, steps: int) -> dict[str, npt.NDArray[np.generic]]:
        """What shows within so many steps: in one alone neither decay nor reset does.

        Where nothing leaks, a subtraction at the spike and one with the next update are the same.
        """
        if steps == 1:
            return {"bias": self.bias, "threshold": self.threshold}
        same = (self.decay == NO_LEAK) & (self.reset == "subtract_next")
        return {**self._asdict(), "reset": np.where(same, "subtract", self.reset)}

    def reach(self, low: Ints, high: Ints, steps: int) -> tuple[Ints, Ints]:
        """Lowest and highest membrane before the reset over steps from 0, with synaptic sums from `low` to `high`."""
        least = most = lowest = highest = np.zeros_like(self.bias)
        for _ in range(steps):
            least, most = least + 64 * low + self.bias, most + 64 * high + self.bias
            lowest, highest = np.minimum(lowest, least), np.maximum(highest, most)
            least, most = np.clip((least, most), -REGISTER, REGISTER)
            # On either side of the threshold what is left rises with the membrane: the ends of both sides say all.
            left = self._left(np.clip((least, most, self.threshold, self.threshold + 1), least, most))
            least, most = left.min(axis=0), left.max(axis=0)
        return lowest, highest

    def _left(self, membrane: Ints) -> Ints:
        """What the next update begins with."""
        quiet = self._decayed(membrane)
        resets = {"none": quiet, "zero": 0 * quiet, "subtract_next": quiet - self.threshold}
        resets["subtract"] = self._decayed(membrane - self.threshold)
        spiked = np.select([self.reset == reset for reset in resets], list(resets.values()))
        return np.where(membrane > self.threshold, spiked, quiet)

    def _decayed(self, membrane: Ints) -> Ints:
        """`decay` of 4096 of a membrane, truncated toward 0."""
        kept: Ints = np.sign(membrane) * (np.abs(membrane) * self.decay >> 12)
        return kept

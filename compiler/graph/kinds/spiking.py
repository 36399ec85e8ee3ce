"""What spiking kinds have in common: a leaky membrane, and a threshold that it is reset at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from litesnn.compiler.graph.kinds.arrivals import Arrivals
from litesnn.compiler.graph.kinds.leaky import Leaky, decayed
from litesnn.compiler.graph.kinds.registers import STATE_MAX, VTH_MAX, WEIGHT_SHIFT, Bools, Floats, Ints, Sends
from litesnn.compiler.graph.kinds.thresholded import Thresholded


@dataclass(frozen=True, eq=False, repr=False)
class Spiking(Thresholded, Leaky):
    """Neurons that spike where the membrane is above the threshold `vth << 6`, and then start again from 0; `vth` has 17 bits.

    `vth_shift`: by which `vth` is shifted into membrane units
    """

    removable: ClassVar[bool] = True
    highest_threshold: ClassVar[int] = VTH_MAX
    vth_shift: ClassVar[int] = WEIGHT_SHIFT

    @property
    def sends(self) -> Sends:
        """See `Population.sends`."""
        return "spikes"

    @property
    def threshold(self) -> Ints | None:
        """See `Membranes.threshold`."""
        return None if self.vth is None else self.vth << WEIGHT_SHIFT

    @property
    def highest_kept(self) -> Ints | None:
        """What is above the threshold spikes and is reset; what stays is at most the threshold, if that never moves."""
        return self.threshold if self.fixed_unit else None

    @property
    def threshold_register(self) -> Ints | None:
        """See `Membranes.threshold_register`."""
        return self.vth

    def folded(self, threshold: Floats) -> Any:
        """See `Membranes.folded`."""
        return replace(self, vth=np.clip(np.rint(threshold), 0, VTH_MAX).astype(np.int64))

    def never_sends(self, arrivals: Arrivals) -> Bools:
        """No input lifts the membrane above the threshold; where a strongly negative current could wrap around, nothing is certain."""
        assert self.threshold is not None, "normalization is folded before anything is proved"
        found = self.bounds(arrivals)
        silent: Bools = (found.membrane_high <= self.threshold) & (found.current_low >= -STATE_MAX)
        return silent

    def sends_unasked(self, steps: int) -> bool:
        """See `Membranes.sends_unasked`."""
        assert self.threshold is not None, "normalization is folded before anything is proved"
        membrane = np.zeros_like(self.bias)
        for _ in range(steps):
            membrane = decayed(membrane, self.decay_mantissa) + self.bias
            if (membrane > self.threshold).any():
                return True
        return False

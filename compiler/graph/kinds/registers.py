"""Register widths of the chip's fixed neuron, and what all kinds count in.

All arrays of a population are per channel, length C of its shape (C, H, W). Membrane units are the chip's: 64 per unit of weight
(Lava's `vth` and input activation are both shifted left by 6).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Shape = tuple[int, int, int]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Interval = tuple[Ints, Ints]  # lowest and highest value, per channel (C,) each
Decay = int | Ints  # of 4096: one for all neurons, or per channel (C,)
Sends = Literal["spikes", "graded", "nothing"]

# Register widths of the LIF unit: Lava `lif/models.py` PyLifModelBitAcc, the same in nengo-loihi's `discretize.py`. They are the
# arithmetic of all engines, not figures of a chip: what a profile's narrower registers cannot hold is a finding (docs/profiles.md).
VTH_MAX = 2**17 - 1
BIAS_MANT_MAX = 2**12 - 1
BIAS_EXP_MAX = 7
STATE_MAX = 2**23 - 1
WEIGHT_SHIFT = 6  # input activation and vth are shifted left by this many bits
DECAY_UNITY = 4096
DECAY_BITS = DECAY_UNITY.bit_length() - 1  # of the register of a decay
NO_CURRENT_MEMORY = 4095  # du: with the chip's offset of 1 the current decays fully every step


def bias_registers(bias: Floats) -> tuple[Ints, Ints]:
    """Mantissa and exponent (C,) of biases in membrane units: the smallest exponent that lets the mantissa fit, clipped where none does."""
    exponent = np.full(bias.shape, BIAS_EXP_MAX, np.int64)
    for candidate in range(BIAS_EXP_MAX - 1, -1, -1):
        exponent = np.where(np.abs(np.rint(bias / 2.0**candidate)) <= BIAS_MANT_MAX, candidate, exponent)
    mantissa = np.clip(np.rint(bias / 2.0**exponent), -BIAS_MANT_MAX, BIAS_MANT_MAX).astype(np.int64)
    return mantissa, exponent

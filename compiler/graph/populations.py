"""The nodes of the graph: sources, spiking populations and readouts, in Lava's parameter names and units.

All arrays are per channel, length C of the population's shape (C, H, W). Membrane units are the chip's: 64 per unit of
weight (Lava's `vth` and input activation are both shifted left by 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Shape = tuple[int, int, int]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Register widths of the LIF unit: Lava `lif/models.py` PyLifModelBitAcc, the same in nengo-loihi's `discretize.py`.
VTH_MAX = 2**17 - 1
BIAS_MANT_MAX = 2**12 - 1
BIAS_EXP_MAX = 7
STATE_MAX = 2**23 - 1
WEIGHT_SHIFT = 6  # input activation and vth are shifted left by this many bits
DECAY_UNITY = 4096
NO_CURRENT_MEMORY = 4095  # du: with the chip's offset of 1 the current decays fully every step


@dataclass(frozen=True, eq=False)
class Analog:
    """What a membrane means before normalization is folded: real threshold, affine normalization, fixed-point resolution.

    `gain` (C,) scales the summed current, None where each edge carries its own; `offset` (C,) is added after it. `bias` (C,)
    is a readout's, in units of its weights. `multiplier_max` bounds the integers that join edges of different gain.
    """

    threshold: float
    membrane_exp: int
    multiplier_max: int = 1
    gain: Floats | None = None
    offset: Floats | None = None
    bias: Floats | None = None


@dataclass(frozen=True, eq=False)
class Population:
    """What all populations have: name, shape (C, H, W), the genotype's channel ids that are left, arrival time in steps.

    Attributes
    ----------
    channels : ids of the genotype's channels this population still holds (dead ones are removed), length C
    genotype_channels : number of channels in the genotype
    arrival : steps after the source's first spike at which the first sample's first step is computed; None before schedule
    place : where it comes from in the genotype
    """

    name: str
    shape: Shape
    channels: tuple[int, ...]
    genotype_channels: int
    place: str
    arrival: int | None = None

    @property
    def sent(self) -> tuple[int, int]:
        """Smallest and largest value a neuron sends in a step; (0, 1) for spikes."""
        return (0, 1)

    @property
    def size(self) -> int:
        """Number of neurons."""
        return self.shape[0] * self.shape[1] * self.shape[2]


@dataclass(frozen=True, eq=False)
class Source(Population):
    """The network's input. Values lie in minimum .. maximum; `message_bits` 0 means binary spikes."""

    minimum: int = 0
    maximum: int = 1
    message_bits: int = 0

    @property
    def sent(self) -> tuple[int, int]:
        """See `Population.sent`."""
        return (self.minimum, self.maximum)


@dataclass(frozen=True, eq=False)
class Membranes(Population):
    """Populations with a membrane: `du`, `dv`, bias, periodic reset (steps; `time_step % reset_interval == reset_offset`).

    `initiation_interval`: they compute once every so many steps of the chip, first in the step of a reset, and hold their state in
    between. `open_slots`: after so many computations they rest until the next reset: what arrives is lost, nothing is sent. None:
    never.

    `is_output`: the host reads what it sends (networks from elsewhere that end in spikes); a `Readout` is always an output.
    """

    du: int = NO_CURRENT_MEMORY
    dv: int = 0
    bias_mant: Ints | None = None
    bias_exp: Ints | None = None
    unit: Floats | None = None
    analog: Analog | None = None
    reset_interval: int | None = None
    reset_offset: int | None = None
    initiation_interval: int = 1
    open_slots: int | None = None
    on_host: bool = False
    is_output: bool = False

    @property
    def bias(self) -> Ints:
        """Bias in membrane units, added every step; (C,)."""
        if self.bias_mant is None or self.bias_exp is None:
            return np.zeros(self.shape[0], np.int64)
        return self.bias_mant << self.bias_exp

    @property
    def gated(self) -> bool:
        """Whether there are steps of the chip in which they do not compute."""
        return self.initiation_interval > 1 or self.open_slots is not None

    @property
    def phase(self) -> int:
        """They compute where `time_step % initiation_interval == phase`; Lava counts steps from 1."""
        return (self.reset_offset or 0) % self.initiation_interval

    def computes(self, step: int) -> bool:
        """Whether they compute in a step of the chip, counted from 0."""
        if not self.gated:
            return True
        assert self.reset_interval is not None, "gates are set with the resets"
        slot, between = divmod((step + 1 - (self.reset_offset or 0)) % self.reset_interval, self.initiation_interval)
        return not between and (self.open_slots is None or slot < self.open_slots)

    @property
    def decay_mantissa(self) -> int:
        """4096 - dv: the membrane keeps this fraction of 4096 per step."""
        return DECAY_UNITY - self.dv


@dataclass(frozen=True, eq=False)
class Neurons(Membranes):
    """Leaky integrate-and-fire neurons; spike where v > vth << 6, then v = 0.

    `role`: `lif` from the genotype; `maximum` (threshold 0: spikes when any input does) for max pooling; `relay` where a path
    needs more delay than a synapse has. `vth` (C,) is None before normalization is folded.
    """

    vth: Ints | None = None
    role: Literal["lif", "maximum", "relay"] = "lif"


@dataclass(frozen=True, eq=False)
class Readout(Membranes):
    """Integrates without leak or threshold; read by the host after the last step of each sample."""


@dataclass(frozen=True, eq=False)
class SigmaDelta(Membranes):
    """Neurons that send changes: Lava's `Delta`, `SigmaDelta` and `Sigma` in their fixed-point equations.

    `sigma` sums what arrives; `activation` is applied to sigma + bias; `delta` sends the change of the activation since the
    last message, held back while smaller than the threshold. `kind` says which of these a population has.

    Attributes
    ----------
    vth : threshold on the change, per channel (C,); None for `sigma`
    spike_exp, state_exp : Lava's shifts: inputs of `delta` are shifted left by both, messages right by `state_exp`
    cum_error : whether the held-back error is accumulated (Lava's `cum_error`)
    message_bits : Lava's `num_message_bits`, the sign included
    """

    kind: Literal["delta", "sigma_delta", "sigma"] = "sigma_delta"
    activation: Literal["unit", "relu"] = "relu"
    vth: Ints | None = None
    spike_exp: int = 0
    state_exp: int = 0
    cum_error: bool = False
    message_bits: int = 24

    @property
    def sent(self) -> tuple[int, int]:
        """See `Population.sent`."""
        return (-(1 << (self.message_bits - 1)), (1 << (self.message_bits - 1)) - 1)

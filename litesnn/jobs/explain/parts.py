"""What a hybrid network is made of: each population with the real network's constants and weights beside the chip's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import DECAY_UNITY, Membranes
from litesnn.jobs.explain.chip_rules import ChipRule, Reset
from litesnn.jobs.explain.effects import Key
from litesnn.jobs.explain.operators import Operator

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Added:
    """What is added in every step from `first` on, per neuron; `arriving`: to what arrives, else to the membrane."""

    values: Floats
    first: int = 0
    arriving: bool = False


@dataclass(frozen=True, eq=False)
class Constants:
    """Constants of a population, each a number or (C, 1, 1) or (C, H, W); membrane units.

    Attributes
    ----------
    decay, current_decay : the share that is kept
    threshold : None where nothing is compared
    added : biases and leaks
    """

    decay: Floats
    current_decay: Floats
    threshold: Floats | None
    added: Sequence[Added] = ()


@dataclass(frozen=True, eq=False)
class Synapses:
    """A block: what it makes of what its source sends, with real weights and with the chip's; None: nothing.

    `edge` names the weights; `by` is the change that makes them the chip's. `shift`: steps until what is sent arrives; `late`: how
    many more in the real network, whose delays were clamped.
    """

    source: str
    edge: str
    shift: int
    real: Operator | None
    chip: Operator | None
    by: Key = "weights"
    late: int = 0


@dataclass(frozen=True, eq=False)
class Neurons:
    """A population with both sets of constants.

    Attributes
    ----------
    reset, spike_at : what the real network does at its threshold
    """

    population: Membranes
    real: Constants
    chip: Constants
    rule: ChipRule
    synapses: Sequence[Synapses]
    reset: Reset = "zero"
    spike_at: bool = False
    first: int = 0

    @property
    def name(self) -> str:
        """Of the population."""
        return self.population.name


@dataclass(eq=False)
class Behaviour:
    """What a run gave: spikes (N, T, C, H, W) of every population that sends them, and the score of every class (N, K)."""

    scores: Floats
    spikes: dict[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    overflows: int = 0

    @property
    def classes(self) -> npt.NDArray[np.int64]:
        """Of every sample, the lowest on ties."""
        found: npt.NDArray[np.int64] = np.argmax(self.scores, axis=1)
        return found


def of_4096(kept: int | npt.NDArray[np.int64]) -> Floats:
    """A share of 4096 as a number, for channels as (C, 1, 1)."""
    share = np.asarray(kept, np.float64) / DECAY_UNITY
    return share if share.ndim == 0 else share[:, None, None]

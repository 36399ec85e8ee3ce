"""The interface of a population's time step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from litesnn.runtime.exact.tensors.limits import Arithmetic


@dataclass(frozen=True)
class States:
    """Registers after a step, each (B, C, H, W): `current` u, `membrane` v, and `potential`, what met the threshold."""

    current: Tensor
    potential: Tensor
    membrane: Tensor


@dataclass(frozen=True)
class Setting:
    """For what a population is to be computed.

    Attributes
    ----------
    arithmetic : of the sums that arrive
    shape : (B, C, H, W)
    steps : longest run without a reset
    keep_states : whether `states` will be asked for
    accumulator_limit : largest sum that the profile's accumulator holds, counted where it is passed; None: not watched
    """

    arithmetic: Arithmetic
    shape: tuple[int, ...]
    steps: int
    device: torch.device
    keep_states: bool = False
    accumulator_limit: int | None = None


class NeuronModel(Protocol):
    """One population's neurons for a batch of samples; zero state when made."""

    overflows: Counter[str]
    """Values that left a register so far: `accumulator` (the profile's), `current`, `membrane`."""

    def step(self, drive: Tensor, reset: bool) -> Tensor:
        """Compute a step and return what the neurons send, (B, C, H, W); the tensor is used again at the next step.

        Parameters
        ----------
        drive : (B, C, H, W) synaptic sums in units of the population's `Arithmetic`
        reset : whether the state is cleared before the step
        """

    def states(self) -> States:
        """The registers after the last step; only of a model made with `keep_states`."""

"""Sigma-delta neurons, integer for integer as Lava's `PySigmaModelFixed`, `PyDeltaModelFixed` and `PySigmaDeltaModelFixed`.

Registers are int32 and wrap silently, as Lava's do; thresholds and biases are in the units of the state.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter

import torch
from torch import Tensor

from litesnn.compiler.graph import Delta, GradedRelay, Sigma, SigmaDelta
from litesnn.runtime.exact.tensors.layout import per_neuron
from litesnn.runtime.exact.tensors.neurons.model import Setting, States


class _Changes(ABC):
    """What the three kinds have in common: the sum that arrives, as int32, and the registers."""

    def __init__(self, setting: Setting) -> None:
        self.unit = setting.arithmetic.sums.unit
        self.overflows: Counter[str] = (
            Counter()
        )  # registers wrap in Lava without a word; nothing is defined to be counted
        self.arrived, self.sigma, self.met = (
            torch.zeros(setting.shape, dtype=torch.int32, device=setting.device) for _ in range(3)
        )

    def step(self, drive: Tensor, reset: bool) -> Tensor:
        """See `NeuronModel.step`; what is sent is float64, which holds every int32."""
        assert not reset, "sigma-delta populations run isolated samples"
        # int64 first: a float beyond int32 has no defined conversion, an int64 wraps.
        self.arrived = (drive.to(torch.int64) * self.unit).to(torch.int32)
        return self._sent().to(torch.float64)

    def states(self) -> States:
        """See `NeuronModel.states`: the arriving sums, the change (or accumulated error) that met the threshold, and sigma."""
        return States(self.arrived, self.met, self.sigma)

    @abstractmethod
    def _sent(self) -> Tensor:
        """What is sent of what arrived."""


class SigmaModel(_Changes):
    """Neurons of one `Sigma` population."""

    def __init__(self, population: Sigma, setting: Setting) -> None:
        super().__init__(setting)

    def _sent(self) -> Tensor:
        self.sigma = self.sigma + self.arrived
        return self.sigma


class GradedRelayModel(_Changes):
    """Neurons of one `GradedRelay` population."""

    def __init__(self, population: GradedRelay, setting: Setting) -> None:
        super().__init__(setting)

    def _sent(self) -> Tensor:
        self.sigma = self.sigma + self.arrived
        self.met = self.arrived
        return self.arrived


class _Encoder(_Changes):
    """What the two kinds with a threshold have in common."""

    def __init__(self, population: Delta | SigmaDelta, setting: Setting) -> None:
        super().__init__(setting)
        assert population.vth is not None, "an encoder has a threshold"
        self.threshold = per_neuron(population.vth, population.shape, torch.int32, setting.device)
        self.cum_error, self.state_exp = population.cum_error, population.state_exp
        self.activation, self.residue, self.error = (torch.zeros_like(self.arrived) for _ in range(3))

    def _encoded(self, activation: Tensor) -> Tensor:
        """The change of the activation since the last message, where it reaches the threshold."""
        change = activation - self.activation + self.residue
        self.activation = activation
        self.met = self.error + change if self.cum_error else change
        sent = torch.where(self.met.abs() >= self.threshold, change, 0)
        if self.cum_error:
            self.error = torch.where(sent.abs() > 0, 0, self.met)
        self.residue = change - sent
        return sent >> self.state_exp


class DeltaModel(_Encoder):
    """Neurons of one `Delta` population."""

    def __init__(self, population: Delta, setting: Setting) -> None:
        super().__init__(population, setting)
        self.shift = population.spike_exp + population.state_exp

    def _sent(self) -> Tensor:
        return self._encoded(self.arrived << self.shift)


class SigmaDeltaModel(_Encoder):
    """Neurons of one `SigmaDelta` population."""

    def __init__(self, population: SigmaDelta, setting: Setting) -> None:
        super().__init__(population, setting)
        self.bias = per_neuron(population.bias, population.shape, torch.int32, setting.device)
        self.rectifies = population.activation == "relu"

    def _sent(self) -> Tensor:
        self.sigma = self.sigma + self.arrived
        activation = self.sigma + self.bias
        return self._encoded(activation.clamp(min=0) if self.rectifies else activation)

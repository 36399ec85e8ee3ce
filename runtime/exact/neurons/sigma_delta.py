"""Sigma-delta neurons, integer for integer as Lava's `PySigmaModelFixed`, `PyDeltaModelFixed` and `PySigmaDeltaModelFixed`.

Registers are int32 and wrap silently, as Lava's do; thresholds and biases are in the units of the state.
"""

from __future__ import annotations

from collections import Counter

import torch
from torch import Tensor

from litesnn.compiler.graph import SigmaDelta
from litesnn.runtime.exact.layout import per_neuron
from litesnn.runtime.exact.limits import Arithmetic
from litesnn.runtime.exact.neurons.model import States


class SigmaDeltaModel:
    """Neurons of one `SigmaDelta` population; parameters as those of `Lif`."""

    def __init__(
        self, population: SigmaDelta, arithmetic: Arithmetic, shape: tuple[int, ...], device: torch.device
    ) -> None:
        self.population = population
        self.unit = arithmetic.sums.unit
        self.overflows: Counter[str] = (
            Counter()
        )  # registers wrap in Lava without a word; nothing is defined to be counted
        self.bias = per_neuron(population.bias, population.shape, torch.int32, device)
        self.threshold: Tensor | None = None
        if population.kind != "sigma":
            assert population.vth is not None, "a delta encoder has a threshold"
            self.threshold = per_neuron(population.vth, population.shape, torch.int32, device)
        self.arrived, self.sigma, self.activation, self.residue, self.error, self.met = (
            torch.zeros(shape, dtype=torch.int32, device=device) for _ in range(6)
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

    def _sent(self) -> Tensor:
        population = self.population
        if population.kind == "delta":
            return self._encode(self.arrived << (population.spike_exp + population.state_exp)) >> population.state_exp
        self.sigma = self.sigma + self.arrived
        if population.kind == "sigma":
            return self.sigma
        activation = self.sigma + self.bias
        if population.activation == "relu":
            activation = activation.clamp(min=0)
        return self._encode(activation) >> population.state_exp

    def _encode(self, activation: Tensor) -> Tensor:
        """The change of the activation since the last message, where it reaches the threshold."""
        change = activation - self.activation + self.residue
        self.activation = activation
        self.met = self.error + change if self.population.cum_error else change
        assert self.threshold is not None, "a sigma decoder encodes nothing"
        sent = torch.where(self.met.abs() >= self.threshold, change, 0)
        if self.population.cum_error:
            self.error = torch.where(sent.abs() > 0, 0, self.met)
        self.residue = change - sent
        return sent

"""Neurons with the attributes, the calls and the equations of the frameworks' own, where these are not installed.

`tests/interop` holds the real ones against the same door.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import nn

Kind = TypeVar("Kind", bound=type)


def of(module: str) -> Callable[[Kind], Kind]:
    """Let a class be from a module of a framework."""

    def name(kind: Kind) -> Kind:
        kind.__module__ = module
        return kind

    return name


def above(membrane: torch.Tensor) -> torch.Tensor:
    """A spike above the threshold, as snnTorch's surrogates send it."""
    return (membrane > 0).float()


def at(membrane: torch.Tensor) -> torch.Tensor:
    """A spike at the threshold too, as SpikingJelly's surrogates send it."""
    return (membrane >= 0).float()


@of("snntorch._neurons.leaky")
class Leaky(nn.Module):
    """snnTorch's, of version 1.0.0."""

    def __init__(self, beta: Any, threshold: Any = 1.0, init_hidden: bool = False, **given: Any) -> None:
        super().__init__()
        self.register_buffer("beta", torch.as_tensor(beta))
        self.register_buffer("threshold", torch.as_tensor(threshold))
        self.register_buffer("graded_spikes_factor", torch.as_tensor(given.get("graded_spikes_factor", 1.0)))
        self.register_buffer("mem", torch.zeros(0), False)
        self.spike_grad = given.get("spike_grad", above)
        self.reset_mechanism = given.get("reset_mechanism", "subtract")
        self.reset_delay = given.get("reset_delay", True)
        self.inhibition = self.state_quant = False
        self.output, self.init_hidden = given.get("output", False), init_hidden

    def reset_mem(self) -> torch.Tensor:
        self.mem = torch.zeros_like(self.mem)
        return self.mem

    init_leaky = reset_mem

    def forward(self, input_: torch.Tensor, mem: torch.Tensor | None = None) -> Any:
        if mem is not None:
            self.mem = mem
        if self.mem.shape != input_.shape:
            self.mem = torch.zeros_like(input_)
        reset = self.spike_grad(self.mem - self.threshold)
        if self.reset_mechanism == "zero":
            self.mem = (1 - reset) * self.mem
        self.mem = self.beta.clamp(0, 1) * self.mem + input_
        if self.reset_mechanism == "subtract":
            self.mem = self.mem - reset * self.threshold
        spikes = self.spike_grad(self.mem - self.threshold)
        if not self.reset_delay and self.reset_mechanism != "none":
            late = spikes - reset
            self.mem = self.mem - late * (self.threshold if self.reset_mechanism == "subtract" else self.mem)
        return spikes if self.init_hidden and not self.output else (spikes, self.mem)


@of("spikingjelly.activation_based.neuron.lif")
class LIFNode(nn.Module):
    """SpikingJelly's, of 0.0.0.0.14."""

    def __init__(
        self,
        tau: float = 2.0,
        decay_input: bool = True,
        v_threshold: float = 1.0,
        v_reset: float | None = 0.0,
        step_mode: str = "s",
    ) -> None:
        super().__init__()
        self.tau, self.decay_input, self.v_threshold, self.v_reset = tau, decay_input, v_threshold, v_reset
        self.step_mode, self.surrogate_function = step_mode, at
        self._memories: dict[str, Any] = {"v": v_reset or 0.0}
        self._memories_rv: dict[str, Any] = {"v": v_reset or 0.0}

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.stack([self.step(frame) for frame in x]) if self.step_mode == "m" else self.step(x)

    def reset(self) -> None:
        self._memories = dict(self._memories_rv)

    def step(self, x: torch.Tensor) -> torch.Tensor:
        v, rest = self._memories["v"], self.v_reset or 0.0
        v = v + (x - (v - rest)) / self.tau if self.decay_input else v - (v - rest) / self.tau + x
        spikes = self.surrogate_function(v - self.v_threshold)
        soft = v - spikes * self.v_threshold
        self._memories["v"] = soft if self.v_reset is None else spikes * rest + (1 - spikes) * v
        return spikes


@of("spikingjelly.activation_based.neuron.integrate_and_fire")
class IFNode(LIFNode):
    """SpikingJelly's."""

    def step(self, x: torch.Tensor) -> torch.Tensor:
        v = self._memories["v"] + x
        spikes = self.surrogate_function(v - self.v_threshold)
        rest = self.v_reset
        self._memories["v"] = v - spikes * self.v_threshold if rest is None else spikes * rest + (1 - spikes) * v
        return spikes


class Parameters:
    """norse's `LIFBoxParameters`."""

    def __init__(self, **given: float) -> None:
        values = {"tau_mem_inv": 100.0, "v_leak": 0.0, "v_th": 1.0, "v_reset": 0.0, **given}
        self.method, self.reset_method = "super", None
        self.tau_mem_inv, self.v_leak, self.v_th, self.v_reset = map(torch.as_tensor, values.values())


@of("norse.torch.module.lif_box")
class LIFBoxCell(nn.Module):
    """norse's, of 1.1.0."""

    def __init__(self, p: Parameters, dt: float = 0.001) -> None:
        super().__init__()
        self.p, self.dt = p, dt

    def forward(self, x: torch.Tensor, state: Any = None) -> tuple[torch.Tensor, Any]:
        v = self.p.v_leak if state is None else state
        v = v + self.dt * self.p.tau_mem_inv * (x + self.p.v_leak - v)
        spikes = above(v - self.p.v_th)
        return spikes, (1 - spikes) * v + spikes * self.p.v_reset


class SingleSpike:
    """sinabs's; the class itself is handed on."""


class MultiSpike:
    """sinabs's default."""


class MembraneSubtract:
    """sinabs's default."""

    subtract_value = None


@of("sinabs.layers.iaf")
class IAF(nn.Module):
    """sinabs's, of 3.1.3."""

    def __init__(self, spike_fn: type = MultiSpike, min_v_mem: float | None = None) -> None:
        super().__init__()
        self.spike_fn, self.reset_fn, self.norm_input = spike_fn, MembraneSubtract(), False
        self.min_v_mem = None if min_v_mem is None else torch.as_tensor(min_v_mem)
        self.spike_threshold = torch.tensor(1.0)
        self.alpha_mem_calculated, self.alpha_syn_calculated = torch.tensor(1.0), None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        v, sent = torch.zeros_like(x[:, 0]), []
        for t in range(x.shape[1]):
            v = v + x[:, t]
            spikes = at(v - self.spike_threshold)
            v = v - spikes * self.spike_threshold
            sent.append(spikes)
        return torch.stack(sent, 1)

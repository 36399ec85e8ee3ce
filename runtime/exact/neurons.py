"""The neuron's time step, integer for integer as Lava's `PyLifModelBitAcc` computes it (docs/numbers.md)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from litesnn.compiler.graph import DECAY_UNITY, STATE_MAX, WEIGHT_SHIFT, Membranes, Neurons

WRAP = STATE_MAX + 1  # 2^23


@dataclass(frozen=True)
class Steps:
    """Outcome of a run of steps, each (B, S, C, H, W): spikes, u, v before and after reset; and counted overflows."""

    spikes: Tensor
    currents: Tensor
    potentials: Tensor
    membranes: Tensor
    overflows: int


def step_through(population: Membranes, sums: Tensor, resets: list[bool], keep_states: bool) -> Steps:
    """Run a population over S steps.

    Parameters
    ----------
    sums : (B, S, C, H, W) int64 synaptic sums in weight units
    resets : length S; True where the state is cleared before the step
    keep_states : whether to keep u and v of every step (otherwise only v of the last step is kept)
    """
    device = sums.device
    bias = _per_channel(population.bias, device)
    threshold = None
    if isinstance(population, Neurons):
        assert population.vth is not None
        threshold = _per_channel(population.vth << WEIGHT_SHIFT, device)
    u = torch.zeros_like(sums[:, 0])
    v = torch.zeros_like(u)
    spikes = torch.zeros(sums.shape, dtype=torch.uint8, device=device)
    kept = sums.shape if keep_states else (sums.shape[0], 1, *sums.shape[2:])
    currents, potentials, membranes = (torch.zeros(kept, dtype=torch.int64, device=device) for _ in range(3))
    current_memory = DECAY_UNITY - (population.du + 1)
    overflows = 0
    for step, reset in enumerate(resets):
        if reset:
            u, v = torch.zeros_like(u), torch.zeros_like(v)
        u = (
            sums[:, step] << WEIGHT_SHIFT
            if current_memory == 0
            else _decayed(u, current_memory) + (sums[:, step] << WEIGHT_SHIFT)
        )
        if bool((u.abs() >= WRAP).any()):
            wrapped = torch.where(u > WRAP, u - 2 * WRAP, torch.where(u <= -WRAP, u + 2 * WRAP, u))
            overflows += int((wrapped != u).sum())
            u = wrapped
        v = _decayed(v, population.decay_mantissa) + u + bias
        if bool((v.abs() > STATE_MAX).any()):
            overflows += int((v.abs() > STATE_MAX).sum())
            v = v.clamp(-STATE_MAX, STATE_MAX)
        at = step if keep_states else 0
        potentials[:, at] = v
        if threshold is not None:
            fired = v > threshold
            spikes[:, step] = fired
            v = torch.where(fired, 0, v)
        currents[:, at], membranes[:, at] = u, v
    return Steps(spikes, currents, potentials, membranes, overflows)


def _decayed(state: Tensor, mantissa: int) -> Tensor:
    """sgn(x) * ((|x| * mantissa) >> 12): decay toward zero, truncated."""
    if mantissa == DECAY_UNITY:
        return state
    return torch.sign(state) * ((state.abs() * mantissa) >> 12)


def _per_channel(values: object, device: torch.device) -> Tensor:
    return torch.as_tensor(values, dtype=torch.int64, device=device)[:, None, None]

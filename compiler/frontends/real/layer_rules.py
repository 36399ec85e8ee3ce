"""The step of a whole layer: decays, gains, leaks and thresholds per neuron or per channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.discretize import StepRule, step_rule
from litesnn.compiler.frontends.real.network import RealNetwork
from litesnn.compiler.frontends.real.nodes import Neuron, Shape, broadcast
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.wired import Layer3

Floats = npt.NDArray[np.float64]


def layer_rule(
    graph: RealNetwork, layer: Layer3, shapes: Mapping[str, Shape], dt: float, options: RealOptions
) -> StepRule:
    """The layer's step; arrays (C, H, W).

    Raises
    ------
    ImportFileError
        For neurons that `step_rule` refuses.
    """
    shape, node = layer.shape, layer.node
    if not isinstance(node, Neuron):  # the Output behind a linear node: the chip's readout sums what arrives
        return StepRule(np.ones(shape), np.ones(shape), np.zeros(shape), None)
    spread: dict[str, Floats] = {
        key: broadcast(value, shapes[node.name]).reshape(shape) for key, value in node.parameters.items()
    }
    return step_rule(graph, node, spread, dt, options)


def uniform(layer: Layer3, rule: StepRule) -> bool:
    """Whether every channel has one decay, gain, threshold, leak and bias."""
    constants = (rule.decay, rule.current_decay, rule.gain, rule.current_gain, rule.leak, rule.threshold)
    parts = (*constants, *layer.bias.values())
    tables = [part.reshape(layer.shape[0], -1) for part in parts if part is not None]
    return all((table == table[:, :1]).all() for table in tables)


def per_channel(rule: StepRule, channels: int) -> StepRule:
    """The rule with arrays (C,): the first of every channel."""

    def first(values: Floats) -> Floats:
        return values.reshape(channels, -1)[:, 0]

    return replace(
        rule,
        decay=first(rule.decay),
        gain=first(rule.gain),
        leak=first(rule.leak),
        threshold=None if rule.threshold is None else first(rule.threshold),
        current_decay=None if rule.current_decay is None else first(rule.current_decay),
        current_gain=None if rule.current_gain is None else first(rule.current_gain),
    )


def gains_left(rule: StepRule) -> StepRule:
    """The rule with the gains that are not in the weights: positive ones of spiking neurons, 1 for readouts."""
    spikes = rule.threshold is not None
    gain = np.abs(rule.gain) if spikes else np.ones_like(rule.gain)
    if rule.current_gain is None:
        return replace(rule, gain=gain)
    return replace(rule, gain=gain, current_gain=np.abs(rule.current_gain) if spikes else np.ones_like(gain))

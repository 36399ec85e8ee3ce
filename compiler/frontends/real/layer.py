"""A layer before it has a membrane unit: real parameters per channel, integer blocks without the membrane's exponent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.discretize import StepRule
from litesnn.compiler.frontends.real.linear_map import Shape3
from litesnn.compiler.frontends.real.nodes import Node
from litesnn.compiler.graph import BIAS_MANT_MAX, DECAY_UNITY, SynapseBlock
from litesnn.compiler.graph.kinds.registers import Decay

Floats = npt.NDArray[np.float64]
EQUAL = 2.0**-30  # relative: quotients of float64 that are the same number


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer before it has a membrane unit.

    Attributes
    ----------
    rule : its step, arrays per channel (C,); gains are positive
    unit : (C,) real value of one weight unit in x
    register_bias : (C,) added to v every step, real, in the membrane's unit
    blocks : exponents still without the membrane's
    """

    node: Node
    shape: Shape3
    rule: StepRule
    unit: Floats
    register_bias: Floats
    blocks: Sequence[SynapseBlock]
    is_output: bool

    @property
    def place(self) -> str:
        """As messages and labels name it."""
        return f"node '{self.node.name}'"

    @property
    def worth(self) -> Floats:
        """Real value in v of one weight unit that arrives, (C,)."""
        current = 1.0 if self.rule.current_gain is None else self.rule.current_gain
        result: Floats = self.rule.gain * current * self.unit
        return result

    @property
    def scale(self) -> Floats:
        """What errors are measured in, (C,): the threshold; for integrators and thresholds below one weight unit, that unit."""
        if self.rule.threshold is None:
            return self.worth
        return np.maximum(self.rule.threshold, self.worth)


def whole_sums(layer: Layer, exponent: int) -> bool:
    """Whether every membrane is a whole number of weight units (a multiple of 64), so that a real threshold and its floor spike alike.

    `exponent` is the membrane's: biases that are fractions of a weight unit are whole numbers of a finer one.
    """
    memoryless = layer.node.type == "Threshold" or not np.any(membrane_dv(layer.rule))
    if not memoryless or layer.rule.has_current:
        return False
    bias = layer.register_bias / layer.worth * 2.0**exponent
    exact = np.abs(bias - np.rint(bias)) <= EQUAL * np.abs(bias)
    return bool((exact & (np.abs(bias) <= BIAS_MANT_MAX)).all())


def needs_program(layer: Layer, exponent: int) -> bool:
    """Whether a spiking layer is beyond the fixed unit: another reset than to zero, or spikes at a threshold between whole numbers."""
    if layer.rule.fixed_unit or layer.node.type == "Threshold":
        return False
    return layer.rule.reset != "zero" or (layer.rule.spike_at and not whole_sums(layer, exponent))


def current_du(rule: StepRule) -> Decay:
    """Lava's `du`: the current keeps 4095 - du of 4096; per channel (C,) where channels differ."""
    if rule.current_decay is None:
        return DECAY_UNITY - 1
    return _one_or_each(np.clip(np.rint(DECAY_UNITY - 1 - rule.current_decay * DECAY_UNITY), 0, DECAY_UNITY - 1))


def membrane_dv(rule: StepRule) -> Decay:
    """Lava's `dv`: the membrane keeps 4096 - dv of 4096; per channel (C,) where channels differ."""
    return _one_or_each(np.clip(np.rint(DECAY_UNITY * (1 - rule.decay)), 0, DECAY_UNITY - 1))


def _one_or_each(values: Floats) -> Decay:
    whole = values.astype(np.int64).ravel()
    return int(whole[0]) if (whole == whole[0]).all() else whole

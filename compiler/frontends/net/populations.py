"""Neurons of a .net file as populations of the graph, in Lava's parameters as netx hands them on.

LIF: `du = iDecay - 1` (the chip adds the 1 back), `dv = vDecay`, `vth = vThMant`, `bias << 6`. Sigma-delta: thresholds and biases
are shifted by spike_exp + state_exp = 12 into the units of the state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.net.fields import Ints
from litesnn.compiler.frontends.net.layers import Shape
from litesnn.compiler.frontends.net.neurons import Cuba, Neuron, SigmaDeltaUnit
from litesnn.compiler.graph import (
    BIAS_MANT_MAX,
    VTH_MAX,
    Delta,
    FidelityLabel,
    Lif,
    Membranes,
    Readout,
    Sigma,
    SigmaDelta,
)
from litesnn.compiler.graph.kinds.registers import Decay

BIAS_EXP = 6  # netx hands biases on with bias_exp 6: units of a weight
SPIKE_EXP = STATE_EXP = 6  # netx's defaults for sigma-delta networks


@dataclass(frozen=True, eq=False)
class Place:
    """Where a population comes from: file, layer, and its name and shape in the graph."""

    file: str
    place: str
    name: str
    shape: Shape

    def refuse(self, problem: str) -> NoReturn:
        """Raise the error of this layer."""
        raise ImportFileError(f"{self.file}: {self.place}: {problem}")

    @property
    def common(self) -> dict[str, Any]:
        """Fields of every population."""
        channels = self.shape[0]
        return {
            "name": self.name,
            "shape": self.shape,
            "channels": tuple(range(channels)),
            "genotype_channels": channels,
            "place": self.place,
        }


@dataclass(frozen=True, eq=False)
class Unit:
    """A population and what its neurons make of the layer's integers: weights are shifted left by `shift` (negative: divided)."""

    population: Membranes
    shift: int = 0
    labels: tuple[FidelityLabel, ...] = ()


def make_population(
    at: Place, neuron: Neuron | None, weights: list[Ints], bias: Ints | None, *, is_output: bool
) -> Unit:
    """The population of one layer; `weights` are all arrays that feed it."""
    if neuron is None:
        if not is_output or bias is not None:
            at.refuse("has no neuron; only the last layer may do without, and then has no bias")
        return Unit(Readout(**at.common, dv=0))
    if isinstance(neuron, SigmaDeltaUnit):
        return Unit(_sigma_delta(at, neuron, bias, is_output))
    return _cuba(at, neuron, weights, bias, is_output)


def delta_encoder(at: Place, neuron: SigmaDeltaUnit, *, is_output: bool) -> Delta:
    """The input of a sigma-delta network: sends the changes of what the host writes."""
    return Delta(**_changes(at, neuron, None, is_output), vth=_threshold(at, neuron), activation="unit")


def _cuba(at: Place, neuron: Cuba, weights: list[Ints], bias: Ints | None, is_output: bool) -> Unit:
    threshold, shift = neuron.threshold, -neuron.weight_exp
    labels: tuple[FidelityLabel, ...] = ()
    factor = 1 << abs(neuron.weight_exp)
    if shift < 0 and any((values % factor).any() for values in [*weights, *([] if bias is None else [bias])]):
        # Not every weight can be divided: the membrane is kept 2^weight_exp times as large instead, and so its threshold.
        threshold, shift = threshold * factor, 0
        detail = f"membranes are kept {factor} times as fine as SLAYER's, which truncates what arrives to whole units"
        labels = (FidelityLabel("weight exponent", at.place, "approximate", detail),)
    if bias is not None and shift:
        bias = bias << shift if shift > 0 else bias >> -shift
    mantissa, exponent = _bias(at, bias, BIAS_EXP)
    vth = per_channel(at, "vThMant", threshold)
    common = {
        **at.common,
        "du": _decay(at, "iDecay", neuron.current_decay - 1),
        "dv": _decay(at, "vDecay", neuron.voltage_decay),
        "bias_mant": mantissa,
        "bias_exp": exponent,
    }
    if vth.max() > VTH_MAX:
        if not is_output or vth.min() <= VTH_MAX:
            at.refuse(
                f"threshold {vth.max()} is never reached; allowed: 0 .. {VTH_MAX}, or more in all neurons of the last layer"
            )
        return Unit(Readout(**common), shift, labels)
    return Unit(Lif(**common, vth=vth, is_output=is_output), shift, labels)


def per_channel(at: Place, field: str, values: int | Ints) -> Ints:
    """Values that stand once, per channel, or per neuron (C, H, W) and alike within a channel: (C,)."""
    channels, size = at.shape[0], int(np.prod(at.shape))
    if isinstance(values, int):
        return np.full(channels, values, np.int64)
    if values.size not in (channels, size):
        at.refuse(
            f"neuron/{field}: found {values.size} values; allowed: one, {channels} (per channel) or {size} (per neuron)"
        )
    table = values.reshape(channels, -1)
    if (table != table[:, :1]).any():
        at.refuse(
            f"{field} differs within a channel; allowed: one value per channel. Train with one, or split the layer"
        )
    return table[:, 0].copy()


def _decay(at: Place, field: str, values: int | Ints) -> Decay:
    return values if isinstance(values, int) else per_channel(at, field, values)


def _sigma_delta(at: Place, neuron: SigmaDeltaUnit, bias: Ints | None, is_output: bool) -> SigmaDelta | Sigma:
    if neuron.sigma_output and (bias is not None or not is_output):
        at.refuse("sends its sum (sigma_output); only the last layer may, without a bias")
    common = _changes(at, neuron, bias, is_output) | {"activation": neuron.activation}
    return Sigma(**common) if neuron.sigma_output else SigmaDelta(**common, vth=_threshold(at, neuron))


def _changes(at: Place, neuron: SigmaDeltaUnit, bias: Ints | None, is_output: bool) -> dict[str, Any]:
    """Fields of every population that sends changes."""
    zeros = np.zeros(at.shape[0], np.int64)
    return {
        **at.common,
        "bias_mant": zeros if bias is None else bias,
        "bias_exp": zeros + SPIKE_EXP + STATE_EXP,
        "spike_exp": SPIKE_EXP,
        "state_exp": STATE_EXP,
        "message_bits": neuron.message_bits,
        "is_output": is_output,
    }


def _threshold(at: Place, neuron: SigmaDeltaUnit) -> Ints:
    return np.full(at.shape[0], neuron.threshold << SPIKE_EXP + STATE_EXP, np.int64)


def _bias(at: Place, bias: Ints | None, exponent: int) -> tuple[Ints, Ints]:
    """Mantissa and exponent per channel that say exactly bias * 2^exponent."""
    zeros = np.zeros(at.shape[0], np.int64)
    if bias is None:
        return zeros, zeros + exponent
    wide = np.abs(bias) > BIAS_MANT_MAX
    if (np.abs(bias) > 2 * BIAS_MANT_MAX).any() or (bias[wide] % 2).any():
        at.refuse(f"bias {int(bias[np.abs(bias).argmax()])}; allowed: -{BIAS_MANT_MAX} .. {BIAS_MANT_MAX} (13 bits)")
    return np.where(wide, bias // 2, bias), zeros + exponent + wide

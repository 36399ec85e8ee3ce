"""The neurons of a .net file: what SLAYER writes under `neuron/`, and what it means in Lava's parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from litesnn.compiler.frontends.net.entries import NEURON, settle
from litesnn.compiler.frontends.net.fields import Fields, Ints

DECAY_MAX = 4096  # iDecay and vDecay are fractions of 4096
THRESHOLD_MAX = 2**20  # beyond 17 bits a threshold means that the neuron never spikes
SDNN_MESSAGE_BITS = 16  # netx's default for sigma-delta messages


@dataclass(frozen=True)
class Cuba:
    """Leaky integrate and fire: current and voltage keep 1 - decay / 4096 per step; spikes where v > threshold.

    Decays and thresholds that differ are a row of one per neuron or channel. `weight_exp` is SLAYER's `WgtScaleBatchNorm`: what arrives, and the bias, are divided by 2^weight_exp.
    """

    current_decay: int | Ints
    voltage_decay: int | Ints
    threshold: int | Ints
    weight_exp: int = 0


@dataclass(frozen=True)
class SigmaDeltaUnit:
    """Sends changes of at least the threshold; `sigma_output` sends the sum itself, as the last layer does."""

    threshold: int
    message_bits: int
    sigma_output: bool
    activation: Literal["relu"] = "relu"


Neuron = Cuba | SigmaDeltaUnit


def read_neuron(fields: Fields) -> Neuron:
    """The neuron of a layer."""
    kind = fields.text("type")
    settle(fields, NEURON)
    if kind in ("LOIHI", "CUBA"):
        neuron: Neuron = _read_cuba(fields)
    elif kind == "SDNN":
        neuron = _read_sigma_delta(fields)
    else:
        fields.refuse(
            f"found neurons of type '{kind}'; supported: LOIHI, CUBA and SDNN. Resonate-and-fire and adaptive neurons have no "
            "counterpart in LiteSNN's graph",
            "type",
        )
    return neuron


def _read_cuba(fields: Fields) -> Cuba:
    fields.integer("messageBits", 0, 32, default=0)  # a width for spikes, which stay 0 or 1
    return Cuba(
        fields.each("iDecay", 0, DECAY_MAX),
        fields.each("vDecay", 0, DECAY_MAX),
        fields.each("vThMant", 0, THRESHOLD_MAX),
        fields.integer("weight_exp", -8, 8, default=0),
    )


def _read_sigma_delta(fields: Fields) -> SigmaDeltaUnit:
    activation = fields.text("activation", "relu")
    if activation != "relu":
        fields.refuse(
            f"found '{activation}'; supported: relu, the one that Lava's fixed-point SigmaDelta shares with SLAYER (netx runs any "
            "other as relu without a word)",
            "activation",
        )
    if fields.integer("weight_exp", -8, 8, default=0) != 0:
        fields.refuse("found a weight exponent other than 0 on sigma-delta neurons; supported: 0", "weight_exp")
    if fields.has("sigma_output") and not fields.boolean("sigma_output"):
        fields.refuse(
            "found false; netx takes the entry for true whatever it holds; allowed: true, or no entry", "sigma_output"
        )
    return SigmaDeltaUnit(
        fields.integer("vThMant", 0, 2**11 - 1, default=0),
        fields.integer("messageBits", 1, 24, default=SDNN_MESSAGE_BITS),
        fields.boolean("sigma_output"),
    )

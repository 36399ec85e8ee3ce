"""What layers of several kinds have: neurons, biases, and entries that may be missing."""

from __future__ import annotations

import numpy as np

from litesnn.compiler.frontends.net.fields import Fields, Ints
from litesnn.compiler.frontends.net.neurons import Neuron, read_neuron


def neuron_of(fields: Fields) -> Neuron | None:
    """The layer's neurons, None where it has none."""
    return read_neuron(fields.group("neuron")) if fields.has("neuron") else None


def required_neuron(fields: Fields) -> Neuron:
    """The neurons of a layer that cannot do without."""
    neuron = neuron_of(fields)
    if neuron is None:
        fields.refuse("has no neuron; only the last dense layer may do without")
    return neuron


def bias_of(fields: Fields, channels: int, field: str = "bias") -> Ints | None:
    """One per channel, or one for all."""
    bias = optional(fields, field)
    if bias is None:
        return None
    if bias.size not in (1, channels):
        fields.refuse(f"found {bias.size} values; allowed: one per channel ({channels}), or one for all", field)
    return np.broadcast_to(bias.reshape(-1), (channels,)).copy()


def optional(fields: Fields, field: str) -> Ints | None:
    """The whole numbers of an entry, None where there is none."""
    return fields.integers(field) if fields.has(field) else None

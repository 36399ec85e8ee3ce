"""What a genotype's neurons share, and what makes the layers of a module such neurons: gains in front of their membranes.

A genotype has one decay, one threshold, one reset. A membrane whose input, reset and threshold are all multiplied by one number spikes
at the same times, so layers may differ in threshold and in gain; in decay and reset they may not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np

from litesnn.compiler.frontends.real.nodes import Shape
from litesnn.compiler.genotype import NeuronSpec
from litesnn.compiler.genotype.schema import NeuronReset
from litesnn.jobs.from_torch.genotype.ways import per_channel
from litesnn.jobs.from_torch.neurons.reading import Floats, NeuronReading, Refused

ROUNDED = 4096
SLOPE = 2.0
"""Of the arctangent surrogate, as snnTorch and SpikingJelly have it by default."""


@dataclass(frozen=True, eq=False)
class Layer:
    """Neurons of one module: v = decay v + gain x, a spike above the threshold; gain and threshold are (C,)."""

    decay: float
    gain: Floats
    threshold: Floats
    reset: NeuronReset
    at: bool


def layer_of(reading: NeuronReading, shape: Shape, torch_shape: Shape) -> Layer:
    """What was read of a neuron module, as neurons of a genotype.

    Raises
    ------
    Refused
        For neurons that a genotype does not have.
    """
    if reading.type not in ("IF", "LIF"):
        raise Refused(
            f"is {NAMES.get(reading.type, reading.type)}; a genotype's neurons are leaky membranes that spike"
        )
    if reading.reset == "none":
        raise Refused("is never reset; a genotype's neurons are reset to zero, or by subtraction")
    values = {
        name: np.broadcast_to(value, (1, *torch_shape))[0].reshape(shape) for name, value in reading.parameters.items()
    }
    if reading.type == "LIF":
        decays, gains, rest = 1 - 1 / values["tau"], values["r"] / values["tau"], values["v_leak"]
        if (rest != values["v_reset"]).any():
            raise Refused(
                f"leaks to {rest.flat[0]:g} and is reset to {values['v_reset'].flat[0]:g}; allowed: one value"
            )
    else:
        decays, gains, rest = np.ones(shape), values["r"], values["v_reset"]
    mantissas = np.maximum(1, np.rint(decays * ROUNDED))
    if (mantissas != mantissas.flat[0]).any():
        raise Refused(f"decays by {decays.min():g} to {decays.max():g}; a genotype has one decay")
    threshold = per_channel(values["v_threshold"] - rest, "has thresholds that differ within a map")
    if (threshold <= 0).any():
        raise Refused(f"has a threshold {threshold.min():g} above its reset; allowed: above 0")
    if reading.spike_at:
        threshold = np.nextafter(threshold.astype(np.float32), np.float32(0)).astype(np.float64)
    return Layer(
        decay=float(decays.flat[0]),
        gain=per_channel(gains, "has gains that differ within a map"),
        threshold=threshold,
        reset=cast(NeuronReset, reading.reset),
        at=bool(reading.spike_at),
    )


NAMES = {
    "CubaLIF": "a neuron with a synaptic current",
    "CubaLI": "an integrator with a synaptic current",
    "LI": "a leaky integrator",
    "I": "an integrator",
}


def shared(layers: Mapping[str, Layer]) -> NeuronSpec:
    """The neurons of a genotype whose layers are these, by path; its threshold is the one that most channels have.

    Raises
    ------
    Refused
        Where they differ in decay or reset, with the paths of two that do.
    """
    first = next(iter(layers))
    for path, layer in layers.items():
        for name, mine, other in (
            ("decay", _mantissa(layer), _mantissa(layers[first])),
            ("reset", layer.reset, layers[first].reset),
        ):
            if mine != other:
                found = [getattr(layers[key], name) for key in (first, path)]
                raise Refused(
                    f"'{first}' has {name} {found[0]}, '{path}' has {name} {found[1]}; a genotype has one for all neurons"
                )
    thresholds = Counter(value for layer in layers.values() for value in layer.threshold.tolist())
    spec = NeuronSpec(
        decay=layers[first].decay,
        threshold=thresholds.most_common(1)[0][0],
        surrogate="arctangent",
        surrogate_temperature=SLOPE,
    )
    return spec.resetting(layers[first].reset)


def gain_of(layer: Layer, spec: NeuronSpec) -> Floats:
    """(C,) by which what arrives is multiplied, so that the neurons have the genotype's threshold."""
    gain: Floats = layer.gain * (spec.threshold / layer.threshold)
    return gain


def _mantissa(layer: Layer) -> int:
    return max(1, round(layer.decay * ROUNDED))

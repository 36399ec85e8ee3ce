"""One neuron that spikes in every step: biases that must begin with the sample, or pass through a current's memory, are its synapses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.layer import Layer
from litesnn.compiler.graph import Dense, FidelityLabel, Geometry, Lif, Sparse

Floats = npt.NDArray[np.float64]
CODE_MAX = 1 << 16  # beyond it the current's register is full


def bias_neuron(name: str) -> Lif:
    """Bias 1 above threshold 0: a spike in every step, the first one included."""
    one, zero = np.ones(1, np.int64), np.zeros(1, np.int64)
    constants = {"vth": zero, "bias_mant": one, "bias_exp": zero, "unit": np.ones(1)}
    return Lif(name=name, shape=(1, 1, 1), channels=(0,), genotype_channels=1, place="biases", dv=4095, **constants)  # type: ignore[arg-type]


def bias_geometry(layer: Layer, bias: Floats, exponent: int) -> Geometry:
    """Synapses that bring a bias (C,), in units of what arrives, to every neuron of a layer; `exponent` is its membrane's."""
    codes = np.rint(_codes(layer, bias, exponent)).astype(np.int32)
    area = layer.shape[1] * layer.shape[2]
    if area == 1:
        return Dense(codes[:, None])
    rows = np.repeat(codes, area)
    starts = np.concatenate([[0], np.cumsum(rows != 0)]).astype(np.int64)
    kept = rows[rows != 0]
    return Sparse(kept, np.zeros(len(kept), np.int64), starts)


def bias_label(layer: Layer, bias: Floats, exponent: int) -> FidelityLabel:
    """How far the synapses are from the file's bias."""
    unit = layer.worth / 2.0**exponent
    off = np.abs(np.rint(_codes(layer, bias, exponent)) - bias / layer.unit * 2.0**exponent)
    error = float((off * unit / layer.scale).max())
    detail = "synaptic current of the worst channel, in thresholds; the bias comes through synapses from a neuron that always spikes"
    if error == 0:
        return FidelityLabel("bias to integer", layer.place, "exact", detail)
    return FidelityLabel(step="bias to integer", place=layer.place, status="bounded", detail=detail, bound=error)


def _codes(layer: Layer, bias: Floats, exponent: int) -> Floats:
    real: Floats = np.clip(bias / layer.unit * 2.0**exponent, -CODE_MAX, CODE_MAX)
    return real

"""Dense layers, and those that read their own spikes: `dense_rec`, and `recurrent` as it was called before.

`dense_rec` is what SLAYER and mlGeNN write (`weight_rec`; mlGeNN also `delay_rec`). `recurrent` is the layer of SLAYER's first
version for Loihi (`recWeight`), as published networks hold it. Both compute

    arriving[t] = weight @ input[t] + weight_rec @ own spikes[t - 1]
"""

from __future__ import annotations

import numpy as np

from litesnn.compiler.frontends.net.fields import Fields, Ints
from litesnn.compiler.frontends.net.layers import Dense, Recurrence
from litesnn.compiler.frontends.net.parts import bias_of, neuron_of, optional

RECURRENT_WEIGHTS = {"dense_rec": ("weight_rec",), "recurrent": ("recWeight", "weight_rec")}


def read_dense(fields: Fields, kind: str) -> Dense:
    """A dense layer."""
    return _dense(fields, kind, None)


def read_recurrent(fields: Fields, kind: str) -> Dense:
    """A dense layer that reads itself as well."""
    names = RECURRENT_WEIGHTS[kind]
    field = next((name for name in names if fields.has(name)), names[0])
    outputs = _outputs(fields)
    weight = _matrix(fields, field, outputs)
    if weight.shape != (outputs, outputs):
        fields.refuse(f"found {weight.shape}; allowed: {(outputs, outputs)}", field)
    recurrence = Recurrence(weight, bias_of(fields, outputs, "bias_rec"), optional(fields, "delay_rec"))
    return _dense(fields, kind, recurrence)


def _dense(fields: Fields, kind: str, recurrence: Recurrence | None) -> Dense:
    outputs = _outputs(fields)
    weight = _matrix(fields, "weight", outputs)
    inputs = fields.integer("inFeatures", 1, 2**31 - 1, default=weight.shape[1])
    if (fields.integer("outFeatures", 1, 2**31 - 1, default=outputs), inputs) != weight.shape:
        fields.refuse(f"weights are {weight.shape}; inFeatures and outFeatures say otherwise", "weight")
    neuron, bias, delay = neuron_of(fields), bias_of(fields, outputs), optional(fields, "delay")
    return Dense(
        place=fields.place, kind=kind, weight=weight, recurrence=recurrence, neuron=neuron, bias=bias, delay=delay
    )


def _outputs(fields: Fields) -> int:
    return int(np.prod(fields.shape("shape", (1, 2, 3))))


def _matrix(fields: Fields, field: str, outputs: int) -> Ints:
    """Weights (out, in); one dimension, or none, is split into rows, as netx does."""
    weight = fields.integers(field)
    if weight.ndim <= 1 and weight.size % outputs == 0:
        weight = weight.reshape(outputs, -1)
    if weight.ndim != 2 or weight.shape[0] != outputs:
        fields.refuse(
            f"found shape {weight.shape}; allowed: ({outputs}, inputs), for shape says {outputs} outputs", field
        )
    return weight

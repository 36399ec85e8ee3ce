"""Which spikes wait in a layer that reads itself: a file has one entry `delay`, which SLAYER, mlGeNN and netx mean differently.

- SLAYER writes one per neuron. The spikes that leave the layer wait; those that return to it do not.
- mlGeNN writes one per synapse from the layer before, and `delay_rec` per recurrent synapse where any of those waits.
- netx lets a spike wait at all synapses into the layer, recurrent ones included, and does not read `delay_rec`.

A spike that does not wait is back in the next step, in all of them.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from litesnn.compiler.frontends.net.fields import Ints
from litesnn.compiler.frontends.net.layers import Dense
from litesnn.compiler.frontends.net.options import RecurrentDelay
from litesnn.compiler.frontends.net.populations import Place
from litesnn.compiler.frontends.net.synapses import synaptic_delays
from litesnn.compiler.graph import FidelityLabel

OPTION = "--recurrent-delay"


class Delays(NamedTuple):
    """Steps that spikes of a dense layer wait, besides the one of every synapse.

    `arriving` broadcasts over its weights (out, in), `returning` over its recurrent ones (out, out); `leaving` (out,) is waited by
    what its neurons send to the next layer, None where that is at once. `label` says what was taken, where the layer reads itself.
    """

    arriving: Ints
    returning: Ints
    leaving: Ints | None = None
    label: FidelityLabel | None = None


def layer_delays(at: Place, layer: Dense, asked: RecurrentDelay | None) -> Delays:
    """The delays of a layer; `asked` is the user's word for what `delay` means in those that read themselves.

    Raises
    ------
    ImportFileError
        For delays of a number that fits no synapses, and for netx's reading where the layer has no delay per recurrent synapse.
    """
    arriving, none = synaptic_delays(at, layer.weight.shape, layer.delay), np.zeros((1, 1), np.int64)
    if layer.recurrence is None or (layer.delay is None and layer.recurrence.delay is None):
        return Delays(arriving, none)
    shape = layer.recurrence.weight.shape
    if layer.recurrence.delay is not None:
        returning = synaptic_delays(at, shape, layer.recurrence.delay)
        detail = f"up to {int(returning.max())} steps at the recurrent synapses (delay_rec), besides the one of every spike; netx "
        return Delays(
            arriving, returning, None, _label(at, "exact", detail + "does not read them") if returning.any() else None
        )
    if not arriving.any():
        return Delays(arriving, none)
    if asked == "arriving":
        if arriving.shape[1] not in (1, shape[1]):
            at.refuse(
                f"{OPTION} arriving: delays of {arriving.shape[1]} inputs, and {shape[1]} recurrent ones, which netx cannot load; "
                f"allowed: {OPTION} leaving"
            )
        detail = "delays stand at all synapses into the layer, recurrent ones included, as netx puts them"
        return Delays(arriving, arriving, None, _label(at, "exact", detail))
    status: Literal["exact", "assumed"] = "exact" if asked else "assumed"
    else_netx = "" if asked else f"; netx lets both wait: {OPTION} arriving"
    if layer.delay is not None and layer.delay.ndim == 1 and layer.delay.size == shape[0]:
        detail = "spikes that leave the layer wait, and those that return to it do not, as SLAYER computes it"
        return Delays(none, none, arriving.reshape(-1), _label(at, status, detail + else_netx))
    detail = (
        "spikes from the layer before wait, and those that return do not, as mlGeNN writes a file without delay_rec"
    )
    return Delays(arriving, none, None, _label(at, status, detail + else_netx))


def _label(at: Place, status: Literal["exact", "assumed"], detail: str) -> FidelityLabel:
    return FidelityLabel("recurrent delay", at.place, status, detail)

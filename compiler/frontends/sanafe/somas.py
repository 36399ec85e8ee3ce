"""Neurons as SANA-FE's soma models compute them, and the constants that ours need; `models.cpp` of 2.2, and what its runs show.

leaky_integrate_fire, each step:  v = trunc64(leak_decay * v) + bias + arriving;  spike where v > threshold
truenorth:                        v = v + leak + bias + arriving;                 spike where v >= threshold

`trunc64` drops what is below 1/64, towards 0. A spike sets v to 0 (`hard`, the default), takes the threshold from it (`soft`), or leaves
it (`none`; `saturate` too, in the first model). A spike arrives one step after it was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from litesnn.base.text import brief
from litesnn.compiler.frontends.sanafe.description import Attributes, Floats, Group
from litesnn.compiler.frontends.sanafe.place import Place
from litesnn.compiler.frontends.sanafe.units import INPUT, LIF, TRUENORTH, Units
from litesnn.compiler.frontends.sanafe.values import number, only, shown, truth
from litesnn.compiler.frontends.sanafe.yaml_text import Node

Reset = Literal["zero", "subtract", "none"]
PRICED = ("access_neuron", "update_neuron", "spike_out", "update", "message_in", "message_out", "process_spike")
COSTS = frozenset(
    f"""log_spikes log_potential log_u connections_out synapse_hw_name dendrite_hw_name soma_hw_name
    force_update force_update_every_timestep force_soma_update force_dendrite_update force_synapse_update
    {" ".join(f"{cost}_{what}" for cost in ("energy", "latency") for what in PRICED)}""".split()
)
"""Attributes that change what a neuron costs and shows, and nothing that it computes."""
ZERO = (
    "reset",
    "refractory_delay",
    "input_decay",
    "dendrite_leak_decay",
    "dendrite.dendrite_leak_decay",
    "noise_bits",
    "random_mask",
)
"""Attributes that change nothing where they are 0, and are refused elsewhere."""
REVERSE = ("reverse_threshold", "reverse_reset", "reverse_reset_mode")
TRAINS = ("spikes", "rate", "poisson")
KNOWN: dict[str, tuple[str, ...]] = {
    LIF: ("threshold", "bias", "leak_decay", "reset_mode"),
    TRUENORTH: ("threshold", "bias", "leak", "leak_towards_zero", "reset_mode"),
    INPUT: TRAINS,
}
RESETS: dict[str, dict[str, Reset]] = {
    LIF: {"hard": "zero", "soft": "subtract", "none": "none", "saturate": "none"},
    TRUENORTH: {"hard": "zero", "soft": "subtract", "none": "none"},
}


@dataclass(frozen=True, eq=False)
class Somas:
    """Constants of a group's neurons, (n,) each, in SANA-FE's values."""

    threshold: Floats
    bias: Floats
    decay: Floats
    reset: Reset
    spike_at: bool


def model_of(group: Group, units: Units | None) -> str:
    """The model of a group's somas; without `units`, `input` where they have a spike train, else `leaky_integrate_fire`.

    Raises
    ------
    ImportFileError
        For neurons of several models in a group.
    """
    found = {_model(group.place, neuron, unit, units) for neuron, unit in _distinct(group)}
    if len(found) > 1:
        group.place.refuse(f"found neurons of {' and '.join(sorted(found))}; allowed: one model for a group, split it")
    return found.pop()


def _model(place: Place, neuron: Attributes, unit: str | None, units: Units | None) -> str:
    name = unit if unit is not None else neuron.get("soma_hw_name")
    if name is not None and not isinstance(name, str):
        place.refuse(f"soma_hw_name: found {shown(name)}; allowed: a unit's name")
    if units is not None:
        return units.soma(place, name)
    return INPUT if any(key in neuron for key in TRAINS) else LIF


def _distinct(group: Group) -> list[tuple[Attributes, str | None]]:
    """Attributes and unit of neurons that differ; most share the group's."""
    seen = {(id(neuron), unit): (neuron, unit) for neuron, unit in zip(group.neurons, group.units, strict=True)}
    return list(seen.values())


def check_known(group: Group, model: str) -> None:
    """Refuse attributes that the model's step could depend on and nothing here reads."""
    for neuron, _ in _distinct(group):
        only(group.place, neuron, (*KNOWN[model], *COSTS, *ZERO, *REVERSE))
        if neuron.get("reverse_reset_mode", "none") != "none" and model != INPUT:
            mode = shown(neuron["reverse_reset_mode"])
            group.place.refuse(
                f"found reverse_reset_mode {mode}; supported: none, the chip's neurons have no lower threshold"
            )
        for name in ZERO:
            if name in neuron and number(group.place.below(name), neuron[name]) != 0:
                group.place.refuse(f"found {name} {shown(neuron[name])}; supported: 0")


def read_somas(group: Group, model: str) -> Somas:
    """The constants of neurons of one model.

    Raises
    ------
    ImportFileError
        For attributes and values that are not computed here, by name.
    """
    check_known(group, model)
    resets = {brief(str(neuron.get("reset_mode", "hard"))) for neuron, _ in _distinct(group)}
    if len(resets) > 1:
        group.place.refuse(f"found reset_mode {' and '.join(sorted(resets))}; allowed: one for a group, split it")
    mode = resets.pop()
    if mode not in RESETS[model]:
        group.place.refuse(f"found reset_mode {mode}; supported with {model}: {', '.join(RESETS[model])}")
    threshold = _column(group, "threshold", "0")
    if threshold.min() < 0 or (model == TRUENORTH and threshold.min() == 0):
        group.place.refuse(
            f"found threshold {threshold.min():g}, at which neurons spike in every step; allowed: above 0"
        )
    bias, decay = _column(group, "bias", "0"), np.ones(group.size)
    if model == LIF:
        decay = _column(group, "leak_decay", "1")
        if decay.min() < 0 or decay.max() > 1:
            off = decay.min() if decay.min() < 0 else decay.max()
            group.place.refuse(f"found leak_decay {off:g}; allowed: 0 .. 1, what is kept of a potential each step")
    else:
        bias = bias + _constant_leak(group)
    return Somas(threshold, bias, decay, RESETS[model][mode], spike_at=model == TRUENORTH)


def _constant_leak(group: Group) -> Floats:
    """TrueNorth's leak where it is a bias: not towards 0, which is its default."""
    leak = _column(group, "leak", "0")
    towards = _of_each(group, lambda neuron, place: truth(place, neuron.get("leak_towards_zero", "true")))
    if np.any(leak[towards != 0] != 0):
        group.place.refuse(
            "found a leak towards zero; supported: leak 0, or leak_towards_zero false, which makes it a bias"
        )
    return leak


def _column(group: Group, name: str, default: Node) -> Floats:
    return _of_each(group, lambda neuron, place: number(place.below(name), neuron.get(name, default)))


def _of_each(group: Group, read: Callable[[Attributes, Place], float]) -> Floats:
    """A value for each neuron; neurons that share their attributes are read once."""
    known: dict[int, float] = {}
    for neuron in group.neurons:
        if id(neuron) not in known:
            known[id(neuron)] = float(read(neuron, group.place))
    return np.array([known[id(neuron)] for neuron in group.neurons])

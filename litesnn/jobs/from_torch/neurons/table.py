"""Which neuron modules are known: framework and class name -> how it is read. Nothing is imported to recognize one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from litesnn.jobs.from_torch.neurons import norse, sinabs, snntorch, spikingjelly
from litesnn.jobs.from_torch.neurons.reading import NeuronReading, Refused, refused

Reader = Callable[[Any], NeuronReading]
NEURONS: Mapping[str, Mapping[str, Reader]] = {
    "snntorch": {
        "Leaky": snntorch.leaky_neuron,
        "Synaptic": snntorch.synaptic_neuron,
        "RLeaky": snntorch.recurrent_neuron,
    },
    "spikingjelly": {
        "IFNode": spikingjelly.if_node,
        "LIFNode": spikingjelly.lif_node,
        "ParametricLIFNode": spikingjelly.parametric_lif_node,
    },
    "norse": {
        "IAFCell": norse.iaf,
        "IAF": norse.iaf,
        "LIFCell": norse.lif,
        "LIF": norse.lif,
        "LIFBoxCell": norse.lif_box,
        "LICell": norse.li,
        "LI": norse.li,
        "LIBoxCell": norse.li_box,
    },
    "sinabs": {
        "IAF": sinabs.lif,
        "IAFSqueeze": sinabs.lif,
        "LIF": sinabs.lif,
        "LIFSqueeze": sinabs.lif,
        "ExpLeak": sinabs.exp_leak,
        "ExpLeakSqueeze": sinabs.exp_leak,
    },
}


def framework_of(kind: type) -> str:
    """The package that a class is from: `torch`, `snntorch`, or a user's own."""
    return kind.__module__.partition(".")[0]


def is_neuron(module: torch.nn.Module) -> bool:
    """Whether a module is a neuron of the table, or derived from one."""
    return _derived_from(type(module)) is not None


def read_neuron(module: torch.nn.Module, place: str) -> NeuronReading:
    """What a neuron module computes.

    Raises
    ------
    ImportFileError
        For what the chip's neurons cannot do, at its place, with what is allowed.
    """
    kind = type(module)
    known = _derived_from(kind)
    assert known is not None
    if known is not kind:
        name = f"{framework_of(known)}'s {known.__name__}"
        raise refused(place, f"derived from {name}, and what it changes cannot be read; allowed: {name} itself")
    try:
        return NEURONS[framework_of(kind)][kind.__name__](module)
    except Refused as problem:
        raise refused(place, problem) from None


def known_neurons() -> str:
    """All of them, for messages."""
    return "; ".join(f"{framework}: {', '.join(names)}" for framework, names in NEURONS.items())


def _derived_from(kind: type) -> type | None:
    for base in kind.__mro__:
        if base.__name__ in NEURONS.get(framework_of(base), {}):
            return base
    return None

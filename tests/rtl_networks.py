"""Random small networks for the SystemVerilog cores, and how they are held against the exact simulator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from random_networks import random_input, random_trained_genotype

from litesnn.compiler.encoding.choose import NAMES
from litesnn.compiler.export.verilog.refusals import refusals
from litesnn.compiler.graph import Graph
from litesnn.compiler.image import Image, build_image
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import Profile, load_profile
from litesnn.runtime.exact import simulate
from litesnn.runtime.rtl import RtlSession

SETTINGS: tuple[dict[str, str], ...] = (
    {},
    {"neurons_per_core": "60"},
    {"neurons_per_core": "24"},
    {"list_encodings": "sparse", "kernel_row_encodings": "sparse"},
    {"list_encodings": "run-length", "neurons_per_core": "40"},
    {"list_encodings": "dense", "dense_index_per_synapse": "false"},
    {"kernel_row_encodings": "dense,sparse,run-length"},
    {"delay_max": "2", "delay_widths": "0,1"},
    {"word_bits": "32", "list_header_bits": "16"},
)
"""Profiles that networks take turns with: all list encodings, several cores, relays, other words."""


@dataclass(frozen=True)
class Drawn:
    """A network for some chip, with inputs; `says` how it was drawn."""

    graph: Graph
    profile: Profile
    inputs: np.ndarray
    says: str


@dataclass(frozen=True)
class Compared:
    """What the cores and the exact simulator did; `features`: what the network has of what cores can."""

    equal: bool
    spikes: int
    readouts: int
    cores: int
    features: frozenset[str]


def drawn(seed: int, **choices: Any) -> Drawn:
    """A network that is the same for the same seed: every third has feedback, every fourth a reset of its own."""
    overrides = SETTINGS[seed % len(SETTINGS)]
    if seed % 3 == 2:
        choices.setdefault("feedback", 2)
    if seed % 4 == 1:
        choices.setdefault("reset", ("subtract", "subtract_next")[seed // 4 % 2])
    profile = load_profile("loihi2", overrides=overrides)
    loaded = random_trained_genotype(seed, **choices)
    graph = compile_graph(loaded, profile)
    return Drawn(graph, profile, random_input(loaded, 3, seed), f"seed {seed}, {choices}, {overrides}")


def compared(network: Drawn) -> Compared | str:
    """Both engines on the inputs, or the first thing that cores do not compute of it."""
    mapping = map_graph(network.graph, network.profile)
    image = build_image(network.graph, mapping, network.profile, "net")
    refused = refusals(image, network.graph)
    if refused:
        return refused[0]
    names = [population.name for population in network.graph.membranes if population.sends != "nothing"]
    expected = simulate(network.graph, network.inputs, record=names)
    senders = [sender.document.name for sender in image.senders]
    found, _ = RtlSession(image, network.profile).run(dict.fromkeys(senders, network.inputs), record=names)
    spikes = {name: np.asarray(expected.spikes[name]) for name in names}
    equal = all(np.array_equal(spikes[name], found.spikes[name]) for name in names)
    return Compared(
        equal=equal and np.array_equal(expected.readout, found.readout),
        spikes=sum(int(np.count_nonzero(values)) for values in spikes.values()),
        readouts=expected.readout.size,
        cores=len(image.cores),
        features=frozenset(_features(image)),
    )


def _features(image: Image) -> Iterator[str]:
    for core in image.cores:
        yield from (NAMES[register.code] for register in core.memory.registers)
        yield from (register.weights[1] for register in core.memory.registers)
        yield from ("delays" for register in core.memory.registers if register.weights[3])
        yield from ("windows" for _ in core.windows)
        for group in core.groups:
            neurons = group.document.neurons
            yield str(neurons.get("role", neurons["kind"]))
            if neurons["initiation_interval"] > 1 or neurons.get("open_slots"):
                yield "gates"
            if neurons.get("reset"):
                yield f"reset {neurons['reset']}"
    if len(image.cores) > 1:
        yield "several cores"

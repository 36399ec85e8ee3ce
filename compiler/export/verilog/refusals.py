"""What the cores do not compute: said by name, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from litesnn.base.errors import ExportError
from litesnn.compiler.graph import NO_CURRENT_MEMORY, Graph, Range
from litesnn.compiler.graph.kinds.registers import STATE_MAX
from litesnn.compiler.image import Image
from litesnn.compiler.image.model import POPULATION, CoreImage, Group
from litesnn.compiler.program import Program

CORES_MAX = 16
"""Cores on one bus."""
ROLES = ("lif", "relay", "maximum", "programmed_lif", "readout")


def hardware_image(program: Program) -> Image:
    """The image of a program, if the cores compute it.

    Raises
    ------
    ExportError
        Names everything about it that they do not.
    """
    image = program.cores
    if image is None:
        raise ExportError(f"program '{program.name}' has no mapping (a core cannot hold a neuron); it has no image")
    found = refusals(image, program.graph)
    if found:
        raise ExportError(f"program '{program.name}': the SystemVerilog cores do not compute {'; nor '.join(found)}")
    return image


def refusals(image: Image, graph: Graph) -> list[str]:
    """Everything in an image, or in what is known of the registers of its graph, that is not in the hardware."""
    return [*_image(image), *_ranges(graph.ranges)]


def _image(image: Image) -> Iterator[str]:
    document = image.document
    if document.isolated:
        yield "isolated samples (each a run of its own from zero state)"
    chips = {core.document.chip for core in image.cores}
    if len(chips) > 1:
        yield f"several chips (here {len(chips)})"
    if len(image.cores) > CORES_MAX:
        yield f"{len(image.cores)} cores (up to {CORES_MAX} share the bus)"
    hosts = [sender.document.name for sender in image.senders if sender.document.kind == "host"]
    if hosts:
        yield f"layers of the host ({', '.join(hosts)})"
    if image.axes != (0, 1, 2):
        yield f"neurons numbered by {', '.join(document.order)} (by channel, row, column they do)"
    if any((core.reads[:, 0] == POPULATION).any() for core in image.cores):
        yield "population lists"
    if any(group.document.margin is not None for core in image.cores for group in core.groups):
        yield "neurons with a margin between them"
    said = dict.fromkeys(problem for core in image.cores for group in core.groups for problem in _group(group))
    yield from said
    for number, core in enumerate(image.cores):
        yield from (f"core {number}: {problem}" for problem in _core(core))


def _group(group: Group) -> Iterator[str]:
    document, neurons = group.document, group.document.neurons
    name, role = document.population, neurons.get("role", neurons["kind"])
    if role not in ROLES:
        yield f"neurons of kind {role} ('{name}'; they do {', '.join(ROLES)})"
        return
    if document.compartments > 1:
        yield f"neurons of two compartments ('{name}')"
    du = group.parameters.get("du", np.array([neurons.get("du", NO_CURRENT_MEMORY)]))
    if (du != NO_CURRENT_MEMORY).any():
        yield f"a current that lasts longer than a step ('{name}': du {int(du.min())}; allowed: {NO_CURRENT_MEMORY})"
    mantissa, exponent = group.parameters.get("bias_mant"), group.parameters.get("bias_exp")
    if mantissa is not None and exponent is not None and (np.abs(mantissa) << exponent).max(initial=0) > STATE_MAX:
        yield f"a bias beyond {STATE_MAX} ('{name}')"


def _core(core: CoreImage) -> Iterator[str]:
    if not len(core.memory.registers):
        return
    widest = max(
        sum((*register.weights[::3], register.index_bits, register.skip_bits)) for register in core.memory.registers
    )
    if widest > core.memory.word_bits or widest >= 64:
        yield f"synapses of {widest} bits (up to a word of {core.memory.word_bits})"


def _ranges(ranges: Sequence[Range]) -> Iterator[str]:
    if not ranges:
        yield "a program whose registers were not bounded (no ranges in its report)"
    for proof in ranges:
        if not proof.proved:
            yield (
                f"an open range (the {proof.register} of '{proof.population}' can reach {proof.low:,} .. {proof.high:,}; it "
                f"holds {proof.limit:,})"
            )

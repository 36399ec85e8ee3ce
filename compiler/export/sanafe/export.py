"""A program and one sample -> SANA-FE's architecture.yaml and network.yaml; what they cannot say is refused or noted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import CompileError
from litesnn.compiler.export.exported import Exported
from litesnn.compiler.export.sanafe.architecture import DELAY_MAX, architecture_lines
from litesnn.compiler.export.sanafe.kernels import SYNAPSES_MAX, kernels, line_synapses
from litesnn.compiler.export.sanafe.network import NetworkWriter
from litesnn.compiler.export.sanafe.placement import place
from litesnn.compiler.export.sanafe.scalars import comment
from litesnn.compiler.export.sanafe.somas import SOMAS, unlike_soma
from litesnn.compiler.graph import Graph
from litesnn.compiler.program import Program


def export_sanafe(program: Program, inputs: npt.NDArray[np.int16], origin: str) -> Exported:
    """The files for SANA-FE 2.2.

    Parameters
    ----------
    inputs : one sample, graded (C, H, W) or spikes (T, C, H, W)
    origin : what the sample is, for the files' headers

    Raises
    ------
    CompileError
        For a program without a mapping, more synapses than `SYNAPSES_MAX`, delays or cores past what SANA-FE's models hold, and
        neurons that they do not compute.
    """
    graph, mapping = program.graph, program.mapping
    if mapping is None:
        raise CompileError(
            f"program '{program.name}' has no mapping (a core cannot hold a neuron); nothing to export to SANA-FE"
        )
    for problem in _problems(graph, held=inputs.ndim == 3):
        raise CompileError(f"SANA-FE: {problem}")
    placement = place(graph, mapping)
    notes = tuple(_notes(program, origin))
    writer = NetworkWriter(graph, placement, inputs)
    network = list(writer.lines(program.name))
    sources = writer.chip_sources, writer.host_sources
    architecture = architecture_lines(program.profile, placement, *sources)
    title = f"{program.name} on {program.profile.name}, for SANA-FE 2.2. Written by LiteSNN."
    header = [f"# {comment(line)}" for line in (title, *notes, *_arrivals(graph))]
    return Exported(
        {
            "architecture.yaml": "\n".join([*header, *architecture, ""]).encode(),
            "network.yaml": "\n".join([*header, *network, ""]).encode(),
        },
        notes,
    )


def _problems(graph: Graph, held: bool) -> Iterator[str]:
    synapses = line_synapses(graph, kernels(graph))
    if synapses > SYNAPSES_MAX:
        yield f"found {synapses:,} synapses; allowed: {SYNAPSES_MAX:,}, each is a line (export a narrower or smaller network)"
    for block in graph.blocks:
        if block.injected and not held:
            yield (
                f"{block.place}: found values that are written into neurons step by step; allowed: (C, H, W), held for all steps, for its "
                "biases do not change"
            )
        if block.distance:
            yield f"{block.place}: found feedback; allowed: forward edges only, a sample in SANA-FE starts with biases off"
        if block.delay > DELAY_MAX:
            yield (
                f"{block.place}: found a delay of {block.delay} steps; allowed: {DELAY_MAX}, its dendrite holds no more "
                f"(compile with --set delay_max={DELAY_MAX}: relays take over)"
            )
    for population in graph.membranes:
        if type(population) not in SOMAS:
            yield SOMAS.refusal(population, population.name)
        unlike = unlike_soma(population)
        if unlike is not None:
            yield unlike
        if population.gated:
            yield f"'{population.name}': found neurons that rest in some steps (feedback); allowed: those that compute in every step"
        if population.arrival is None:
            yield f"'{population.name}' has no arrival time; the program was not scheduled"


def _arrivals(graph: Graph) -> Iterator[str]:
    """When each population's first step is, counted from the input's first spike."""
    for population in graph.membranes:
        yield f"arrival of {population.name}: {population.arrival}" + (", on the host" if population.on_host else "")


def _notes(program: Program, origin: str) -> Iterator[str]:
    graph = program.graph
    depth = max(population.arrival or 0 for population in graph.membranes)
    yield f"one sample, {origin}: run {graph.timesteps + depth} steps; a population's answer lies in the {graph.timesteps} steps after its arrival"
    zeros = sum(kernel.zeros for kernel in kernels(graph))
    if zeros:
        yield f"{zeros:,} weights of convolutions are 0 and counted by SANA-FE as synapses: lines for all others would be too many"
    if any(source.message_bits and any(not b.injected for b in graph.out_of(source.name)) for source in graph.sources):
        yield "graded input: a pixel with a value spikes in every step and its weights are multiplied by the value; only for this sample"
    if not graph.isolated and any(population.bias.any() for population in graph.membranes):
        yield "biases come from one source per core, on the core, in the steps of the sample alone: messages and synapses of *_bias are not the network's"
    yield "the host's column costs nothing, but hops from there to the chip are counted: leave messages from it out when comparing"
    unproved = [proof.population for proof in graph.ranges if not proof.proved]
    if unproved:
        yield f"registers of {', '.join(unproved)} may overflow on the chip; SANA-FE's do not"
    missing = [
        name
        for name, figure in (
            ("synaptic operations", program.profile.energy.synaptic_op_pj),
            ("neuron updates", program.profile.energy.neuron_update_inactive_pj),
            ("hops", program.profile.energy.hop_ew_pj),
        )
        if figure.value is None
    ]
    if missing:
        yield f"no energy of {', '.join(missing)} is published for {program.profile.name}: 0 in architecture.yaml"

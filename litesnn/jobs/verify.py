"""Verification of a deployment: the engines wired together, the origin's reference on one side, the chip's on the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from litesnn.base.bars import engine_progress
from litesnn.base.errors import ProgramError
from litesnn.compiler.graph import Graph
from litesnn.compiler.program.given import AnyProgram, program_of
from litesnn.jobs.engines import ChipEngines, Progress, chip_engines, compare_engines
from litesnn.jobs.fitting_input import Inputs
from litesnn.jobs.networks import Network, origin_of
from litesnn.jobs.samples import OWN_SAMPLES, AnyArray, SampleChoice, Samples, choice_of
from litesnn.jobs.testbench.base import Reference, testbench
from litesnn.runtime.lava import LAVA_TIMEOUT, Models
from litesnn.runtime.verify import Comparison, Engine, Verification
from litesnn.runtime.verify.diagnose import silence

if TYPE_CHECKING:
    from litesnn.jobs.rtl import RtlEngine

LAVA_SAMPLES = 32
"""That go through Lava unless somebody says otherwise."""
Verified: TypeAlias = "Graph | AnyProgram"


def verify(
    program: Verified,
    network: Network | None = None,
    samples: Samples | SampleChoice | AnyArray = OWN_SAMPLES,
    *,
    lava_samples: int | None = LAVA_SAMPLES,
    lava_models: Models = "stock",
    lava_timeout: float = LAVA_TIMEOUT,
    rtl: RtlEngine | None = None,
    rtl_samples: int | None = None,
    device: str = "cpu",
    progress: Progress | bool = True,
) -> Verification:
    """Compare a network's reference, the exact simulator, Lava and, if asked for, its SystemVerilog cores spike for spike.

    The reference of a genotype is PyTorch `fixed`, with `float` beside it; that of a file from elsewhere is the exact simulator.

    Parameters
    ----------
    program : a program, its folder or a compilation; or a graph that was compiled for any profile. It is run as it stands, faults
        included
    network : what a graph was compiled from; a program knows it
    samples : all of them go through the reference and the exact simulator: arrays or their files, a choice of them, or the network's own
    lava_samples : how many go through Lava, 0 for none, None for all
    lava_models : whose models Lava runs, see `run_lava`; `stock` and `fast` hold every synapse by itself, so that Lava is left out
        of networks of more than `engines.LAVA_SYNAPSES`, and `Verification.note` says so
    lava_timeout : seconds without a sign of life after which Lava is given up
    rtl : the SystemVerilog cores of the program, where they are to be compared too
    rtl_samples : how many go through them, None for all
    device : where the exact simulator computes
    progress : True shows bars where somebody looks; or called with (engine, done, total)

    Raises
    ------
    BackendError
        If Lava is asked for and not installed, or dies; if the device is not there.
    """
    if isinstance(program, Graph):
        if network is None:
            raise ProgramError(
                "verify: found a graph alone; allowed: a program, or a graph with the network that it was compiled from"
            )
        graph, origin = program, origin_of(network)
    else:
        loaded = program_of(program)
        graph, origin = loaded.graph, loaded.origin if network is None else origin_of(network)
    bench, wanted = testbench(origin), choice_of(samples)
    chosen = bench.samples(wanted, lambda: graph) if isinstance(wanted, SampleChoice) else wanted
    assert chosen is not None, "there is a choice"
    with engine_progress(progress) as told, chip_engines(graph, lava_models, device, told, lava_timeout) as chip:
        reference, count = bench.reference(chip), len(chosen.inputs)
        first = Engine(reference.name, reference.run, count)
        explain = partial(explain_divergence, chip, reference)
        others = reference.others(count)
        if rtl is not None:
            in_rtl = count if rtl_samples is None else min(rtl_samples, count)
            others = {**others, "rtl": (Engine("rtl", rtl.run, in_rtl), True)}
        result = compare_engines(chip, chosen, first, others, lava_samples, explain)
        for comparison in result.exact_comparisons:
            _explain_readout(chip, reference, comparison, chosen.inputs)
        result.note += reference.note(result)
        if rtl is not None and result.samples.get("rtl"):
            result.cycles = rtl.section
        return result


def explain_divergence(chip: ChipEngines, reference: Reference, comparison: Comparison, chunk: Inputs) -> None:
    """Add the membranes of both sides and the likely causes to the first divergence of a comparison."""
    first = comparison.first
    if first is None or first.causes or first.population not in chip.graph.network:
        return
    # Samples up to the diverging one: with a timing fault an earlier sample can leak into it.
    part = chunk[: first.sample - (comparison.samples - len(chunk)) + 1]
    overflows = chip.exact_states(part, first.population).overflows[first.population]
    said, found = tuple(silence(comparison)), reference.causes(first.population, overflows)
    comparison.explain(
        expected_membrane=reference.membrane(part, first),
        found_membrane=chip.membrane(comparison.found, part, first),
        causes=(*found, *said) if reference.has_parameters else (*said, *found),
    )


def _explain_readout(chip: ChipEngines, reference: Reference, comparison: Comparison, inputs: Inputs) -> None:
    """All spikes agree but readouts do not: the cause lies in the readout itself."""
    if comparison.first is None and comparison.mismatching_readouts:
        name = chip.graph.output.name
        overflows = chip.simulator.run(inputs[: comparison.samples]).overflows[name]
        comparison.readout_causes = reference.causes(name, overflows)

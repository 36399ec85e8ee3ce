"""The job of `litesnn show`: one sample through the engines, with all that is worth looking at kept in bounded size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from litesnn.base.errors import DataError
from litesnn.compiler.graph import Graph, Membranes
from litesnn.compiler.program import Program
from litesnn.compiler.report.document import present
from litesnn.compiler.report.sections.sample_trace import SampleTrace
from litesnn.jobs.engines import Progress, chip_engines
from litesnn.jobs.fitting_input import Inputs
from litesnn.jobs.samples import SampleChoice, Samples, check_labels, read_array
from litesnn.jobs.show.against import Against
from litesnn.jobs.show.neurons import MOST_NEURONS, Neuron, chosen_neuron, default_neuron, neuron_entry
from litesnn.jobs.show.pictures import input_entry, output_entry
from litesnn.jobs.show.raster import MOST_POPULATIONS, Raster
from litesnn.jobs.show.seen import Seen, chosen_engines
from litesnn.jobs.testbench.base import testbench
from litesnn.jobs.testbench.files import ExactReference
from litesnn.runtime.exact import is_aligned
from litesnn.runtime.lava import LAVA_TIMEOUT, Models
from litesnn.runtime.verify import Verification


@dataclass(frozen=True, kw_only=True)
class View:
    """What is looked at.

    Attributes
    ----------
    sample : its number among the samples; where None the first, or that in which a stored trace first parts from ours
    neurons : that are traced, as `chosen_neuron` reads them; where empty, the one in which engines part, or the liveliest one
    engines : see `chosen_engines`; the exact simulator always runs
    against : folder of a stored trace, whose samples are looked at
    raw : the input is as recorded
    """

    sample: int | None = None
    neurons: tuple[str, ...] = ()
    engines: tuple[str, ...] | None = None
    against: Path | None = None
    raw: bool = False
    lava_models: Models = "stock"
    lava_timeout: float = LAVA_TIMEOUT
    device: str = "cpu"


def show(program: Program, choice: SampleChoice, view: View, progress: Progress | None = None) -> SampleTrace:
    """One sample through a program.

    Raises
    ------
    DataError
        For a sample, a population, a neuron or an engine that is not there, or input that does not fit.
    BackendError
        If Lava is asked for and not installed, or dies; if the device is not there.
    """
    graph = program.graph
    engines = chosen_engines(program, view.engines)
    against = None
    if view.against is not None:
        against, chosen = Against.of(program, view.against, view.sample, view.device, progress)
    else:
        chosen = _samples(program, choice, view.raw)
    count = len(chosen.inputs)
    sample = against.sample if against is not None else view.sample or 0
    if not 0 <= sample < count:
        raise DataError(f"--sample: found {sample}; allowed: 0..{count - 1}, {chosen.origin}")
    # With a fault in its schedule samples meet each other: then those before it belong to it.
    first = sample if graph.isolated or is_aligned(graph) else 0
    inputs = chosen.inputs[first : sample + 1]
    labels = None if chosen.labels is None else chosen.labels[first : sample + 1]
    with chip_engines(graph, view.lava_models, view.device, progress, view.lava_timeout) as chip:
        reference = testbench(program.origin).reference(chip) if "pytorch" in engines else ExactReference(chip)
        seen = Seen(chip, reference, against)
        result = seen.compare(inputs, labels, "lava" in engines, progress)
        for comparison in result.comparisons.values():
            if comparison.first is not None:
                comparison.explain(sample=first + comparison.first.sample)
        result.note = f"sample {sample} of {chosen.origin}"
        label = None if labels is None else int(labels[-1])
        return _document(program, seen, result, inputs, replace(view, sample=sample), label)


def _samples(program: Program, choice: SampleChoice, raw: bool) -> Samples:
    bench = testbench(program.origin)
    if not raw:
        return bench.samples(choice, lambda: program.graph)
    if choice.input_path is None:
        raise DataError("--raw: found without --input; allowed with it: a data set is recorded already")
    accepted = bench.inputs(program.graph, read_array(choice.input_path), True)
    labels = None
    if choice.labels_path is not None:
        labels = check_labels(read_array(choice.labels_path), len(accepted.inputs), program.graph.output.size)
    return Samples(accepted.inputs, labels, f"{len(accepted.inputs)} samples as recorded")


def _document(
    program: Program, seen: Seen, result: Verification, inputs: Inputs, view: View, label: int | None
) -> SampleTrace:
    graph, chip, spikes = program.graph, seen.chip, seen.exact.spikes
    sending = [p for p in graph.topological() if isinstance(p, Membranes) and p.name in spikes]
    steps = int(inputs.shape[1]) if inputs.ndim == 5 else graph.timesteps
    drawn = sending[: MOST_POPULATIONS - 1]
    raster = Raster.of(len(drawn) + 1, steps)
    rows = [raster.entry(p, spikes[p.name][-1], seen.differs(p)) for p in drawn]
    if inputs.ndim == 5:
        rows = [*(raster.entry(source, inputs[-1], None) for source in graph.sources), *rows]
    neurons = _neurons(graph, seen, result, view.neurons)
    output = graph.output
    names = list(dict.fromkeys([output.name, *(neuron.population.name for neuron in neurons)]))
    recorded = [output.name] if output.name in spikes else []
    states = chip.simulator.run(inputs, record=recorded, record_states=names)
    others = {
        name: seen.other_membranes(inputs, population)
        for name, population in {neuron.population.name: neuron.population for neuron in neurons}.items()
    }
    return SampleTrace(
        format="litesnn.sample_trace",
        version=1,
        name=program.name,
        profile=program.profile.name,
        sample=view.sample or 0,
        samples=result.note,
        timesteps=steps,
        steps_per_column=raster.steps_per_column,
        input=input_entry(inputs[-1]),
        populations=tuple(rows),
        not_drawn=len(sending) - len(drawn),
        neurons=tuple(neuron_entry(neuron, states, spikes, others[neuron.population.name]) for neuron in neurons),
        answer=output_entry(output, states, raster.steps_per_column, label),
        verification=result.document(),
        **present(against=None if seen.against is None else seen.against.entry()),
        provenance=program.report.provenance,
    )


def _neurons(graph: Graph, seen: Seen, result: Verification, texts: Sequence[str]) -> list[Neuron]:
    """Those asked for; otherwise the one in which engines or a stored trace first part, or the liveliest one."""
    spikes = seen.exact.spikes
    if len(texts) > MOST_NEURONS:
        raise DataError(f"--neuron: found {len(texts)}; allowed: up to {MOST_NEURONS}")
    if texts:
        return [chosen_neuron(graph, text, spikes) for text in texts]
    known = {population.name: population for population in graph.membranes}
    parted: list[Any] = [comparison.first for comparison in result.exact_comparisons]
    parted += [] if seen.against is None else [seen.against.comparison.first]
    for first in parted:
        if first is not None and first.population in known and first.neuron[0] in known[first.population].channels:
            return [Neuron(known[first.population], first.neuron)]
    return [default_neuron(graph, spikes)]

"""Verification of a deployment: the engines wired together, PyTorch `fixed` as the reference for exact, Lava and `float`."""

from __future__ import annotations

from dataclasses import dataclass

from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import Graph
from litesnn.engines import ChipEngines, Inputs, Progress, chip_engines, compare_engines
from litesnn.runtime.lava import LAVA_TIMEOUT, Models
from litesnn.runtime.verify import Comparison, Engine, Verification
from litesnn.runtime.verify.diagnose import diagnose, silence
from litesnn.samples import Samples
from litesnn.search.model.reference import ReferenceTrace, fixed_parameters, run_reference

LAVA_SAMPLES = 32


@dataclass(frozen=True)
class _Engines:
    """The four ways to run one network."""

    loaded: LoadedGenotype
    chip: ChipEngines

    def pytorch(self, inputs: Inputs) -> ReferenceTrace:
        return run_reference(self.loaded, inputs, "fixed")

    def pytorch_float(self, inputs: Inputs) -> ReferenceTrace:
        return run_reference(self.loaded, inputs, "float")

    def explain(self, comparison: Comparison, chunk: Inputs) -> None:
        """Add the membranes of both sides and the likely causes to the first divergence of a comparison."""
        first = comparison.first
        if first is None or first.causes or first.population not in self.chip.graph.network:
            return
        # Samples up to the diverging one: with a timing fault an earlier sample can leak into it.
        position = first.sample - (comparison.samples - len(chunk))
        part = chunk[: position + 1]
        population = first.population
        overflows = self.chip.exact_states(part, population).overflows[population]
        reference = self.pytorch(chunk[position : position + 1])
        at = (0, first.step, *first.neuron)
        expected = None
        if population in reference.membranes:
            expected = float(reference.membranes[population][at].item())
        causes = diagnose(
            self.chip.graph,
            self.loaded.topology,
            population,
            fixed_parameters(self.loaded).get(population),
            overflows,
        )
        comparison.explain(
            expected_membrane=expected,
            found_membrane=self.chip.membrane(comparison.found, part, first),
            causes=(*causes, *silence(comparison)),
        )


def verify(
    graph: Graph,
    loaded: LoadedGenotype,
    samples: Samples,
    *,
    lava_samples: int | None = LAVA_SAMPLES,
    lava_models: Models = "stock",
    lava_timeout: float = LAVA_TIMEOUT,
    device: str = "cpu",
    progress: Progress | None = None,
) -> Verification:
    """Compare PyTorch `fixed`, the exact simulator and Lava spike for spike, and `float` beside them.

    Parameters
    ----------
    graph : compiled for any profile; it is run as it stands, faults included
    samples : all of them go through PyTorch and the exact simulator
    lava_samples : how many go through Lava, 0 for none, None for all
    lava_models : whose models Lava runs, see `run_lava`; `stock` and `fast` hold every synapse by itself, so that Lava is left out
        of networks of more than `engines.LAVA_SYNAPSES`, and `Verification.note` says so
    lava_timeout : seconds without a sign of life after which Lava is given up
    device : where the exact simulator computes
    progress : called with (engine, done, total)

    Raises
    ------
    BackendError
        If Lava is asked for and not installed, or dies; if the device is not there.
    """
    with chip_engines(graph, lava_models, device, progress, lava_timeout) as chip:
        engines, count = _Engines(loaded, chip), len(samples.inputs)
        reference = Engine("pytorch", engines.pytorch, count)
        others = {
            "exact": (Engine("exact", chip.exact, count), True),
            "pytorch_float": (Engine("pytorch_float", engines.pytorch_float, count), False),
        }
        result = compare_engines(chip, samples, reference, others, lava_samples, engines.explain)
        for comparison in result.exact_comparisons:
            _explain_readout(engines, comparison, samples.inputs)
        return result


def _explain_readout(engines: _Engines, comparison: Comparison, inputs: Inputs) -> None:
    """All spikes agree but readouts do not: the cause lies in the readout itself."""
    if comparison.first is None and comparison.mismatching_readouts:
        graph = engines.chip.graph
        name = graph.readout.name
        overflows = engines.chip.simulator.run(inputs[: comparison.samples]).overflows[name]
        reference = fixed_parameters(engines.loaded)[name]
        comparison.readout_causes = diagnose(graph, engines.loaded.topology, name, reference, overflows)

"""Verification of a deployment: the engines wired together, PyTorch `fixed` as the reference for exact, Lava and `float`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import Graph, Neurons
from litesnn.runtime.exact import Simulator
from litesnn.runtime.lava import LavaSession, Models
from litesnn.runtime.trace import Trace
from litesnn.runtime.verify import Comparison, Engine, Verification, verify_engines
from litesnn.runtime.verify.compare import neuron_index
from litesnn.runtime.verify.diagnose import diagnose
from litesnn.samples import Samples
from litesnn.search.reference import ReferenceTrace, fixed_parameters, run_reference

Inputs = npt.NDArray[np.int16]
Progress = Callable[[str, int, int], None]
LAVA_SAMPLES = 32
# Synapses that stock and fast models unroll at most: some 12 bytes each, several times over while Lava starts.
LAVA_SYNAPSES = 200_000_000


@dataclass(frozen=True)
class _Engines:
    """The four ways to run one network."""

    graph: Graph
    loaded: LoadedGenotype
    simulator: Simulator
    lava_session: LavaSession
    lava_models: Models
    lava_progress: Callable[[int, int], None] | None

    @property
    def spiking(self) -> list[str]:
        """Populations whose spikes are recorded."""
        return [population.name for population in self.graph.membranes if isinstance(population, Neurons)]

    def pytorch(self, inputs: Inputs) -> ReferenceTrace:
        return run_reference(self.loaded, inputs, "fixed")

    def pytorch_float(self, inputs: Inputs) -> ReferenceTrace:
        return run_reference(self.loaded, inputs, "float")

    def exact(self, inputs: Inputs) -> Trace:
        return self.simulator.run(inputs, record=self.spiking)

    def lava(self, inputs: Inputs) -> Trace:
        return self.lava_session.run(
            self.graph, inputs, record=self.spiking, models=self.lava_models, progress=self.lava_progress
        )

    def explain(self, comparison: Comparison, chunk: Inputs) -> None:
        """Add the membranes of both sides and the likely causes to the first divergence of a comparison."""
        first = comparison.first
        if first is None or first.causes or first.population not in self.graph.network:
            return
        # Samples up to the diverging one: with a timing fault an earlier sample can leak into it.
        position = first.sample - (comparison.samples - len(chunk))
        part = chunk[: position + 1]
        population = first.population
        exact = self.simulator.run(part, record_states=[population])
        membranes = exact.potentials[population]
        if comparison.found == "lava":
            lava = self.lava_session.run(self.graph, part, record_states=[population], models=self.lava_models)
            membranes = lava.membranes[population]
        reference = self.pytorch(chunk[position : position + 1])
        node = self.graph[population]
        assert isinstance(node, Neurons)
        at = (position, first.step, *neuron_index(node, first.neuron))
        at_reference = (0, first.step, *first.neuron)
        expected = None
        if population in reference.membranes:
            expected = float(reference.membranes[population][at_reference].item())
        causes = diagnose(
            self.graph,
            self.loaded.topology,
            population,
            fixed_parameters(self.loaded).get(population),
            exact.overflows[population],
        )
        comparison.explain(expected_membrane=expected, found_membrane=int(membranes[at]), causes=causes)


def verify(
    graph: Graph,
    loaded: LoadedGenotype,
    samples: Samples,
    *,
    lava_samples: int | None = LAVA_SAMPLES,
    lava_models: Models = "stock",
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
        of networks of more than `LAVA_SYNAPSES`, and `Verification.note` says so
    device : where the exact simulator computes
    progress : called with (engine, done, total)

    Raises
    ------
    BackendError
        If Lava is asked for and not installed, or dies; if the device is not there.
    """

    def lava_progress(done: int, total: int) -> None:
        if progress:
            progress("lava", done, total)

    with LavaSession() as session:
        engines = _Engines(graph, loaded, Simulator(graph, device), session, lava_models, lava_progress)
        return _verify(engines, samples, lava_samples, progress)


def _verify(engines: _Engines, samples: Samples, lava_samples: int | None, progress: Progress | None) -> Verification:
    count = len(samples.inputs)
    others = {
        "exact": (Engine("exact", engines.exact, count), True),
        "pytorch_float": (Engine("pytorch_float", engines.pytorch_float, count), False),
    }
    in_lava = count if lava_samples is None else min(lava_samples, count)
    too_large = _too_large_for_lava(engines) if in_lava else ""
    if in_lava and not too_large:
        engines.lava_session.prepare(engines.lava_models)  # refused before any other engine works for nothing
        others["lava"] = (Engine("lava", engines.lava, in_lava), True)
    reference = Engine("pytorch", engines.pytorch, count)

    def engine_progress(name: str, done: int, total: int) -> None:
        if progress and name != "lava":
            progress(name, done, total)

    result = verify_engines(
        engines.graph, samples.inputs, samples.labels, reference, others, engines.explain, engine_progress
    )
    result.note = samples.origin + too_large
    if in_lava and not too_large and engines.lava_models != "stock":
        result.note += f"; Lava ran {engines.lava_models} models"
    for comparison in result.exact_comparisons:
        _explain_readout(engines, comparison, samples.inputs)
    return result


def _too_large_for_lava(engines: _Engines) -> str:
    """What to say where Lava's own processes cannot hold the network; empty where they can."""
    unrolled = sum(int(engines.graph.fan_out(block).sum()) for block in engines.graph.blocks)
    if engines.lava_models == "fused" or unrolled <= LAVA_SYNAPSES:
        return ""
    return (
        f"; Lava was left out: its processes hold every synapse by itself, here {unrolled:,} (at most {LAVA_SYNAPSES:,} are tried); "
        "--models fused runs the network inside Lava without that"
    )


def _explain_readout(engines: _Engines, comparison: Comparison, inputs: Inputs) -> None:
    """All spikes agree but readouts do not: the cause lies in the readout itself."""
    if comparison.first is None and comparison.mismatching_readouts:
        name = engines.graph.readout.name
        overflows = engines.simulator.run(inputs[: comparison.samples]).overflows[name]
        reference = fixed_parameters(engines.loaded)[name]
        comparison.readout_causes = diagnose(engines.graph, engines.loaded.topology, name, reference, overflows)

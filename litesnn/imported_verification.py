"""Verification of an imported network: no PyTorch model exists, so the exact simulator is the reference and Lava is compared with it."""

from __future__ import annotations

from functools import partial

from litesnn.compiler.graph import Graph
from litesnn.engines import ChipEngines, Inputs, Progress, chip_engines, compare_engines
from litesnn.runtime.lava import LAVA_TIMEOUT, Models
from litesnn.runtime.verify import Comparison, Engine, Verification
from litesnn.runtime.verify.diagnose import diagnose_imported, silence
from litesnn.samples import Samples

LAVA_SAMPLES = 2


def verify_imported(
    graph: Graph,
    samples: Samples,
    *,
    lava_samples: int | None = LAVA_SAMPLES,
    lava_models: Models = "stock",
    lava_timeout: float = LAVA_TIMEOUT,
    device: str = "cpu",
    progress: Progress | None = None,
) -> Verification:
    """Compare Lava with the exact simulator, message for message; parameters and errors as those of `verification.verify`."""
    with chip_engines(graph, lava_models, device, progress, lava_timeout) as engines:
        reference = Engine("exact", engines.exact, len(samples.inputs))
        result = compare_engines(engines, samples, reference, {}, lava_samples, partial(_explain, engines))
        for comparison in result.comparisons.values():
            _explain_readout(engines, comparison, samples.inputs)
    compared = (
        "the exact simulator is the reference"
        if result.comparisons
        else "nothing was compared with the exact simulator"
    )
    result.note += f"; {compared}, for the file holds no PyTorch model"
    return result


def _explain(engines: ChipEngines, comparison: Comparison, chunk: Inputs) -> None:
    """Both membranes at the first divergence, and its likely causes."""
    first = comparison.first
    if first is None:
        return
    # Samples up to the diverging one: with a timing fault an earlier sample can leak into it.
    part = chunk[: first.sample - (comparison.samples - len(chunk)) + 1]
    overflows = engines.exact_states(part, first.population).overflows[first.population]
    comparison.explain(
        expected_membrane=engines.membrane("exact", part, first),
        found_membrane=engines.membrane("lava", part, first),
        causes=(*silence(comparison), *diagnose_imported(engines.graph, first.population, overflows)),
    )


def _explain_readout(engines: ChipEngines, comparison: Comparison, inputs: Inputs) -> None:
    """All messages agree but readouts do not: the cause lies in the readout itself."""
    if comparison.first is None and comparison.mismatching_readouts:
        name = engines.graph.output.name
        overflows = engines.simulator.run(inputs[: comparison.samples]).overflows[name]
        comparison.readout_causes = diagnose_imported(engines.graph, name, overflows)

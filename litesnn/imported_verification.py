"""Verification of an imported network: no PyTorch model exists, so the exact simulator is the reference and Lava is compared with it."""

from __future__ import annotations

from functools import partial

from litesnn.compiler.graph import Graph
from litesnn.engines import ChipEngines, Inputs, Progress, chip_engines, compare_engines
from litesnn.runtime.lava import Models
from litesnn.runtime.verify import Comparison, Engine, Verification
from litesnn.samples import Samples

LAVA_SAMPLES = 2


def verify_imported(
    graph: Graph,
    samples: Samples,
    *,
    lava_samples: int | None = LAVA_SAMPLES,
    lava_models: Models = "stock",
    device: str = "cpu",
    progress: Progress | None = None,
) -> Verification:
    """Compare Lava with the exact simulator, message for message; parameters and errors as those of `verification.verify`."""
    with chip_engines(graph, lava_models, device, progress) as engines:
        reference = Engine("exact", engines.exact, len(samples.inputs))
        result = compare_engines(engines, samples, reference, {}, lava_samples, partial(_explain, engines))
    compared = (
        "the exact simulator is the reference"
        if result.comparisons
        else "nothing was compared with the exact simulator"
    )
    result.note += f"; {compared}, for the file holds no PyTorch model"
    return result


def _explain(engines: ChipEngines, comparison: Comparison, chunk: Inputs) -> None:
    """Both membranes at the first divergence, and whether a register overflowed before it."""
    first = comparison.first
    if first is None:
        return
    name = first.population
    part = chunk[: first.sample - (comparison.samples - len(chunk)) + 1]
    exact, found = engines.exact_states(part, name), engines.lava_states(part, name)
    at = (-1, first.step, *first.neuron)
    overflows = exact.overflows[name]
    causes = (f"{overflows} register overflow(s) in '{name}'",) if overflows else ()
    expected_membrane, found_membrane = float(exact.membranes[name][at]), int(found.membranes[name][at])
    comparison.explain(expected_membrane=expected_membrane, found_membrane=found_membrane, causes=causes)

"""Verification of an imported network: no PyTorch model exists, so the exact simulator is the reference and Lava is compared with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph, Readout
from litesnn.runtime.exact import Simulator
from litesnn.runtime.lava import LavaSession, Models
from litesnn.runtime.trace import Trace
from litesnn.runtime.verify import Comparison, Engine, Verification, verify_engines
from litesnn.samples import Samples

Inputs = npt.NDArray[np.int16]
Progress = Callable[[str, int, int], None]
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
    """Compare Lava with the exact simulator, message for message.

    Parameters
    ----------
    samples : all of them go through the exact simulator
    lava_samples : how many go through Lava, 0 for none, None for all
    lava_models : whose models Lava runs, see `run_lava`
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
        engines = _Engines(graph, Simulator(graph, device), session, lava_models, lava_progress)
        return _verify(engines, samples, lava_samples, progress)


@dataclass(frozen=True)
class _Engines:
    """The two ways to run an imported network."""

    graph: Graph
    simulator: Simulator
    session: LavaSession
    models: Models
    lava_progress: Callable[[int, int], None]

    @property
    def sending(self) -> list[str]:
        """Populations whose messages are recorded."""
        return [population.name for population in self.graph.membranes if not isinstance(population, Readout)]

    def exact(self, inputs: Inputs) -> Trace:
        return self.simulator.run(inputs, record=self.sending)

    def lava(self, inputs: Inputs) -> Trace:
        return self.session.run(
            self.graph, inputs, record=self.sending, models=self.models, progress=self.lava_progress
        )

    def explain(self, comparison: Comparison, chunk: Inputs) -> None:
        """Both membranes at the first divergence, and whether a register overflowed before it."""
        first = comparison.first
        if first is None:
            return
        name = first.population
        part = chunk[: first.sample - (comparison.samples - len(chunk)) + 1]
        exact = self.simulator.run(part, record_states=[name])
        found = self.session.run(self.graph, part, record_states=[name], models=self.models)
        at = (-1, first.step, *first.neuron)
        overflows = exact.overflows[name]
        causes = (f"{overflows} register overflow(s) in '{name}'",) if overflows else ()
        expected_membrane, found_membrane = float(exact.membranes[name][at]), int(found.membranes[name][at])
        comparison.explain(expected_membrane=expected_membrane, found_membrane=found_membrane, causes=causes)


def _verify(engines: _Engines, samples: Samples, lava_samples: int | None, progress: Progress | None) -> Verification:
    def engine_progress(name: str, done: int, total: int) -> None:
        if progress and name != "lava":
            progress(name, done, total)

    count = len(samples.inputs)
    in_lava = count if lava_samples is None else min(lava_samples, count)
    others = {}
    if in_lava:
        engines.session.prepare(engines.models)  # refused before the exact simulator works for nothing
        others["lava"] = (Engine("lava", engines.lava, in_lava), True)
    reference = Engine("exact", engines.exact, count)
    result = verify_engines(
        engines.graph, samples.inputs, samples.labels, reference, others, engines.explain, engine_progress
    )
    compared = "the exact simulator is the reference" if others else "nothing was compared with the exact simulator"
    result.note = f"{samples.origin}; {compared}, for the file holds no PyTorch model"
    if in_lava and engines.models != "stock":
        result.note += f"; Lava ran {engines.models} models"
    return result

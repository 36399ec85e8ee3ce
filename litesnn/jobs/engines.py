"""The two engines that run a compiled graph, and how any engine's answers are held against a reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from litesnn.compiler.graph import Graph, Membranes
from litesnn.jobs.fitting_input import Inputs
from litesnn.jobs.samples import Samples
from litesnn.runtime.lava import LAVA_TIMEOUT, LavaSession, Models
from litesnn.runtime.lava.kinds import PROCESSES
from litesnn.runtime.trace import Trace
from litesnn.runtime.verify import Comparison, Divergence, Engine, Verification, verify_engines
from litesnn.runtime.verify.compare import neuron_index

if TYPE_CHECKING:
    from litesnn.runtime.exact import Simulator

Progress = Callable[[str, int, int], None]
# Synapses that stock and fast models unroll at most: some 12 bytes each, several times over while Lava starts.
LAVA_SYNAPSES = 200_000_000


@dataclass(frozen=True)
class ChipEngines:
    """The exact simulator and Lava, ready for many runs of one graph."""

    graph: Graph
    simulator: Simulator
    session: LavaSession
    models: Models
    progress: Progress | None
    lava_timeout: float = LAVA_TIMEOUT

    @property
    def sending(self) -> list[str]:
        """Populations whose spikes or messages are recorded: all but a readout."""
        return [population.name for population in self.graph.membranes if population.sends != "nothing"]

    def exact(self, inputs: Inputs) -> Trace:
        """All that is sent, in the exact simulator."""
        return self.simulator.run(inputs, record=self.sending)

    def lava(self, inputs: Inputs) -> Trace:
        """All that is sent, in Lava."""
        return self.session.run(
            self.graph,
            inputs,
            record=self.sending,
            models=self.models,
            timeout=self.lava_timeout,
            progress=self._lava_progress,
        )

    def exact_states(self, inputs: Inputs, population: str) -> Trace:
        """Currents and membranes of one population in the exact simulator."""
        return self.simulator.run(inputs, record_states=[population])

    def lava_states(self, inputs: Inputs, population: str) -> Trace:
        """Currents and membranes of one population in Lava."""
        return self.session.run(
            self.graph, inputs, record_states=[population], models=self.models, timeout=self.lava_timeout
        )

    def membrane(self, engine: str, inputs: Inputs, first: Divergence) -> int | None:
        """The membrane of the neuron of a divergence, in the last of the samples and before its reset.

        None for Lava where a spike reset it, since its variable shows the membrane after the reset, and for the SystemVerilog cores.
        """
        if engine == "rtl":
            return None
        name, population = first.population, self.graph[first.population]
        assert isinstance(population, Membranes)
        at = (-1, first.step, *neuron_index(population, first.neuron))
        if engine == "exact":
            trace = self.exact_states(inputs, name)
            shown = trace.membranes if population.shows == "membrane" else trace.potentials
            return int(shown[name][at])
        if first.found_spike and population.shows != "membrane":
            return None
        return int(self.lava_states(inputs, name).membranes[name][at])

    def left_out_of_lava(self) -> str:
        """What to say where Lava cannot run the network: it has no process of a plugin's neurons, or holds too few synapses; else empty."""
        rows = {p.name: PROCESSES.entry(type(p)) if type(p) in PROCESSES else None for p in self.graph.membranes}
        strange = [name for name, row in rows.items() if row is None or (self.models == "fast" and not row.fast)]
        if strange:
            what = ", ".join(dict.fromkeys(f"'{self.graph[name].kind}'" for name in strange))
            models = "no fast model" if self.models == "fast" else "no process"
            return f"; Lava was not compared: it has {models} of {what} neurons, which a plugin brings"
        unrolled = sum(int(self.graph.fan_out(block).sum()) for block in self.graph.blocks)
        if self.models == "fused" or unrolled <= LAVA_SYNAPSES:
            return ""
        return (
            f"; Lava was left out: its processes hold every synapse by itself, here {unrolled:,} (at most {LAVA_SYNAPSES:,} are tried); "
            "--models fused runs the network inside Lava without that"
        )

    def _lava_progress(self, done: int, total: int) -> None:
        if self.progress:
            self.progress("lava", done, total)


@contextmanager
def chip_engines(
    graph: Graph, models: Models, device: str, progress: Progress | None, lava_timeout: float = LAVA_TIMEOUT
) -> Iterator[ChipEngines]:
    """The engines of a graph; Lava starts when it is first used and ends with the context."""
    from litesnn.runtime.exact import Simulator  # with it PyTorch, which what simulates nothing does not need

    with LavaSession() as session:
        yield ChipEngines(
            graph=graph,
            simulator=Simulator(graph, device),
            session=session,
            models=models,
            progress=progress,
            lava_timeout=lava_timeout,
        )


def compare_engines(
    engines: ChipEngines,
    samples: Samples,
    reference: Engine,
    others: dict[str, tuple[Engine, bool]],
    lava_samples: int | None,
    explain: Callable[[Comparison, Inputs], None],
) -> Verification:
    """Hold the engines' answers, and Lava's on some of the samples, against the reference's.

    Parameters
    ----------
    others : name -> engine, and whether it must agree; Lava is added to them
    lava_samples : how many samples go through Lava, 0 for none, None for all; none where the network is too large for it
    explain : adds the cause to a comparison that diverges, from the chunk of inputs in which it did

    Raises
    ------
    BackendError
        If Lava is asked for and not installed, or dies.
    """
    count = len(samples.inputs)
    in_lava = count if lava_samples is None else min(lava_samples, count)
    left_out = engines.left_out_of_lava() if in_lava else ""
    if in_lava and not left_out:
        engines.session.prepare(engines.models)  # refused before any other engine works for nothing
        others = {**others, "lava": (Engine("lava", engines.lava, in_lava), True)}

    def progress(name: str, done: int, total: int) -> None:
        if engines.progress and name != "lava":
            engines.progress(name, done, total)

    result = verify_engines(engines.graph, samples.inputs, samples.labels, reference, others, explain, progress)
    result.note = samples.origin + left_out
    if "lava" in others and engines.models != "stock":
        result.note += f"; Lava ran {engines.models} models"
    return result

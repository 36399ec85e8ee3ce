"""One network of a campaign: run by all engines, judged by the product's comparison, and the judgement by a second look.

The second look counts differing spikes and readouts with a few lines of its own. Where both disagree, the comparison raised a false
alarm or missed something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from cases import Case, Inputs

from litesnn.compiler.graph import Graph
from litesnn.runtime.exact import Simulator
from litesnn.runtime.lava import LavaSession, Models
from litesnn.runtime.trace import Trace
from litesnn.runtime.verify import Engine, Observed, verify_engines

LAVA_SAMPLES = 2


@dataclass(frozen=True)
class Outcome:
    """What became of one network.

    Attributes
    ----------
    refused : why it could not be compiled; empty where it ran
    engines : engine -> spikes compared with the reference's, those of the reference on the same samples
    populations, spiking : populations compared, and how many of them spiked in the reference
    wrong : engines with differing spikes or readouts, as the second look found them
    alarms, misses : engines whose comparison said they differ though they do not, or the other way round
    overflows : register overflows in the exact simulator
    """

    kind: str
    seed: int
    refused: str = ""
    reference: str = ""
    engines: dict[str, int] = field(default_factory=dict)
    populations: int = 0
    spiking: int = 0
    wrong: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)
    overflows: int = 0

    @property
    def counts(self) -> bool:
        """Whether it says anything: a population that is compared did spike."""
        return self.spiking > 0

    @property
    def lava(self) -> bool:
        """Whether Lava ran it."""
        return any(engine.startswith("lava") for engine in self.engines)


def judge(kind: str, seed: int, case: Case, lava: LavaSession | None, models: Sequence[Models]) -> Outcome:
    """Run a case in the exact simulator and, given a session, in Lava with each set of models."""
    graph = case.graph
    names = [population.name for population in graph.membranes if population.sends != "nothing"]
    simulator, seen = Simulator(graph), {}

    def watched(name: str, run: Callable[[Inputs], Observed]) -> Callable[[Inputs], Observed]:
        def observe(inputs: Inputs) -> Observed:
            assert name not in seen, "the networks of a campaign are small enough for one chunk"
            seen[name] = run(inputs)
            return seen[name]

        return observe

    def in_lava(chosen: Models, inputs: Inputs) -> Trace:
        assert lava is not None
        return lava.run(graph, inputs, record=names, models=chosen)

    count = len(case.inputs)
    engines = {"exact": Engine("exact", watched("exact", partial(simulator.run, record=names)), count)}
    for chosen in models if lava is not None else ():
        name = f"lava {chosen}"
        engines[name] = Engine(name, watched(name, partial(in_lava, chosen)), min(count, LAVA_SAMPLES))
    reference = Engine(case.reference_name, watched("reference", case.reference), count)
    others = {name: (engine, True) for name, engine in engines.items()}
    verification = verify_engines(graph, case.inputs, None, reference, others, lambda comparison, chunk: None)
    expected = seen.pop("reference")
    wrong = [name for name, observed in seen.items() if _differs(graph, names, expected, observed)]
    alarmed = [name for name, comparison in verification.comparisons.items() if not comparison.equal]
    spikes = {name: _live(graph, name, expected.spikes) for name in names if name in expected.spikes}
    return Outcome(
        kind,
        seed,
        reference=case.reference_name,
        engines={
            name: sum(int(np.count_nonzero(part[: len(observed.readout)])) for part in spikes.values())
            for name, observed in seen.items()
        },
        populations=len(spikes),
        spiking=sum(bool(part.any()) for part in spikes.values()),
        wrong=wrong,
        alarms=[name for name in alarmed if name not in wrong],
        misses=[name for name in wrong if name not in alarmed],
        overflows=sum(seen["exact"].overflows.values()),
    )


def _live(graph: Graph, name: str, spikes: Mapping[str, Any]) -> Any:
    """What the compiled population still holds of what a reference recorded of the genotype's."""
    population, found = graph[name], spikes[name]
    return found if found.shape[2] == population.shape[0] else found[:, :, list(population.channels)]


def _differs(graph: Graph, names: Sequence[str], expected: Observed, found: Observed) -> bool:
    count = len(found.readout)
    if not np.array_equal(expected.readout[:count], found.readout):
        return True
    compared = [name for name in names if name in expected.spikes]
    return any(
        not np.array_equal(_live(graph, name, expected.spikes)[:count], _live(graph, name, found.spikes))
        for name in compared
    )

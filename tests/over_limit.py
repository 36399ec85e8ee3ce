"""One over-limit subject per rule: a small network and a chip on which exactly that rule is broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import mapping_networks as plain
import numpy as np
from programmed_graphs import programmed_of
from written_genotypes import document, parsed, random_tensors, trainable

from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.genotype.edit import edited, with_population
from litesnn.compiler.graph import Graph, SigmaDelta, Sparse, Spiking
from litesnn.compiler.profile import load_profile
from litesnn.compiler.rules import Subject


@dataclass(frozen=True)
class Case:
    """What a rule must say about a subject; `here`: it can be fixed without changing the chip.

    `fixes`: the tests of fixes, which take seconds each, use it.
    """

    code: str
    place: str
    make: Callable[[], Subject]
    here: bool = True
    severity: str = "error"
    fixes: bool = True


class Adaptive(Spiking):
    """Neurons of a kind that no fixed unit computes."""

    kind = "adaptive"


def small(**changes: Any) -> LoadedGenotype:
    """The small genotype of `written_genotypes`, with weights."""
    genotype = trainable(parsed(document(**changes)))
    return edited(genotype, random_tensors(genotype, 3))


def chain(direct: bool = True) -> LoadedGenotype:
    """No stem; three nodes in a row, and the last reads the input again."""
    nodes = [
        {"inputs": [{"source": "s1", "op": "conv3x3"}]},
        {"inputs": [{"source": "n0", "op": "conv1x1"}]},
        {"inputs": [{"source": "n1", "op": "conv1x1"}, {"source": "s1", "op": "conv3x3"}]},
    ]
    given = {"shape": [2, 4, 4], "encoding": "direct" if direct else "spikes"}
    return small(stem=None, input=given, cells=[{"channels": 3, "bits": 2, "nodes": nodes, "output": "last"}])


def last_alone() -> LoadedGenotype:
    """The small genotype, read out without a pool, from its last node alone."""
    cell = {**document()["cells"][0], "output": "last"}
    return small(cells=[cell], head={"classes": 4, "bits": 4, "pool": "none"})


def loud(population: str) -> LoadedGenotype:
    """One population far finer than it has to be."""
    loaded = small()
    site = next(node.site for node in loaded.topology.nodes if node.name == population)
    return edited(with_population(loaded.spec, site, membrane_exp=14), loaded.trained)


def on(profile: str, loaded: LoadedGenotype | None = None, graph: Graph | None = None, **figures: object) -> Subject:
    """A subject on a chip with other figures."""
    target = load_profile(profile, {name: str(value) for name, value in figures.items()})
    return Subject(target, loaded or (None if graph is not None else small()), graph)


def any_to_any() -> Graph:
    """A population of 64 neurons in one channel, connected without a kernel."""
    shape = (1, 8, 8)
    rng = np.random.default_rng(0)
    geometry = Sparse.from_matrix(plain.dense(rng, 64, 4, 0.5).matrix((4, 1, 1), (64, 1, 1)))
    return Graph.build(
        3,
        [plain.source("input", (4, 1, 1)), plain.neurons("a", shape), plain.readout("readout", (3, 1, 1))],
        [
            plain.block("a:input", "input", "a", geometry),
            plain.block("r:a", "a", "readout", plain.dense(rng, 3, 64)),
        ],
    )


def adaptive() -> Graph:
    """A network whose hidden neurons are no leaky integrate-and-fire ones."""
    graph = plain.dense_stack((4, 6, 3))
    hidden = graph["layer1"]
    assert isinstance(hidden, Spiking)
    populations = [Adaptive(**vars(hidden)) if p is hidden else p for p in graph.populations]
    return graph.rebuild(populations, graph.blocks)


def subtracting(threshold: int) -> Graph:
    """A network whose hidden neurons subtract their threshold, in weight units, with the next update."""
    graph = plain.dense_stack((4, 6, 3))
    hidden = graph["layer1"]
    assert isinstance(hidden, Spiking)
    soft = programmed_of(hidden, reset="subtract_next", vth=np.full(6, threshold << 6, np.int64))
    return graph.rebuild([soft if p is hidden else p for p in graph.populations], graph.blocks)


def graded(bits: int) -> Graph:
    """A network whose hidden neurons send changes of so many bits."""
    graph = plain.dense_stack((4, 6, 3))
    hidden = graph["layer1"]
    assert isinstance(hidden, Spiking)
    given = {name: value for name, value in vars(hidden).items() if name != "role"}
    sending = SigmaDelta(**given, message_bits=bits)
    return graph.rebuild([sending if p is hidden else p for p in graph.populations], graph.blocks)


CASES = (
    Case("LSN-WEIGHT-BITS", "stem", lambda: on("loihi2", weight_bits="1,2")),
    Case("LSN-WEIGHT-BITS", "stem", lambda: replace(on("loihi2", weight_bits="1,2,3"), sign="mixed")),
    Case("LSN-WEIGHT-EXP", "cells[0].nodes[0].inputs[0]", lambda: on("loihi2", loud("cell0.node0"))),
    Case("LSN-DELAY", "cells[0].nodes[2].inputs[1]", lambda: on("loihi2", chain(), delay_max=1)),
    Case("LSN-RELAY", "stem", lambda: on("loihi2", delay_max=0), severity="warning"),
    Case("LSN-GRADED-INPUT", "cells[0].nodes[2]", lambda: on("loihi1", chain())),
    Case("LSN-GRADED-INPUT", "input", lambda: on("loihi1"), severity="warning"),
    Case("LSN-PROGRAMMABLE", "layer1", lambda: on("loihi1", graph=adaptive()), here=False),
    Case("LSN-SOFT-RESET", "layer1", lambda: on("loihi1", graph=subtracting(2**16)), here=False, fixes=False),
    Case("LSN-RANGE", "stem", lambda: on("loihi2", accumulator_bits=13), severity="warning"),
    Case("LSN-MANTISSA", "stem", lambda: on("loihi2", excitatory_mantissa="0,150"), fixes=False),
    Case("LSN-WEIGHT", "stem", lambda: on("loihi2", effective_weight_max=64 * 7), fixes=False),
    Case("LSN-FAN-IN", "stem", lambda: on("loihi2", fan_in_max=5)),
    Case(
        "LSN-MESSAGE", "layer1", lambda: on("loihi2", graph=graded(24), graded_payload_bits=16), here=False, fixes=False
    ),
    Case("LSN-VTH", "cells[0].nodes[0]", lambda: on("loihi2", vth_bits=4)),
    Case("LSN-VTH", "stem", lambda: on("loihi2", vth_exp=12), fixes=False),
    Case("LSN-BIAS", "stem", lambda: on("loihi2", bias_mant_bits=4), fixes=False),
    Case("LSN-DECAY", "stem", lambda: on("loihi2", decay_bits=4), here=False, fixes=False),
    Case(
        "LSN-DECAY", "stem", lambda: on("loihi2", current_decay_offset=0), here=False, severity="warning", fixes=False
    ),
    Case("LSN-STATE", "stem", lambda: on("loihi2", state_bits=16), fixes=False),
    Case("LSN-STATE", "stem", lambda: on("loihi2", membrane_max_exp_max=2), fixes=False),
    Case("LSN-CHIP-NEURONS", "chip 0", lambda: on("loihi2", neurons=10), here=False, fixes=False),
    Case("LSN-NEURONS", "a", lambda: on("loihi1", graph=any_to_any(), neurons_per_core=32), here=False),
    Case("LSN-DELAY-SLOTS", "cells[0].nodes[1]", lambda: on("loihi1", last_alone(), delay_slots=4)),
    Case("LSN-AXON-IN", "head", lambda: on("loihi1", last_alone(), input_axons=10)),
    Case("LSN-AXON-OUT", "a", lambda: on("loihi1", graph=any_to_any(), output_axon_entries=63), here=False),
    Case("LSN-AXON-MAP", "a", lambda: on("loihi2", graph=any_to_any(), axon_map_entries=40), here=False),
    Case("LSN-SYNAPSE-WORDS", "head", lambda: on("loihi1", last_alone(), synapse_words=10)),
    Case("LSN-LIST-LENGTH", "a", lambda: on("loihi1", graph=any_to_any(), list_words_max=2), here=False),
    Case("LSN-CORE-WORDS", "stem", lambda: on("loihi2", last_alone(), core_words=32)),
    Case("LSN-FORMATS", "cells[0].nodes[1]", lambda: on("loihi1", synapse_formats=2)),
    Case(
        "LSN-DECAY-PROFILES",
        "layer1",
        lambda: on("loihi1", graph=subtracting(40), compartment_profiles=1),
        here=False,
        fixes=False,
    ),
    Case("LSN-CHIPS", "network", lambda: on("loihi2", cores=1, neurons_per_core=20)),
)
FIXED = tuple(case for case in CASES if case.fixes)

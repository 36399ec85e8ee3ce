"""Genotypes whose spikes cost the threshold: PyTorch = both engines of the exact simulator, spike for spike; what differs is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from random_networks import random_input, random_trained_genotype
from small_graphs import LOIHI1, LOIHI2

from litesnn.compiler.genotype import LoadedGenotype, NeuronReset
from litesnn.compiler.graph import Graph, Lif, Maximum, ProgrammedLif
from litesnn.compiler.lower import lower
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.passes import FoldNormalization
from litesnn.compiler.rules import Subject, check
from litesnn.jobs.samples import Samples
from litesnn.jobs.verify import verify
from litesnn.kernels import library, missing
from litesnn.runtime.exact import Simulator
from litesnn.search.model.reference import run_reference

SUBTRACTIONS: tuple[NeuronReset, ...] = ("subtract", "subtract_next")


class _Tensors(Simulator):
    """A simulator that was not given kernels."""

    _native = "a test"


def network(seed: int, reset: NeuronReset, **choices: Any) -> tuple[LoadedGenotype, Graph, np.ndarray]:
    loaded = random_trained_genotype(seed, reset=reset, size=(4, 5)[seed % 2], **choices)
    return loaded, compile_graph(loaded, LOIHI2), random_input(loaded, 3, seed)


@pytest.mark.parametrize("reset", SUBTRACTIONS)
@pytest.mark.parametrize("norm", ["node", "edge"])
@pytest.mark.parametrize("seed", range(4))
def test_every_engine_gives_pytorchs_spikes(reset: NeuronReset, norm: str, seed: int) -> None:
    if library() is None:
        pytest.skip(f"no kernels here: {missing()}")
    loaded, graph, inputs = network(seed, reset, norm=norm, **({"feedback": 1} if seed == 3 else {}))
    expected = run_reference(loaded, inputs, "fixed")
    names = [p.name for p in graph.membranes if p.name in expected.spikes]
    for engine in (Simulator, _Tensors):
        found = engine(graph).run(inputs, record=names)
        for name in names:
            np.testing.assert_array_equal(found.spikes[name], expected.spikes[name][:, :, list(graph[name].channels)])
        np.testing.assert_array_equal(found.readout.reshape(expected.readout.shape), expected.readout)
    assert sum(int(expected.spikes[name].sum()) for name in names) > 0


@pytest.mark.parametrize("reset", SUBTRACTIONS)
def test_spiking_nodes_and_the_pool_are_programmed_maxima_are_not(reset: NeuronReset) -> None:
    loaded = random_trained_genotype(1, reset=reset, ops=("maxpool3x3", "conv3x3"), pool="global_average")
    kinds = {type(p) for p in lower(loaded).membranes if p.sends == "spikes"}
    assert kinds == {ProgrammedLif, Maximum}
    assert {p.reset for p in lower(loaded).membranes if isinstance(p, ProgrammedLif)} == {reset}
    before = replace(loaded, spec=loaded.spec.model_copy(update={"neuron": loaded.spec.neuron.resetting("zero")}))
    assert {type(p) for p in lower(before).membranes if p.sends == "spikes"} == {Lif, Maximum}


@pytest.mark.parametrize("seed", range(4))
def test_labels_say_how_far_a_threshold_in_membrane_units_is_off(seed: int) -> None:
    loaded = random_trained_genotype(seed, reset="subtract")
    start = lower(loaded)
    folded = FoldNormalization().apply(start)
    bounds = {n.place: n.bound for n in folded.labels if n.step == "threshold to integer"}
    for population in folded.membranes:
        if not isinstance(population, ProgrammedLif):
            continue
        analog = start[population.name].analog  # type: ignore[union-attr]
        assert population.vth is not None
        assert population.unit is not None
        assert analog is not None
        fits = population.vth < 2**23 - 1
        error = np.abs(population.vth * population.unit / 64 / analog.threshold - 1)[fits].max()
        assert (bounds[population.place] or 0) == pytest.approx(error, rel=1e-6, abs=1e-15)
        assert error <= (population.unit[fits] / 128 / analog.threshold).max()


def _faulty(graph: Graph, **fields: Any) -> Graph:
    first = next(p for p in graph.topological() if isinstance(p, ProgrammedLif))
    return graph.rebuild([replace(p, **fields) if p is first else p for p in graph.populations], graph.blocks)


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"reset": "subtract"}, "wrong reset: the program's is 'subtract', PyTorch's 'subtract_next'"),
        ({"dv": 0}, "wrong decay (of 4096 per step): "),
        ({"vth": 0}, "wrong threshold (membrane units): "),
    ],
)
def test_a_wrong_constant_is_named_first(fields: dict[str, Any], cause: str) -> None:
    loaded, graph, inputs = network(6, "subtract_next", norm="node", timesteps=5, stem=True, decay=0.5)
    stem = graph["stem"]
    assert isinstance(stem, ProgrammedLif)
    given = {name: value if name == "reset" else np.full(stem.shape[0], value) for name, value in fields.items()}
    found = verify(_faulty(graph, **given), loaded, Samples(inputs, None, "test"), lava_samples=0)
    first = found.comparisons["exact"].first
    assert first is not None
    assert first.population == "stem"
    assert first.causes[0].startswith(cause)


def test_loihi1_has_no_programs() -> None:
    loaded = random_trained_genotype(2, reset="subtract", norm="node")
    codes = {finding.code for finding in check(Subject(LOIHI1, loaded)).findings if finding.severity == "error"}
    assert "LSN-PROGRAMMABLE" in codes

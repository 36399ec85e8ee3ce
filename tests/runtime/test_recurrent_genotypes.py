"""Trained genotypes with feedback, deployed: PyTorch, the exact simulator in both its times, every step of the chip, and cores."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_simulator import simulate_naively
from random_networks import random_input, random_trained_genotype
from small_graphs import LOIHI1, LOIHI2, dense, neurons, readout, source
from small_graphs import graph as graph_of

from litesnn.base.errors import CompileError
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import Graph, Spiking
from litesnn.compiler.image import build_image, image_graph
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.passes import AssignFormats, BalanceDelays, IsolateFeedback
from litesnn.compiler.profile import load_profile
from litesnn.runtime.exact import is_aligned, simulate
from litesnn.runtime.mapped import check_image
from litesnn.runtime.trace import Trace
from litesnn.search.model.reference import run_reference


def recurrent(seed: int, **choices: object) -> LoadedGenotype:
    return random_trained_genotype(seed, feedback=1 + seed % 3, size=(4, 5)[seed % 2], **choices)


def assert_pytorch_agrees(loaded: LoadedGenotype, graph: Graph, inputs: np.ndarray, found: Trace) -> None:
    expected = run_reference(loaded, inputs, "fixed")
    assert (found.readout == expected.readout).all()
    for name in found.spikes.keys() & expected.spikes.keys():
        kept = list(graph[name].channels)
        assert (found.spikes[name] == expected.spikes[name][:, :, kept]).all(), name


def spiking(graph: Graph) -> list[str]:
    return [population.name for population in graph.membranes if isinstance(population, Spiking)]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_pytorch_is_exact_is_every_step_of_the_chip(seed: int) -> None:
    loaded = recurrent(seed)
    graph = compile_graph(loaded, LOIHI2)
    assert is_aligned(graph)
    inputs = random_input(loaded, 3, seed)
    found = simulate(graph, inputs, record=spiking(graph))
    assert_pytorch_agrees(loaded, graph, inputs, found)
    for other in (simulate(graph, inputs, record=spiking(graph), stream=True), simulate_naively(graph, inputs)):
        assert (other.readout == found.readout).all()
        for name, spikes in found.spikes.items():
            assert (other.spikes[name] == spikes).all(), name


def test_the_networks_above_have_loops_of_several_lengths() -> None:
    intervals = {compile_graph(recurrent(seed), LOIHI2).pace.interval for seed in range(20)}
    assert {1, 2, 3} <= intervals


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("cores", [{}, {"neurons_per_core": "60"}])
def test_mapping_changes_no_spike(seed: int, cores: dict[str, str]) -> None:
    profile = load_profile("loihi2", overrides=cores)
    loaded = recurrent(seed)
    graph = compile_graph(loaded, profile)
    mapping = map_graph(graph, profile)
    found = check_image(graph, build_image(graph, mapping, profile, "net"), random_input(loaded, 3, seed))
    assert found is not None
    assert found.equal, found
    assert is_aligned(image_graph(build_image(graph, mapping, profile, "net")))


def test_loihi1_takes_loops_of_one_step_as_isolated_samples() -> None:
    taken = 0
    for seed in range(20):
        loaded = recurrent(seed, encoding="spikes", nodes=1, timesteps=2 + seed % 3)
        if compile_graph(loaded, LOIHI2).pace.interval > 1:
            continue
        with suppress(CompileError):  # of biases that make neurons spike too early
            graph = compile_graph(loaded, LOIHI1)
            assert graph.isolated == any(block.distance for block in graph.blocks)
            inputs = random_input(loaded, 3, seed)
            found = simulate(graph, inputs, record=spiking(graph))
            taken += graph.isolated
            assert_pytorch_agrees(loaded, graph, inputs, found)
            naive = simulate_naively(graph, inputs)
            assert all((naive.spikes[name] == spikes).all() for name, spikes in found.spikes.items())
    assert taken >= 3


def test_loihi1_refuses_feedback_from_neurons_that_spike_before_a_sample() -> None:
    loud = neurons("a", 2, bias_mant=np.array([0, 100]))
    back = replace(dense("a", "a", [[1, 0], [0, 1]]), name="back", distance=1)
    start = graph_of(
        [source(2), neurons("first", 2), loud, readout()],
        [
            dense("input", "first", [[1, 0], [0, 1]]),
            dense("first", "a", [[1, 0], [0, 1]]),
            back,
            dense("a", "readout", [[1, 2]] * 2),
        ],
    )
    balanced = BalanceDelays(62).apply(AssignFormats(LOIHI1).apply(start))
    with pytest.raises(CompileError, match="a bias that makes 'a' spike before a sample reaches it"):
        IsolateFeedback(programmable=False).apply(balanced)
    assert not IsolateFeedback(programmable=True).apply(balanced).isolated


def test_loihi1_refuses_longer_loops_with_what_would_help() -> None:
    seed = next(seed for seed in range(50) if compile_graph(recurrent(seed), LOIHI2).pace.interval > 1)
    with pytest.raises(CompileError) as refusal:
        compile_graph(recurrent(seed), LOIHI1)
    for part in ("loops of several synapses", "loihi2", "needs an initiation interval of", "drop cell"):
        assert part in str(refusal.value)

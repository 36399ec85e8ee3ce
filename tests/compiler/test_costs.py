"""Operations and NeuroBench metrics from spikes, against a count synapse by synapse."""

from __future__ import annotations

import numpy as np
import pytest
from random_networks import random_input, random_trained_genotype

from litesnn.compiler.costs import (
    Activity,
    activation_sparsity,
    cost_document,
    count_operations,
    input_events,
)
from litesnn.compiler.graph import Graph, Spiking
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.origin.facts import genotype_facts
from litesnn.compiler.profile import load_profile
from litesnn.runtime.exact import simulate

LOIHI1, LOIHI2 = load_profile("loihi1"), load_profile("loihi2")


def simulated(seed: int, **choices: object) -> tuple[Graph, Activity, dict[str, np.ndarray]]:
    loaded = random_trained_genotype(seed, **choices)
    graph = compile_graph(loaded, LOIHI2)
    inputs = random_input(loaded, 4, seed)
    names = [p.name for p in graph.membranes if isinstance(p, Spiking)]
    spikes = {name: s.astype(np.int64) for name, s in simulate(graph, inputs, record=names).spikes.items()}
    held = np.repeat(inputs[:, None], graph.timesteps, axis=1) if inputs.ndim == 4 else inputs
    events = input_events(graph, {"input": inputs}) | {name: s.sum(axis=(0, 1)) for name, s in spikes.items()}
    return graph, Activity(4, events), {**spikes, "input": (held != 0).astype(np.int64)}


@pytest.mark.parametrize("seed", range(6))
def test_a_synaptic_operation_is_an_event_at_an_existing_synapse(seed: int) -> None:
    graph, activity, events = simulated(seed)
    for name, operations in count_operations(graph, activity).items():
        population = graph[name]
        expected = 0
        for block in graph.into(name):
            synapses = block.weights(graph[block.source].shape, population.shape) != 0
            flat = events[block.source].reshape(-1, graph[block.source].size)
            expected += int(sum((synapses @ row).sum() for row in flat))
        assert operations.synaptic_operations == expected / 4
        assert operations.neuron_updates == population.size * graph.timesteps


def test_sparsities_are_fractions_of_zeros() -> None:
    loaded = random_trained_genotype(7, keep=0.5)
    masks = [loaded.trained[f"{e.name}.mask"] for e in loaded.topology.edges() if e.weighted]
    zeros = sum(int((mask == 0).sum()) for mask in masks)
    assert genotype_facts(loaded).connection_sparsity == pytest.approx(zeros / sum(mask.size for mask in masks))
    graph, activity, events = simulated(7, keep=0.5)
    spikes = [s for name, s in events.items() if name != "input"]
    assert activation_sparsity(graph, activity) == pytest.approx(
        sum(int((s == 0).sum()) for s in spikes) / sum(s.size for s in spikes)
    )


@pytest.mark.parametrize("seed", range(4))
def test_dense_operations_count_every_weight_at_every_position(seed: int) -> None:
    """NeuroBench's Dense: all weights and activations non-zero, padding zero; here by unrolling full kernels."""
    loaded = random_trained_genotype(seed, keep=1.0, ops=["conv3x3", "skip"], bits=8, norm="node")
    from litesnn.compiler.lower import lower

    graph = lower(loaded)
    unrolled = sum(
        int(block.geometry.fan_out(graph[block.source].shape, graph[block.target].shape).sum())
        for block in graph.blocks
    )
    maxima = sum(
        int(b.geometry.fan_out(graph[b.source].shape, graph[b.target].shape).sum())
        for b in graph.blocks
        if ".max" in b.target
    )
    assert genotype_facts(loaded).dense_operations == (unrolled - maxima) * loaded.spec.timesteps


def test_energy_rows_name_their_source_and_unknown_figures_give_none() -> None:
    loaded = random_trained_genotype(5)
    graph, activity, _ = simulated(5)
    rows = {}
    for profile in (LOIHI1, LOIHI2):
        document = cost_document(graph, genotype_facts(loaded), activity, profile, map_graph(graph, profile))
        rows[profile.name] = {row["name"]: row for row in document["energy"]}
        assert all(row["source"] and row["status"] for row in document["energy"])
    operations = sum(o.synaptic_operations for o in count_operations(graph, activity).values())
    chip = rows["loihi1"]["synaptic operations on the chip"]
    assert chip["value"] == pytest.approx(operations * 23.6e-12)
    assert not any("on the chip" in name for name in rows["loihi2"]), "no energy per operation of Loihi 2 is published"

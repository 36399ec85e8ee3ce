"""What gaps between neurons cost is what the lists of the cores hold more than the graph does."""

from __future__ import annotations

import numpy as np
import pytest
from published_shape import published

from litesnn.compiler.costs import Activity, cost_document
from litesnn.compiler.encoding import decode
from litesnn.compiler.gap_costs import count_gaps
from litesnn.compiler.graph import Graph
from litesnn.compiler.image import Image, build_image
from litesnn.compiler.image.model import POPULATION
from litesnn.compiler.mapping import Mapping, map_graph
from litesnn.compiler.origin import GenotypeOrigin
from litesnn.compiler.profile import Profile, load_profile

CRAMPED = {"neurons_per_core": "100", "core.synapse_words": "80", "cores": "1"}


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile("loihi1", CRAMPED)


@pytest.fixture(scope="module")
def origin() -> GenotypeOrigin:
    return GenotypeOrigin(published(6, size=7, cells=2, timesteps=3))


@pytest.fixture(scope="module")
def graph(origin, profile) -> Graph:
    return origin.pipeline(profile).run()


@pytest.fixture(scope="module")
def mapping(graph, profile) -> Mapping:
    return map_graph(graph, profile)


def synapses_read(image: Image, events: dict[str, np.ndarray]) -> int:
    """Synapses of all lists that messages read, each as often as its neuron sends."""
    total = 0
    stored = [decode(core.memory) for core in image.cores]
    lengths = [
        np.bincount(s.list, minlength=len(c.memory.pointers) - 1) for s, c in zip(stored, image.cores, strict=True)
    ]
    senders = [(s.routes, events[s.document.name].ravel()) for s in image.senders]
    for core in image.cores:
        sent = np.zeros(core.neurons, np.int64)
        for group in core.groups:
            sent[group.sending + group.places(image.axes)] = events[group.document.population].ravel()[group.ids()]
        senders.append((core.routes, sent))
    for routes, sent in senders:
        for first, count, number, axon, tag in routes.tolist():
            core = image.cores[number]
            for kind, start, *_ in core.reads[core.axons[axon] : core.axons[axon + 1]].tolist():
                total += int(sent[first : first + count].sum()) * int(
                    lengths[number][start + (tag if kind == POPULATION else 0)]
                )
    return total


def test_gaps_cost_what_lists_hold_more_than_the_graph(graph, mapping, profile):
    rng = np.random.default_rng(0)
    events = {population.name: rng.integers(0, 5, population.shape) for population in graph.populations}
    on_chip = [block for block in graph.blocks if not getattr(graph[block.target], "on_host", True)]
    due = sum(int((events[block.source] * graph.fan_out(block)).sum()) for block in on_chip)
    read = synapses_read(build_image(graph, mapping, profile, "net"), events)
    assert any(any(margin) for core in mapping.cores for margin in core.margins)
    assert read > due
    assert count_gaps(graph, mapping, events, 2).operations == (read - due) / 2


def test_compartments_of_gaps_are_what_cores_use_beside_their_neurons(graph, mapping):
    used = sum(core.usage["neurons"] for core in mapping.cores)
    neurons = sum(population.size for population in graph.membranes if not population.on_host)
    events = {population.name: np.zeros(population.shape, np.int64) for population in graph.populations}
    assert count_gaps(graph, mapping, events, 1) == (0, used - neurons)


def test_energy_counts_gaps_and_metrics_do_not(graph, mapping, profile, origin):
    events = {population.name: np.ones(population.shape, np.int64) for population in graph.populations}
    activity = Activity(1, events)
    with_gaps, without = (
        cost_document(graph, origin.weight_facts(graph), activity, profile, m) for m in (mapping, None)
    )
    counts = with_gaps["per_sample"]
    assert with_gaps["metrics"] == without["metrics"]
    assert counts["synaptic_operations"] == without["per_sample"]["synaptic_operations"]
    more = 1 + counts["gap_operations"] / counts["synaptic_operations"]
    assert with_gaps["energy"][0]["value"] == pytest.approx(more * without["energy"][0]["value"])
    more = 1 + counts["gap_updates"] / counts["neuron_updates"]
    assert with_gaps["energy"][1]["value"] == pytest.approx(more * without["energy"][1]["value"])

"""What neurons take besides a LIF neuron's place: a second compartment and a synapse of their own, decays, words of state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from image_weights import weights_of
from isolated_graphs import isolated, random_isolated
from mapping_networks import dense_stack, mixed_network
from over_limit import subtracting
from programmed_graphs import programmed_of
from small_graphs import dense, source
from small_graphs import neurons as few

from litesnn.compiler.graph import Graph, Leaky, Lif, ProgrammedLif
from litesnn.compiler.image import build_image, image_graph
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.mapping.compartments import SPIKING_COMPARTMENT, own_synapses, with_own_synapses
from litesnn.compiler.mapping.memory_image import core_memories
from litesnn.compiler.passes import AssignFormats, PlainNeurons
from litesnn.compiler.profile import load_profile
from litesnn.compiler.rules import check_rules, try_mapping
from litesnn.runtime.exact import simulate
from litesnn.runtime.mapped import check_image

LOIHI1, LOIHI2 = load_profile("loihi1"), load_profile("loihi2")


def soft(start: Graph, reset: str = "subtract_next", **fields: Any) -> Graph:
    """The graph with its LIF populations resetting by subtraction, at thresholds of 40 weight units and more."""
    populations = [
        programmed_of(p, reset=reset, vth=(p.vth + 39) << 6, **fields)
        if isinstance(p, Lif) and p.vth is not None
        else p
        for p in start.populations
    ]
    return start.rebuild(populations, start.blocks)


def chain(seed: int, **fields: Any) -> Graph:
    """Three inputs, eight neurons that reset by choice, four LIF neurons that the host reads."""
    rng = np.random.default_rng(seed)
    cell = programmed_of(few("cell", 8), **fields)
    graph = isolated(
        [source(3), cell, replace(few("out", 4), vth=np.full(4, 30), is_output=True)],
        [
            dense("input", "cell", rng.integers(-40, 120, (8, 3)).tolist()),
            dense("cell", "out", rng.integers(-20, 60, (4, 8)).tolist()),
        ],
        timesteps=12,
    )
    return AssignFormats(LOIHI1).apply(graph)


def spikes_in(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2, (6, 12, 3, 1, 1)).astype(np.int16)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("dv", [0, 700])
def test_the_synapses_of_two_compartments_are_the_reset(seed: int, dv: int) -> None:
    """Neurons without any reset, and the synapses that memory holds as synapses: the spikes of `subtract_next`."""
    vth = np.random.default_rng(seed).integers(20, 200, 8) << 6
    graph = chain(seed, reset="subtract_next", vth=vth, dv=dv)
    image = build_image(graph, map_graph(graph, LOIHI1), LOIHI1, "net")
    stored = image_graph(image)
    (cell,) = (p for p in stored.membranes if p.name.endswith(":cell"))
    assert isinstance(cell, ProgrammedLif)
    assert cell.reset == "none"
    assert [block.distance for block in stored.into(cell.name) if block.source == cell.name] == [0]
    found = check_image(graph, image, spikes_in(seed))
    assert found is not None
    assert found.equal
    assert found.compared_spikes > 0


@pytest.mark.parametrize("seed", range(6))
def test_without_leak_both_subtractions_are_the_same(seed: int) -> None:
    """Also at the ends of the membrane: biases of up to 2^19 drive it there within 24 steps."""
    rng = np.random.default_rng(seed)
    bias = {"bias_mant": rng.integers(-4095, 4096, 8), "bias_exp": np.full(8, 7)}
    inputs = np.tile(spikes_in(seed), (1, 2, 1, 1, 1))
    given = {"vth": rng.choice([20, 2000, 60000], 8) << 6, "dv": 0, **bias}
    at_once, next_step = (
        simulate(chain(seed, reset=reset, **given), inputs, record=["cell"], record_states=["cell"])
        for reset in ("subtract", "subtract_next")
    )
    np.testing.assert_array_equal(at_once.spikes["cell"], next_step.spikes["cell"])
    np.testing.assert_array_equal(at_once.potentials["cell"], next_step.potentials["cell"])
    assert abs(at_once.potentials["cell"]).max() == 2**23 - 1
    leaking = replace(chain(seed)["cell"], dv=1)
    assert programmed_of(leaking, reset="subtract", vth=given["vth"]).own_synapse is None


def test_two_compartments_take_twice_the_neurons_and_a_synapse_each() -> None:
    graph = dense_stack((20, 30, 5))
    (hard,), (two,) = map_graph(graph, LOIHI1).cores, map_graph(soft(graph), LOIHI1).cores
    more = {name: two.usage[name] - hard.usage[name] for name in hard.usage}
    assert two.neurons == hard.neurons == 35
    assert more == {
        "neurons": 30,
        "delay_slots": 30,
        "input_axons": 30,
        "output_axons": 30,
        "synapse_words": 30,  # a list of one synapse is a word
        "list_words": 0,
        "synapse_formats": 1,
        "threshold_profiles": 0,
        "compartment_profiles": 1,
    }
    (one,) = map_graph(soft(graph), load_profile("loihi1", {"soft_reset": "true"})).cores
    assert one.usage == hard.usage


def test_cores_fill_at_half_their_neurons() -> None:
    graph = dense_stack((4, 1200, 5), keep=0.1)
    assert len(map_graph(graph, LOIHI1).cores) == 2
    mapping = map_graph(soft(graph), LOIHI1)
    assert len(mapping.cores) == mapping.least_cores == 3
    assert max(core.usage["neurons"] for core in mapping.cores) <= 1024


@pytest.mark.parametrize("overrides", [{}, {"neurons_per_core": "60"}])
@pytest.mark.parametrize("seed", range(5))
def test_mapped_networks_keep_their_spikes(overrides: dict[str, str], seed: int) -> None:
    profile, graph = load_profile("loihi1", overrides), AssignFormats(LOIHI1).apply(soft(random_isolated(seed)))
    rng = np.random.default_rng(seed)
    (entry,) = graph.sources
    inputs = rng.integers(entry.minimum, entry.maximum + 1, (2, graph.timesteps, *entry.shape)).astype(np.int16)
    mapping = map_graph(graph, profile)
    found = check_image(graph, build_image(graph, mapping, profile, "net"), inputs)
    assert found is not None
    assert found.equal


@pytest.mark.parametrize("seed", range(6))
def test_memory_holds_minus_vth_for_every_neuron_and_as_much_as_was_counted(seed: int) -> None:
    profile = load_profile("loihi1", {"neurons_per_core": "90"})
    rng = np.random.default_rng(seed)
    start = soft(mixed_network(seed))
    wide = [
        replace(p, vth=rng.integers(1, 2**14, p.shape[0]) << 6) if isinstance(p, ProgrammedLif) else p
        for p in start.populations
    ]
    graph = start.rebuild(wide, start.blocks)  # thresholds of 14 bits: two synapses each
    mapping = map_graph(graph, profile)
    held = {p.name for p in wide if isinstance(p, ProgrammedLif)}
    stored = weights_of(build_image(graph, mapping, profile, "net"))
    for name in held:
        (weights,) = (found for (source, target, _), found in stored.items() if source == target == name)
        population = graph[name]
        assert isinstance(population, ProgrammedLif)
        assert population.vth is not None
        expected = np.repeat(population.vth >> 6, population.shape[1] * population.shape[2])
        np.testing.assert_array_equal(-weights, np.diag(expected), "each neuron takes from itself alone")
    assert any(group.subtracts for memory in core_memories(graph, mapping, profile) for group in memory.groups)
    assert {block.target for block in own_synapses(graph, profile)} == held
    assert with_own_synapses(graph, LOIHI2) is graph


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no reset": ({"reset": "none"}, "keeps its membrane", "subtract_next"),
    "fine": ({"reset": "zero", "vth": np.full(6, 64 * 40 + 2)}, "in steps of 2 membrane", "steps of 64"),
    "fine, soft": ({"vth": np.full(6, 64 * 40 + 32)}, "in steps of 32 membrane", "steps of 64"),
    "at": ({"reset": "zero", "spike_at": True}, "in steps of 1 membrane", "vth one above a multiple of 64"),
    "at, soft": ({"spike_at": True}, "spikes at its threshold and subtracts", "spike_at false"),
    "leak": ({"reset": "subtract", "dv": 100}, "before it leaks", "subtract_next"),
    "one leaks": ({"reset": "subtract", "dv": np.arange(6)}, "before it leaks", "dv 0"),
    "current": ({"du": 3000}, "its current lasts", "du 4095"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_fixed_unit_computes_is_refused_with_what_would(case: str) -> None:
    fields, why, fix = REFUSED[case]
    start = subtracting(40)
    graph = start.rebuild([replace(p, **fields) if p.name == "layer1" else p for p in start.populations], start.blocks)
    broken = [f for f in check_rules(graph, LOIHI1, try_mapping(graph, LOIHI1)) if f.severity == "error"]
    assert [(found.code, found.place) for found in broken] == [("LSN-PROGRAMMABLE", "layer1")]
    assert why in broken[0].message
    assert fix in broken[0].fix
    on_loihi2 = check_rules(graph, LOIHI2, try_mapping(graph, LOIHI2))
    assert not [found for found in on_loihi2 if found.severity == "error"]
    (counted,) = (found for found in on_loihi2 if found.code == "LSN-PROGRAMMABLE")
    assert counted.message == "1 of 2 populations need programmed neurons"


def test_a_threshold_that_is_no_weight_is_refused_with_the_largest_that_is() -> None:
    graph = subtracting(2**16)
    found = [f for f in check_rules(graph, LOIHI1, try_mapping(graph, LOIHI1)) if f.severity == "error"]
    assert {f.code for f in found} == {"LSN-SOFT-RESET"}
    assert "thresholds of at most 2,088,960 membrane units" in found[0].fix  # 255 * 2^7 * 2^6
    fits = subtracting(255 << 7)
    assert not [f for f in check_rules(fits, LOIHI1, try_mapping(fits, LOIHI1)) if f.severity == "error"]


def decaying(distinct: int) -> Graph:
    """64 neurons of so many decays."""
    start = dense_stack((4, 64, 3))
    changed = replace(start["layer1"], dv=np.arange(64) * distinct // 64)
    return start.rebuild([changed if p.name == "layer1" else p for p in start.populations], start.blocks)


def test_decays_beyond_the_registers_of_a_core_spread_over_cores() -> None:
    assert len(map_graph(decaying(32), LOIHI1).cores) == 1
    mapping = map_graph(decaying(64), LOIHI1)
    assert len(mapping.cores) == mapping.least_cores == 2
    assert all(core.usage["compartment_profiles"] <= 32 for core in mapping.cores)
    assert len(map_graph(decaying(64), LOIHI2).cores) == 1
    limited = map_graph(decaying(64), load_profile("loihi2", {"compartment_profiles": "8"}))
    assert len(limited.cores) >= 8
    found = {f.code: f for f in check_rules(decaying(64), LOIHI1, mapping)}
    assert found["LSN-DECAY-PROFILES"].severity == "ok"


def test_the_second_compartment_has_a_decay_of_its_own() -> None:
    graph = soft(dense_stack((4, 64, 3)))
    (core,) = map_graph(graph, LOIHI1).cores
    assert core.usage["compartment_profiles"] == 2
    assert SPIKING_COMPARTMENT not in graph["layer1"].decays()


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        (1, {}),
        (2, {"dv": np.arange(64)}),
        (2, {"dv": np.arange(64), "du": np.full(64, 4095)}),
        (2, {"reset": "subtract"}),
        (2, {"reset": "subtract", "dv": np.arange(64), "du": np.full(64, 4095)}),
    ],
)
def test_words_of_state(words: int, fields: dict[str, Any]) -> None:
    start = dense_stack((4, 64, 3))
    hidden = start["layer1"]
    assert isinstance(hidden, Leaky)
    other = programmed_of(hidden, **fields) if "reset" in fields else replace(hidden, **fields)
    graph = start.rebuild([other if p is hidden else p for p in start.populations], start.blocks)
    (before,), (after,) = map_graph(start, LOIHI2).cores, map_graph(graph, LOIHI2).cores
    assert after.usage["core_words"] - before.usage["core_words"] == 64 * (words - 1)
    assert after.usage["neurons"] == before.usage["neurons"]


def test_programs_that_do_what_lif_neurons_do_are_lif_neurons() -> None:
    for at in (False, True):
        vth = (np.arange(8) + 20 << 6) + at
        graph = chain(1, reset="zero", spike_at=at, vth=vth)
        lowered = PlainNeurons().apply(graph)
        assert isinstance(lowered["cell"], Lif)
        np.testing.assert_array_equal(lowered["cell"].vth, np.arange(8) + 20)
        found, expected = (simulate(g, spikes_in(1), record=["cell"]).spikes["cell"] for g in (lowered, graph))
        np.testing.assert_array_equal(found, expected)
        assert expected.any()
    for fields in ({"reset": "zero", "vth": np.full(8, 65)}, {"reset": "subtract_next", "vth": np.full(8, 64)}):
        assert isinstance(PlainNeurons().apply(chain(1, **fields))["cell"], ProgrammedLif)

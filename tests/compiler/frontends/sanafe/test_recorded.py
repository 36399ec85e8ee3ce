"""Networks of SANA-FE give the spikes that SANA-FE 2.2.9 itself computed (tests/data/sanafe), neuron by neuron and step by step."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import litesnn
from litesnn.compiler.frontends.sanafe.units import Units, parse_units
from litesnn.compiler.graph import Graph, ProgrammedLif
from litesnn.compiler.origin import SourceFile
from litesnn.compiler.origin.formats import read_network
from litesnn.runtime.exact import simulate

DATA = Path(__file__).parents[3] / "data" / "sanafe"
NETWORKS = sorted(path.name.removesuffix(".spikes.json") for path in DATA.glob("*.spikes.json"))
CHIPS = {"delays": "chip_delays.yaml"}
Bits = npt.NDArray[np.uint8]


def imported(name: str) -> SourceFile:
    return read_network(DATA / f"{name}.yaml", units=_units(name))


def _units(name: str) -> Units:
    return parse_units(str(DATA / CHIPS.get(name, "chip.yaml")))


def recorded(name: str) -> dict[str, Bits]:
    """Spikes (T, n) of each group."""
    found = {}
    for group, neurons in json.loads((DATA / f"{name}.spikes.json").read_text()).items():
        found[group] = np.zeros((40, len(neurons)), np.uint8)
        for neuron, steps in enumerate(neurons):
            found[group][steps, neuron] = 1
    return found


def spikes(graph: Graph, own_input: npt.NDArray[np.int16]) -> dict[str, Bits]:
    names = [population.name for population in graph.membranes]
    found = simulate(graph, own_input[None], record=names).spikes
    return {name: found[name][0].reshape(len(found[name][0]), -1) for name in names}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_spike_is_sanafes(name: str) -> None:
    origin, theirs = imported(name), recorded(name)
    assert all(label.status == "exact" for label in origin.read_graph.labels)
    graph = origin.pipeline(litesnn.load_profile("loihi2")).run()
    assert origin.own_input is not None
    (source,) = graph.sources
    held = origin.own_input if origin.own_input.ndim == 4 else np.repeat(origin.own_input[None], 40, axis=0)
    ours = spikes(graph, held)
    for group, sent in ours.items():
        first = graph[group].arrival or 0  # what a population computes before its input arrives is not recorded
        assert sent[: 40 - first].any()
        assert (sent[: 40 - first] == theirs[group][first:]).all(), group
    inputs = (
        np.concatenate([theirs[group] for group in theirs if group not in ours], axis=1)
        if source.message_bits == 0
        else None
    )
    if inputs is not None:
        assert (held.reshape(40, -1) == inputs).all()


def test_somas_are_told_apart_by_the_architecture() -> None:
    found = imported("truenorth").read_graph
    north = {p.name: (p.reset, p.spike_at) for p in found.membranes if isinstance(p, ProgrammedLif)}
    assert north == {"hard": ("zero", True), "soft": ("subtract", True), "none": ("none", True)}
    assumed = read_network(DATA / "maps.yaml").read_graph
    assert [label.step for label in assumed.labels if label.status == "assumed"] == ["soma models"]
    words = read_network(DATA / "truenorth.yaml", units=_units("truenorth")).given
    assert words[0] == "--units"
    assert words[1].startswith("lif=leaky_integrate_fire,north=truenorth,source=input,dendrites=accumulator")


def test_weights_beyond_a_byte_take_two_blocks_and_lose_nothing() -> None:
    graph = imported("maps").pipeline(litesnn.load_profile("loihi1")).run()
    into = graph.into("1")
    total = sum(block.weights(graph["0"].shape, graph["1"].shape) for block in into)
    assert (total.min(), total.max()) == (-289, 224)
    assert {block.byte for block in into} == {0, 1}
    assert graph["1"].shape == (3, 2, 3)

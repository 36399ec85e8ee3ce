"""The cores of an image, some at a time: each part is given what the others are to send, and has to send its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from published_shape import published

from litesnn.compiler.graph import Graph
from litesnn.compiler.image import Image, build_image
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile
from litesnn.runtime.mapped import check_image, check_parts

CHIPS = {
    "loihi1": {"neurons_per_core": "100", "core.synapse_words": "80", "cores": "1"},
    "loihi2": {"neurons_per_core": "100"},
}


@pytest.fixture(scope="module", params=CHIPS)
def mapped(request: pytest.FixtureRequest) -> tuple[Graph, Image]:
    profile = load_profile(request.param, CHIPS[request.param])
    graph = compile_graph(published(6, size=7, cells=2, timesteps=3), profile)
    return graph, build_image(graph, map_graph(graph, profile, optimize=False), profile, "net")


def inputs_of(graph: Graph) -> np.ndarray:
    (entry,) = graph.sources
    return np.random.default_rng(0).integers(entry.minimum, entry.maximum + 1, (2, *entry.shape)).astype(np.int16)


@pytest.mark.parametrize("at_once", [1, 7, 10_000])
def test_parts_say_what_the_whole_does(mapped: tuple[Graph, Image], at_once: int) -> None:
    graph, image = mapped
    assert len(image.cores) > 7
    found = check_parts(graph, image, inputs_of(graph), at_once)
    assert found == check_image(graph, image, inputs_of(graph))
    assert found.equal
    assert found.compared_spikes > 500


@pytest.mark.parametrize("at_once", [1, 7, 10_000])
def test_one_threshold_changed_on_one_core_is_seen(mapped: tuple[Graph, Image], at_once: int) -> None:
    graph, image = mapped
    able = [i for i, core in enumerate(image.cores) if "vth" in core.groups[0].parameters]
    number = able[len(able) // 2]
    core = image.cores[number]
    group = core.groups[0]
    lower = {**group.parameters, "vth": group.parameters["vth"] // 4}
    changed = replace(core, groups=(replace(group, parameters=lower), *core.groups[1:]))
    cores = tuple(changed if i == number else each for i, each in enumerate(image.cores))
    found = check_parts(graph, replace(image, cores=cores), inputs_of(graph), at_once)
    assert found.mismatching_spikes > 0


def test_a_route_less_is_seen(mapped: tuple[Graph, Image]) -> None:
    graph, image = mapped
    number = max(range(len(image.cores)), key=lambda i: len(image.cores[i].routes))
    core = image.cores[number]
    cores = tuple(replace(core, routes=core.routes[:0]) if i == number else c for i, c in enumerate(image.cores))
    assert not check_parts(graph, replace(image, cores=cores), inputs_of(graph), 5).equal

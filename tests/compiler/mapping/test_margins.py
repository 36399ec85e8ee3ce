"""Slices whose neurons stand apart on their core: fewer words, the same spikes, and nothing sent from a gap."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from published_shape import published

from litesnn.base.errors import CompileError, ProgramError
from litesnn.compiler.graph import Graph
from litesnn.compiler.image import Image, build_image, image_files, read_image
from litesnn.compiler.image.problems import image_problems
from litesnn.compiler.mapping import Mapping, map_graph, mapping_document, read_mapping
from litesnn.compiler.mapping.memory_image import core_memories
from litesnn.compiler.mapping.windows import Axis
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import Profile, load_profile
from litesnn.runtime.mapped import check_image

SHAPES = {"wide": (4, 8, 1, 150, 80), "tall": (6, 8, 1, 150, 80), "deep": (6, 7, 2, 100, 80)}
"""Channels, side of the map, cells; neurons and words of a core."""


@cache
def mapped(name: str, margins: str = "true") -> tuple[Graph, Profile, Mapping]:
    channels, size, cells, neurons, words = SHAPES[name]
    limits = {"neurons_per_core": str(neurons), "core.synapse_words": str(words), "cores": "1"}
    profile = load_profile("loihi1", {**limits, "population_margins": margins})
    graph = compile_graph(published(channels, size=size, cells=cells, timesteps=3), profile)
    return graph, profile, map_graph(graph, profile, optimize=False)


@cache
def image(name: str) -> Image:
    graph, profile, mapping = mapped(name)
    return build_image(graph, mapping, profile, name)


@pytest.mark.parametrize("name", SHAPES)
def test_the_cores_spike_as_the_network_does(name: str) -> None:
    graph, _, mapping = mapped(name)
    assert any(any(margin) for core in mapping.cores for margin in core.margins)
    (entry,) = graph.sources
    inputs = np.random.default_rng(0).integers(entry.minimum, entry.maximum + 1, (3, *entry.shape)).astype(np.int16)
    found = check_image(graph, image(name), inputs)
    assert found is not None
    assert found.compared_spikes > 1000
    assert found.equal, found


@pytest.mark.parametrize("name", SHAPES)
def test_cores_hold_the_words_and_numbers_that_were_counted(name: str) -> None:
    graph, profile, mapping = mapped(name)
    for core, memory, stored in zip(
        mapping.cores, core_memories(graph, mapping, profile), image(name).cores, strict=True
    ):
        assert core.usage["synapse_words"] == memory.usage["synapse_words"] == len(stored.memory.words)
        assert core.usage["neurons"] == stored.neurons <= SHAPES[name][3]


@pytest.mark.parametrize("name", SHAPES)
def test_without_margins_lists_do_not_fit_these_cores(name: str) -> None:
    with pytest.raises(CompileError, match=r"one neuron of 'pool' does not fit: synapse_words"):
        mapped(name, "false")


def test_a_mapping_is_read_as_it_was_written_and_no_other_margins_are() -> None:
    mapping = mapped("deep")[2]
    document = mapping_document(mapping)
    assert read_mapping(document) == mapping
    holder = next(core for core in document["cores"] if "margins" in core)
    for wrong in (
        [*holder["margins"], [0, 0]],
        [[-1, 0], *holder["margins"][1:]],
        [[0, 2**40], *holder["margins"][1:]],
    ):
        holder["margins"], kept = wrong, holder["margins"]
        with pytest.raises(ProgramError, match=r"margins"):
            read_mapping(document)
        holder["margins"] = kept


def test_an_image_is_read_as_it_was_written() -> None:
    found = read_image(image_files(image("deep")))
    assert [core.document for core in found.cores] == [core.document for core in image("deep").cores]


def test_nothing_is_sent_from_a_gap() -> None:
    whole = image("deep")
    number, core = next(
        (i, c) for i, c in enumerate(whole.cores) if any(g.document.margin for g in c.groups) and len(c.routes)
    )
    group = next(group for group in core.groups if group.document.margin)
    held = group.document.first + group.places(whole.axes)
    gap = min(set(range(group.document.first, group.document.first + group.numbers)) - set(held.tolist()))
    routes = core.routes.copy()
    routes[0, 0] = gap
    cores = tuple(replace(c, routes=routes) if i == number else c for i, c in enumerate(whole.cores))
    assert not list(image_problems(whole))
    assert list(image_problems(replace(whole, cores=cores))) == [
        f"core{number}/memory.bin: a route of neurons or to a core that is not there"
    ]


@pytest.mark.parametrize(
    ("window", "interval", "due"),
    [
        ((3, 1, 1, 1), (0, 8), 1),
        ((3, 1, 1, 1), (2, 5), 2),
        ((3, 1, 1, 1), (0, 4), 2),
        ((1, 1, 0, 1), (2, 5), 0),
        ((5, 1, 2, 1), (0, 8), 2),
        ((3, 1, 2, 2), (3, 6), 4),
        ((3, 2, 1, 1), (1, 3), 1),
        ((2, 2, 0, 1), (1, 3), 0),
    ],
)
def test_a_margin_is_as_wide_as_kernels_reach(
    window: tuple[int, int, int, int], interval: tuple[int, int], due: int
) -> None:
    kernel, stride, padding, dilation = window
    target = (8 + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    axis = Axis(8, target, window)
    spaced = replace(axis, spaced_by=(axis,))
    assert (axis.margin(*interval), spaced.margin(*interval)) == (0, due)
    touched = spaced.touched(*interval)
    every = spaced.classes[touched[touched > 0]].sum(axis=1)
    assert set(every.tolist()) == set(spaced.classes.sum(axis=1)[np.unique(touched[touched > 0])].tolist())
    assert (touched > 0).tolist() == (axis.touched(*interval) > 0).tolist()


def test_where_taps_would_meet_in_a_gap_there_is_none() -> None:
    axis = Axis(1, 1, (3, 1, 1, 1))
    assert replace(axis, spaced_by=(axis,)).margin(0, 1) == 0

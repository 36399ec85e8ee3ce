"""Shared kernels say the same as the unrolled convolution: every list, shifted to where a source pixel stands, is its column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_lists import decoded
from small_graphs import LOIHI1, LOIHI2, conv, graph, neurons, one_to_one, source

from litesnn.compiler.encoding import (
    AxonLists,
    ListFormat,
    ListRule,
    Tile,
    core_lists,
    encode,
    encode_cost,
    group_cost,
    kernel_rows,
    neuron_lists,
    population_lists,
)
from litesnn.compiler.graph import Conv2d, Geometry, Pool, SynapseBlock, SynapseFormat
from litesnn.compiler.mapping.windows import Axis
from litesnn.compiler.margin import Margin
from litesnn.compiler.passes import AssignFormats
from litesnn.compiler.profile import load_profile

FORMAT = ListFormat(4, "mixed")


def dense_list(lists: AxonLists, number: int) -> np.ndarray:
    """Summed codes per target of one list."""
    part = slice(*lists.indptr[[number * len(lists.formats), (number + 1) * len(lists.formats)]])
    return np.bincount(lists.targets[part], lists.codes[part], lists.width).astype(int)


@st.composite
def kernels(draw: st.DrawFn) -> tuple[Geometry, tuple[int, int, int], tuple[int, int, int]]:
    """A convolution or pool with its maps."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    in_shape = (draw(st.integers(1, 4)), draw(st.integers(3, 7)), draw(st.integers(3, 7)))
    size, stride, padding = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(0, 1))
    targets, dilation = draw(st.integers(1, 5)), 1
    if draw(st.booleans()):
        dilation = draw(st.integers(1, 2)) if size == 2 else 1
        codes = rng.integers(-7, 8, (targets, in_shape[0], size, size)) * (
            rng.random((targets, in_shape[0], 1, 1)) < 0.8
        )
        geometry: Geometry = Conv2d(codes.astype(np.int32), stride, padding, dilation)
    else:
        count = min(targets, in_shape[0])
        picks = [rng.permutation(n)[:count].astype(np.int64) for n in (in_shape[0], targets)]
        geometry = Pool(rng.integers(0, 8, count).astype(np.int32), *picks, (size, size), stride, padding)
    out = [(side + 2 * padding - dilation * (size - 1) - 1) // stride + 1 for side in in_shape[1:]]
    return geometry, in_shape, (targets, out[0], out[1])


def interval(draw: Any, size: int) -> tuple[int, int]:
    first = draw(st.integers(0, size - 1))
    return first, draw(st.integers(first + 1, size))


@given(st.data(), kernels(), st.sampled_from([(1, 5), (1, 1 << 40), (4, 8)]), st.booleans())
def test_population_lists_are_the_unrolled_columns(
    data: Any, kernel: Any, bases: tuple[int, int], every_channel: bool
) -> None:
    geometry, in_shape, out_shape = kernel
    tile = Tile(*(interval(data.draw, size) for size in out_shape))
    alignment, targets = bases
    rule = replace(ListRule.of(LOIHI1), base_alignment=alignment, base_targets=targets)
    found = population_lists([geometry], [FORMAT], in_shape, tile, rule, every_channel)
    assert len(found.channels) in ((0, in_shape[0]) if every_channel else range(in_shape[0] + 1))
    weights = geometry.matrix(in_shape, out_shape).toarray().reshape(*out_shape, *in_shape)
    weights = weights[tuple(slice(*part) for part in (tile.channels, tile.rows, tile.columns))]
    assert (found.base % alignment == 0).all()
    assert (found.base < targets).all()
    for y, x in np.ndindex(in_shape[1:]):
        column = weights[..., y, x].reshape(-1, in_shape[0])
        if found.kind[y, x] < 0:
            assert not column.any()
            continue
        for atom, channel in enumerate(found.channels):
            codes = dense_list(found.lists, found.kind[y, x] * len(found.channels) + atom)
            shifted = np.zeros(len(column) + len(codes), int)
            shifted[found.base[y, x] :][: len(codes)] = codes
            np.testing.assert_array_equal(shifted[: len(column)], column[:, channel])
            assert not shifted[len(column) :].any()
        assert not np.delete(column, found.channels, axis=1).any()


@given(st.data(), kernels(), st.sampled_from([(1, 5), (1, 1 << 40), (4, 8)]))
def test_lists_with_a_margin_are_the_unrolled_columns_and_else_lead_into_gaps(
    data: Any, kernel: Any, bases: tuple[int, int]
) -> None:
    geometry, in_shape, out_shape = kernel
    axes = zip(in_shape[1:], out_shape[1:], (geometry.window.down, geometry.window.across), strict=True)
    spans = [Axis(*axis).span for axis in axes]
    parts = [interval(data.draw, size) for size in out_shape]
    sides = [last - first for first, last in parts[1:]]
    margin = Margin(*(data.draw(st.integers(max(0, s - side), s)) for s, side in zip(spans, sides, strict=True)))
    tile = Tile(*parts, margin)
    alignment, targets = bases
    rule = replace(ListRule.of(LOIHI1), base_alignment=alignment, base_targets=targets)
    found = population_lists([geometry], [FORMAT], in_shape, tile, rule)
    weights = geometry.matrix(in_shape, out_shape).toarray().reshape(*out_shape, *in_shape)
    weights = weights[tuple(slice(*part) for part in (tile.channels, tile.rows, tile.columns))]
    places, numbers = margin.places(tile.shape), margin.numbers(tile.shape)
    assert places.max() < numbers == found.lists.width
    for y, x in np.ndindex(in_shape[1:]):
        column = weights[..., y, x]
        if found.kind[y, x] < 0:
            assert not column.any()
            continue
        for atom, channel in enumerate(found.channels):
            codes = dense_list(found.lists, found.kind[y, x] * len(found.channels) + atom)
            shifted = np.zeros(numbers + len(codes), int)
            shifted[found.base[y, x] :][: len(codes)] = codes
            np.testing.assert_array_equal(shifted[places], column[..., channel])
            assert not shifted[numbers:].any()


def test_a_margin_as_wide_as_the_kernel_reaches_leaves_one_kind_of_pixel() -> None:
    geometry = Conv2d(np.ones((2, 2, 3, 3), np.int32), 1, 1)
    rule = ListRule.of(LOIHI1)
    parts = (0, 2), (4, 8), (4, 8)
    kinds = [
        population_lists([geometry], [FORMAT], (2, 16, 16), Tile(*parts, Margin(*margin)), rule).kind.max() + 1
        for margin in ((0, 0), (0, 1), (0, 2), (2, 2))
    ]
    assert kinds == [25, 15, 5, 1]


@given(st.data(), kernels())
def test_kernel_rows_hold_every_weight_of_the_core_once(data: Any, kernel: Any) -> None:
    geometry, in_shape, out_shape = kernel
    channels = interval(data.draw, out_shape[0])
    found = kernel_rows([geometry], [FORMAT], in_shape, channels)
    kept = geometry.keep(None, np.arange(*channels), in_shape, out_shape)
    taps = (
        geometry.codes.shape[2] * geometry.codes.shape[3] if isinstance(geometry, Conv2d) else geometry.kernel[0] ** 2
    )
    assert len(found.targets) == kept.nnz * (1 if isinstance(geometry, Conv2d) else taps)
    assert len(found) == kept.read_channels(in_shape).sum() * taps
    assert len(encode(found, LOIHI2).words) == encode_cost(found, LOIHI2).words


@settings(max_examples=30)
@given(st.data(), kernels())
def test_lists_of_single_neurons_are_the_unrolled_columns(data: Any, kernel: Any) -> None:
    geometry, in_shape, out_shape = kernel
    tile = Tile(*(interval(data.draw, size) for size in out_shape))
    block = SynapseBlock("a", "input", "a", geometry, "a", "a", format=SynapseFormat(8, 0, "mixed"))
    for rule in (LOIHI1, LOIHI2):
        lists = neuron_lists([block], in_shape, out_shape, tile, rule)
        found = decoded(encode(lists, rule), lists)
        weights = geometry.matrix(in_shape, out_shape).toarray().reshape(*out_shape, -1)
        weights = weights[tuple(slice(*part) for part in (tile.channels, tile.rows, tile.columns))]
        weights = weights.reshape(found.width, -1)
        np.testing.assert_array_equal(np.stack([dense_list(found, i) for i in range(len(found))], axis=1), weights)


@pytest.mark.parametrize("target", [LOIHI1, LOIHI2], ids=["loihi1", "loihi2"])
def test_sharing_does_not_grow_with_the_map(target: Any) -> None:
    codes = np.random.default_rng(0).integers(-7, 8, (8, 8, 3, 3))
    costs = []
    for size in (8, 32):
        network = AssignFormats(target, "split").apply(
            graph([source(8, size), neurons("a", 8, size)], [conv("input", "a", codes)])
        )
        costs.append(group_cost(network, network.into("a"), target))
    assert costs[0] == costs[1]
    assert costs[0].ideal_bits == np.count_nonzero(codes) * 3


def test_unrolled_lists_are_taken_where_the_map_is_a_pixel() -> None:
    codes = np.zeros((64, 64, 3, 3), np.int32)
    codes[:, :, 1, 1] = np.eye(64)
    network = AssignFormats(LOIHI2).apply(graph([source(64, 1), neurons("a", 64, 1)], [conv("input", "a", codes)]))
    cost = group_cost(network, network.into("a"), LOIHI2)
    assert cost.words == 64
    assert dict(cost.encodings).keys() == {"sparse"}


def test_rows_skip_zeros_only_if_the_profile_is_told_so() -> None:
    codes = np.zeros((128, 4, 3, 3), np.int32)
    codes[::16, 0] = 5
    geometry = Conv2d(codes, 1, 1)
    lists = kernel_rows([geometry], [FORMAT], (4, 8, 8), (0, 128))
    told = load_profile("loihi2", {"kernel_row_encodings": "dense,sparse,run-length"})
    assert encode_cost(lists, LOIHI2).words == 9 * -(-(128 * 4 + 10) // 64)
    assert encode_cost(lists, told).words == 9 * -(-(22 + 8 * (4 + 5)) // 64)


@pytest.mark.parametrize("target", [LOIHI1, LOIHI2], ids=["loihi1", "loihi2"])
def test_core_lists_follow_the_profile(target: Any) -> None:
    codes = np.random.default_rng(1).integers(-7, 8, (6, 5, 3, 3))
    network = AssignFormats(target, "split").apply(
        graph(
            [source(5, 8), neurons("a", 6, 8)],
            [conv("input", "a", codes), one_to_one("input", "a", 5)],
        )
    )
    blocks = [block for block in network.blocks if block.target == "a"]
    parts = core_lists(blocks, (5, 8, 8), (6, 8, 8), Tile((0, 6), (0, 4), (0, 8)), target)
    parts.sort(key=lambda part: -len(part.formats))
    assert [len(part.formats) for part in parts] == [2, 1]
    if target is LOIHI2:
        assert [part.rows for part in parts] == [True, False]
        assert [len(part) for part in parts] == [45, 5]
    else:
        assert all(part.atoms == 5 for part in parts)
    assert sum((encode_cost(part, target) for part in parts[1:]), encode_cost(parts[0], target)).words > 0

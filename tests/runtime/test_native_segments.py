"""Windows of any shape, and pools: sums and spikes are those of the simulator on tensors, however what a spike adds is laid out."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np
import pytest
from both_engines import assert_same, needs_kernels, traces_of_both
from isolated_graphs import isolated
from small_graphs import dense, neurons, readout

from litesnn.compiler.graph import Conv2d, Dense, Geometry, Graph, Pool, Source, SynapseBlock
from litesnn.compiler.graph.geometry.windows import reached
from litesnn.kernels import library
from litesnn.runtime.exact.native.network import NativeNetwork
from litesnn.runtime.exact.native.segments import CACHED_BYTES, MOST_SEGMENTS, MOST_VECTORS, narrowed, phases
from litesnn.runtime.exact.native.sum_room import SumRoom

LARGEST = {1: 0, 2: 5, 4: 11}
"""Exponent of weights that take sums into so many bytes."""
WIDE = {1: 1, 2: 40, 4: 1}
"""Largest weight: beyond 31 four of them do not add up in a byte."""


def _window(rng: np.random.Generator, shape: tuple[int, int, int]) -> tuple[tuple[int, int], ...]:
    """A kernel, stride, padding and dilation of both axes under which something of the map is left."""
    while True:
        kernel, stride, dilation = (tuple(rng.integers(1, most + 1, 2).tolist()) for most in (5, 3, 3))
        padding = tuple(rng.integers(0, 4, 2).tolist())
        axes = tuple(zip(kernel, stride, padding, dilation, strict=True))
        if min(side + 2 * p - (k - 1) * d for side, (k, _, p, d) in zip(shape[1:], axes, strict=True)) > 0:
            return kernel, stride, padding, dilation


def _network(rng: np.random.Generator, shape: tuple[int, int, int], channels: int, sum_bytes: int) -> Graph:
    """Input, a map of drawn windows over it, a map that reads both by the same ones twice and is pooled, a readout."""
    kernel, stride, padding, dilation = _window(rng, shape)

    def conv(inputs: int, outputs: int, largest: int) -> Conv2d:
        codes = rng.integers(-largest, largest + 1, (outputs, inputs, *kernel))
        return Conv2d(codes.astype(np.int32), stride, padding, dilation)

    first = conv(shape[0], channels, 1)
    enters = Source("input", shape, tuple(range(shape[0])), shape[0], "input", minimum=0, maximum=1)
    one_shape = (channels, *reached(shape, first.axes))
    one = replace(neurons("one", channels, vth=rng.integers(0, 6, channels)), shape=one_shape)
    ids = np.arange(channels)
    same = Conv2d(rng.integers(-1, 2, (channels, channels, 3, 3)).astype(np.int32), 1, 1)
    pool = Pool(rng.integers(1, 3, channels).astype(np.int32), ids, ids, (3, 3), 1, 1)
    two = replace(neurons("two", channels, vth=rng.integers(0, 9, channels)), shape=one_shape)
    blocks = [
        SynapseBlock("first", "input", "one", first, "first", "first"),
        SynapseBlock(
            "more",
            "input",
            "one",
            conv(shape[0], channels, WIDE[sum_bytes]),
            "more",
            "more",
            exponent=LARGEST[sum_bytes],
        ),
        SynapseBlock("same", "one", "two", same, "same", "same"),
        SynapseBlock("pool", "one", "two", pool, "pool", "pool"),
        dense("two", "readout", rng.integers(-3, 4, (2, prod(one_shape))).astype(np.int32)),
    ]
    return isolated([enters, one, two, readout(2)], blocks)


@needs_kernels
@pytest.mark.parametrize("sum_bytes", [1, 2, 4])
@pytest.mark.parametrize("seed", range(12))
def test_any_window_over_any_map(seed: int, sum_bytes: int) -> None:
    """Of spikes, with all states kept and with none; and of graded inputs."""
    rng = np.random.default_rng([seed, sum_bytes])
    shape = (int(rng.integers(1, 40)), int(rng.integers(1, 9)), int(rng.integers(1, 9)))
    network = _network(rng, shape, int(rng.choice([1, 8, 12, 40, 150])), sum_bytes)
    inputs = rng.integers(0, 2, (4, 3, *shape)).astype(np.int16)
    ours, other = traces_of_both(network, inputs)
    assert_same(ours, other)
    assert not isinstance(ours, str)
    assert ours.currents["one"].any()
    assert_same(*traces_of_both(network, inputs, states=False))
    graded = replace(network["input"], minimum=-3, maximum=100)
    again = isolated([graded if p.name == "input" else p for p in network.populations], list(network.blocks))
    assert_same(*traces_of_both(again, rng.integers(-3, 101, (2, 3, *shape)).astype(np.int16)))


@pytest.mark.parametrize("padded", [8, 16, 48, 200])
@pytest.mark.parametrize("vector_bytes", [16, 32, 64])
def test_parts_fit_registers_and_hold_every_weight_once(padded: int, vector_bytes: int) -> None:
    kernels = np.random.default_rng(padded).integers(-15, 16, (padded, 40, 5, 3)).astype(np.int16)
    for window in (
        ((5, 3), (1, 1), (2, 1), (1, 1)),
        ((5, 3), (2, 2), (1, 0), (1, 3)),
        ((5, 3), (3, 1), (0, 0), (2, 1)),
    ):
        whole = phases(kernels, window, SumRoom(padded, 2, 9, vector_bytes))
        thin, narrow = narrowed(whole)
        assert narrow
        for found in (whole, thin):
            parts = [part for phase in found for part in phase.split()]
            assert sum(int(np.abs(part.rows.astype(int)).sum()) for part in parts) == int(
                np.abs(kernels.astype(int)).sum()
            )
            for part in parts:
                assert 1 <= len(part.segments) <= MOST_SEGMENTS
                assert len(part.segments) * part.vectors <= MOST_VECTORS
                assert len(part.segments) == 1 or part.rows.nbytes <= CACHED_BYTES * len(part.rows) // 40
                assert not part.rows[-1].any()  # what fills a place's spikes up adds nothing


def test_weights_are_bytes_where_any_four_add_up_in_one() -> None:
    def narrow(least: int, most: int, dtype: type = np.int16) -> bool:
        kernels = np.array([least, most]).reshape(2, 1, 1, 1).astype(dtype)
        return narrowed(phases(kernels, ((1, 1),) * 2 + ((0, 0), (1, 1)), SumRoom(8, 0, 1, 32)))[1]

    assert narrow(-32, 31)
    assert not narrow(-33, 31)
    assert not narrow(-32, 32)
    assert not narrow(-1, 1, np.int8)  # as narrow as sums are
    assert not narrow(-1, 1, np.int32)


@needs_kernels
@pytest.mark.parametrize("windows", [False, True])
def test_channels_beyond_the_numbers_of_rows_are_left_to_tensors(windows: bool) -> None:
    """Rows of windows have numbers of 16 bits; those of all inputs have not."""
    count = 70_000
    rng = np.random.default_rng(0)
    enters = Source("input", (count, 1, 1), tuple(range(count)), count, "input", minimum=0, maximum=1)
    codes = rng.integers(-1, 2, (2, count)).astype(np.int32)
    geometry: Geometry = Conv2d(codes[:, :, None, None], 1, 0) if windows else Dense(codes)
    one = neurons("one", 2, vth=np.full(2, 5))
    blocks = [SynapseBlock("b", "input", "one", geometry, "b", "b"), dense("one", "readout", np.ones((2, 2), np.int32))]
    network = isolated([enters, one, readout(2)], blocks)
    reason = NativeNetwork(network, library()).reason_against({})
    assert reason == ("'one' reads more than 65,535 channels through windows" if windows else None)
    assert_same(*traces_of_both(network, rng.integers(0, 2, (2, 3, count, 1, 1)).astype(np.int16)))

"""Every form of a geometry (matrix, fan-out, sums, restriction) is the same connection, and the one torch computes."""

import re
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn import functional

from litesnn.compiler.graph import Axes, Conv2d, Dense, Geometry, OneToOne, Pool, Sparse, per_axis
from litesnn.compiler.graph.geometry.by_channel import ByChannel
from litesnn.compiler.graph.geometry.depthwise import Depthwise

IDS = np.arange
Case = tuple[Geometry, tuple[int, int, int], tuple[int, int, int]]


def window(size: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> int:
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def axes(low: int, high: int) -> st.SearchStrategy[Axes]:
    """One figure for both axes, or one each."""
    figure = st.integers(low, high)
    return figure | st.tuples(figure, figure)


@st.composite
def convolutions(draw: Any) -> Case:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    c_out, c_in, height, width = (draw(st.integers(1, n)) for n in (4, 4, 7, 7))
    ky, kx = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    stride, padding, dilation = draw(axes(1, 3)), draw(axes(0, 3)), draw(axes(1, 2))
    figures = zip((height, width), (ky, kx), per_axis(stride), per_axis(padding), per_axis(dilation), strict=True)
    size = tuple(window(*axis) for axis in figures)
    assume(min(size) >= 1)
    codes = (rng.integers(-9, 10, (c_out, c_in, ky, kx)) * (rng.random((c_out, c_in, ky, kx)) < 0.5)).astype(np.int32)
    return Conv2d(codes, stride, padding, dilation), (c_in, height, width), (c_out, *size)


@st.composite
def denses(draw: Any) -> Case:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    c_out = draw(st.integers(1, 5))
    return Dense(rng.integers(-2, 3, (c_out, int(np.prod(shape)))).astype(np.int32)), shape, (c_out, 1, 1)


@st.composite
def pools(draw: Any) -> Case:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    c_in, c_out, height, width = (draw(st.integers(1, n)) for n in (4, 6, 7, 7))
    count = draw(st.integers(1, min(c_in, c_out)))
    sources, targets = np.sort(rng.permutation(c_in)[:count]), np.sort(rng.permutation(c_out)[:count])
    codes = rng.integers(-3, 4, count).astype(np.int32)
    if draw(st.booleans()):
        return OneToOne(codes, sources, targets), (c_in, height, width), (c_out, height, width)
    ky, kx, stride, padding = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(axes(1, 3)), draw(axes(0, 2))
    figures = zip((height, width), (ky, kx), per_axis(stride), per_axis(padding), strict=True)
    size = tuple(window(*axis) for axis in figures)
    assume(min(size) >= 1)
    return Pool(codes, sources, targets, (ky, kx), stride, padding), (c_in, height, width), (c_out, *size)


@st.composite
def depthwises(draw: Any) -> Case:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    c_in, c_out, height, width = (draw(st.integers(1, n)) for n in (4, 6, 7, 7))
    count, kernel = draw(st.integers(1, min(c_in, c_out))), (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    sources, targets = np.sort(rng.permutation(c_in)[:count]), np.sort(rng.permutation(c_out)[:count])
    codes = (rng.integers(-9, 10, (count, *kernel)) * (rng.random((count, *kernel)) < 0.5)).astype(np.int32)
    geometry = Depthwise(codes, sources, targets, draw(axes(1, 3)), draw(axes(0, 2)), draw(axes(1, 2)))
    size = tuple(window(side, *axis) for side, axis in zip((height, width), geometry.axes, strict=True))
    assume(min(size) >= 1)
    return geometry, (c_in, height, width), (c_out, *size)


@st.composite
def sparses(draw: Any) -> Case:
    geometry, in_shape, out_shape = draw(convolutions())
    return Sparse.from_matrix(geometry.matrix(in_shape, out_shape)), in_shape, out_shape


CASES = convolutions() | denses() | pools() | depthwises() | sparses()


def spikes(shape: tuple[int, int, int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-3, 4, shape)


@given(convolutions())
def test_a_convolution_is_torchs(case: Case) -> None:
    geometry, in_shape, out_shape = case
    assert isinstance(geometry, Conv2d)
    x = spikes(in_shape)
    expected = functional.conv2d(
        torch.as_tensor(x[None], dtype=torch.float64),
        torch.as_tensor(geometry.codes, dtype=torch.float64),
        stride=geometry.stride,
        padding=geometry.padding,
        dilation=geometry.dilation,
    )[0].numpy()
    assert expected.shape == out_shape
    np.testing.assert_array_equal((geometry.matrix(in_shape, out_shape) @ x.ravel()).reshape(out_shape), expected)


@given(pools() | depthwises())
def test_a_window_per_channel_is_torchs_depthwise_convolution(case: Case) -> None:
    geometry, in_shape, out_shape = case
    assert isinstance(geometry, ByChannel)
    (ky, *_), (kx, *_) = geometry.axes
    kernel = np.zeros((out_shape[0], in_shape[0], ky, kx))
    for code, read, fed in zip(geometry.codes, geometry.sources, geometry.targets, strict=True):
        kernel[fed, read] = code
    x = spikes(in_shape)
    expected = functional.conv2d(
        torch.as_tensor(x[None], dtype=torch.float64),
        torch.as_tensor(kernel),
        stride=tuple(axis[1] for axis in geometry.axes),
        padding=tuple(axis[2] for axis in geometry.axes),
        dilation=tuple(axis[3] for axis in geometry.axes),
    )[0].numpy()
    np.testing.assert_array_equal((geometry.matrix(in_shape, out_shape) @ x.ravel()).reshape(out_shape), expected)


@given(CASES)
def test_it_fits_the_maps_it_was_made_for_and_no_others(case: Case) -> None:
    geometry, in_shape, out_shape = case
    assert geometry.check(in_shape, out_shape) is None
    larger = (out_shape[0], out_shape[1] + 1, out_shape[2])
    assert geometry.check(in_shape, larger)


@given(CASES)
def test_fan_out_counts_the_synapses_of_each_source(case: Case) -> None:
    geometry, in_shape, out_shape = case
    matrix = geometry.matrix(in_shape, out_shape).toarray()
    np.testing.assert_array_equal(geometry.fan_out(in_shape, out_shape).ravel(), np.count_nonzero(matrix, axis=0))


@given(CASES)
def test_pruned_weights_do_not_exist_in_the_matrix(case: Case) -> None:
    geometry, in_shape, out_shape = case
    matrix = geometry.matrix(in_shape, out_shape)
    assert np.count_nonzero(matrix.data) == matrix.nnz
    assert geometry.nnz == np.count_nonzero(geometry.codes)


@given(CASES)
def test_sums_bound_what_a_target_channel_can_receive(case: Case) -> None:
    geometry, in_shape, out_shape = case
    matrix = geometry.matrix(in_shape, out_shape).toarray().astype(np.int64)
    positive, negative = geometry.sums(in_shape, out_shape)
    for bound, part in ((positive, np.maximum(matrix, 0)), (negative, np.maximum(-matrix, 0))):
        largest = part.sum(axis=1).reshape(out_shape).max(axis=(1, 2))
        assert (bound >= largest).all()
        if geometry.kind in ("dense", "sparse"):
            np.testing.assert_array_equal(bound, largest)


@given(convolutions())
def test_sums_of_a_convolution_are_reached_where_no_border_cuts_the_kernel(case: Case) -> None:
    geometry, in_shape, _ = case
    assert isinstance(geometry, Conv2d)
    kernel = geometry.codes.shape[2:]
    whole = (in_shape[0], *((k - 1) * d + 1 for k, d in zip(kernel, per_axis(geometry.dilation), strict=True)))
    unpadded = Conv2d(geometry.codes, 1, 0, geometry.dilation)
    out = (geometry.codes.shape[0], 1, 1)
    matrix = unpadded.matrix(whole, out).toarray()
    np.testing.assert_array_equal(unpadded.sums(whole, out)[0], np.maximum(matrix, 0).sum(axis=1))


@given(CASES)
def test_read_channels_are_those_with_a_weight(case: Case) -> None:
    geometry, in_shape, out_shape = case
    if isinstance(geometry, Conv2d | Pool):
        # By the kernel: a tap that no border lets through still counts as read, which only keeps a channel alive.
        touched = geometry.fan_out(in_shape, out_shape).any(axis=(1, 2))
        assert (geometry.read_channels(in_shape) | ~touched).all()
    else:
        matrix = geometry.matrix(in_shape, out_shape).toarray()
        touched = np.any(matrix.reshape(-1, *in_shape) != 0, axis=(0, 2, 3))
        np.testing.assert_array_equal(geometry.read_channels(in_shape), touched)


@given(CASES, st.data())
def test_keep_is_the_restriction_of_the_matrix(case: Case, data: Any) -> None:
    geometry, in_shape, out_shape = case

    def some(count: int) -> np.ndarray | None:
        if data.draw(st.booleans()):
            return None
        chosen = data.draw(st.lists(st.sampled_from(range(count)), min_size=1, unique=True))
        return np.sort(np.asarray(chosen, np.int64))

    sources, targets = some(in_shape[0]), some(out_shape[0])
    smaller = geometry.keep(sources, targets, in_shape, out_shape)
    kept_in = IDS(in_shape[0]) if sources is None else sources
    kept_out = IDS(out_shape[0]) if targets is None else targets
    full = geometry.matrix(in_shape, out_shape).toarray().reshape(*out_shape, *in_shape)
    expected = full[kept_out][:, :, :, kept_in]
    small_in, small_out = (len(kept_in), *in_shape[1:]), (len(kept_out), *out_shape[1:])
    if isinstance(smaller, Pool) and not len(smaller.codes):
        assert not expected.any()
        return
    found = smaller.matrix(small_in, small_out).toarray().reshape(*small_out, *small_in)
    np.testing.assert_array_equal(found, expected)


@given(CASES, st.integers(0, 1000))
def test_scaling_targets_scales_rows(case: Case, seed: int) -> None:
    geometry, in_shape, out_shape = case
    factors = np.random.default_rng(seed).integers(-3, 4, out_shape[0])
    rows = np.repeat(factors, out_shape[1] * out_shape[2])
    expected = geometry.matrix(in_shape, out_shape).toarray() * rows[:, None]
    np.testing.assert_array_equal(geometry.scale_targets(factors).matrix(in_shape, out_shape).toarray(), expected)


@given(CASES)
def test_params_and_arrays_rebuild_it(case: Case) -> None:
    geometry, in_shape, out_shape = case
    params = {key: tuple(value) if isinstance(value, list) else value for key, value in geometry.params().items()}
    again = type(geometry)(**geometry.arrays(), **params)
    assert (again.matrix(in_shape, out_shape) != geometry.matrix(in_shape, out_shape)).nnz == 0


@pytest.mark.parametrize(
    ("geometry", "in_shape", "out_shape", "problem"),
    [
        (Conv2d(np.ones((2, 3, 3, 3), np.int32)), (2, 5, 5), (2, 3, 3), "kernel reads 3 channels, the source has 2"),
        (Conv2d(np.ones((2, 3, 3, 3), np.int32)), (3, 5, 5), (2, 5, 5), r"produces \(2, 3, 3\), the target is \(2, 5, 5\)"),
        (Dense(np.ones((2, 3), np.int32)), (4, 1, 1), (2, 1, 1), r"codes are \(2, 3\), the maps need \(2, 4\)"),
        (OneToOne(np.ones(2, np.int32), IDS(2), IDS(2)), (1, 1, 1), (2, 1, 1), "channel ids reach beyond"),
        (OneToOne(np.ones(2, np.int32), IDS(2), IDS(1)), (2, 1, 1), (2, 1, 1), "differ in length"),
        (Sparse(np.ones(1, np.int32), np.array([9]), np.array([0, 1])), (2, 1, 1), (1, 1, 1), "reads neuron 9, the source has 2"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(geometry: Geometry, in_shape: Any, out_shape: Any, problem: str) -> None:
    assert re.search(problem, geometry.check(in_shape, out_shape) or "nothing")


def test_unrolling_a_sparse_block_leaves_its_arrays_alone() -> None:
    whole = Sparse(np.array([1, -2, 3], np.int32), np.array([0, 1, 0]), np.array([0, 2, 3]))
    positive = whole.map_codes(lambda codes: np.maximum(codes, 0))
    np.testing.assert_array_equal(positive.matrix((2, 1, 1), (2, 1, 1)).toarray(), [[1, 0], [3, 0]])
    np.testing.assert_array_equal(whole.matrix((2, 1, 1), (2, 1, 1)).toarray(), [[1, -2], [3, 0]])

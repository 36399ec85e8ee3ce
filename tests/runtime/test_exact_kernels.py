"""Kernels, words and the LIF's decay: every way to compute gives the integers of plain int64 arithmetic."""

import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from isolated_graphs import random_geometry
from small_graphs import conv, graph, neurons, readout, source

from litesnn.compiler.graph import Conv2d, Dense, Sparse
from litesnn.runtime.exact.sums import Sums
from litesnn.runtime.exact.tensors.batches import batch_size, bytes_per_sample
from litesnn.runtime.exact.tensors.kernels import Chooser, Kernel, Place, candidates
from litesnn.runtime.exact.tensors.limits import arithmetic
from litesnn.runtime.exact.tensors.neurons.lif import Decay
from litesnn.runtime.exact.tensors.words import FLOAT32_EXACT, Packing

CPU = torch.device("cpu")


def kernels_of(geometry: Conv2d | Dense | Sparse, in_shape: tuple[int, int, int], out_shape: tuple[int, int, int]):
    weights = geometry.codes.astype(np.int64)
    if geometry.kind == "sparse":
        weights = geometry.matrix(in_shape, out_shape).astype(np.int64)
    return candidates(geometry, weights, Place(out_shape, torch.float32, CPU))


@settings(max_examples=80)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.01, 0.2, 1.0]), st.integers(1, 2), st.booleans())
def test_every_kernel_computes_the_unrolled_matrix(seed: int, activity: float, stride: int, whole: bool) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 8))
    read = source(int(rng.integers(1, 5)), size)
    target = neurons("a", int(rng.integers(1, 5)), size if whole else 1)
    geometry = random_geometry(rng, read, target)
    out_shape = target.shape
    if isinstance(geometry, Conv2d) and stride == 2:
        geometry = Conv2d(geometry.codes, 2, geometry.padding, geometry.dilation)
        out_shape = (target.shape[0], (size + 1) // 2, (size + 1) // 2)
    geometry.codes.flat[:1] = 1
    values = rng.integers(-100, 101, (6, *read.shape)) * (rng.random((6, *read.shape)) < activity)
    matrix = geometry.matrix(read.shape, out_shape).astype(np.int64)
    expected = (matrix @ values.reshape(6, -1).T).T.reshape(6, *out_shape)
    words = torch.as_tensor(values, dtype=torch.float32).contiguous(memory_format=torch.channels_last)
    before = words.clone()
    for kernel in kernels_of(geometry, read.shape, out_shape):
        sums = kernel(words)
        np.testing.assert_array_equal(sums.numpy(), expected, err_msg=kernel.name)
        sums.add_(1)
        assert torch.equal(words, before), f"{kernel.name} returns its input's memory"


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3, 5]), st.integers(1, 40))
def test_convolutions_are_exact_up_to_the_last_unit_of_float32(seed: int, side: int, lanes: int) -> None:
    """The largest sums that the proof admits, packed as densely as it admits: no library may round on the way."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(-127, 128, (9, 7, side, side))
    limit = int(max(np.maximum(codes, 0).sum((1, 2, 3)).max(), np.maximum(-codes, 0).sum((1, 2, 3)).max()))
    largest = int(rng.choice([1, (FLOAT32_EXACT - 1) // limit]))
    packing = arithmetic(Sums(1, -limit * largest, limit * largest), lanes).packing
    values = rng.choice([0, largest], (lanes, 7, 16, 16))
    geometry = Conv2d(codes.astype(np.int32), 1, side // 2)
    matrix = geometry.matrix((7, 16, 16), (9, 16, 16)).astype(np.int64)
    expected = (matrix @ values.reshape(lanes, -1).T).T.reshape(lanes, 9, 16, 16)
    words = torch.zeros(packing.words(lanes), 7, 16, 16)
    packing.pack(torch.as_tensor(values, dtype=torch.float32), words)
    for kernel in kernels_of(geometry, (7, 16, 16), (9, 16, 16)):
        found = packing.unpack(kernel(words), torch.zeros(lanes, 9, 16, 16))
        np.testing.assert_array_equal(found.numpy(), expected, err_msg=f"{kernel.name}, {packing}")


@given(st.integers(1, 20), st.integers(0, 2**23), st.integers(0, 2**32 - 1))
def test_words_come_apart_into_the_sums_that_were_put_in(lanes: int, largest: int, seed: int) -> None:
    packing = Packing.for_sums(largest, lanes)
    assert packing.samples <= lanes
    sums = np.random.default_rng(seed).integers(-largest, largest + 1, (lanes, 2, 1, 1))
    sums.flat[0], sums.flat[-1] = largest, -largest
    words = torch.full((packing.words(lanes), 2, 1, 1), -1.0)
    packing.pack(torch.as_tensor(sums, dtype=torch.float32), words)
    assert float(words.abs().max()) <= FLOAT32_EXACT
    found = packing.unpack(words, torch.zeros(lanes, 2, 1, 1))
    np.testing.assert_array_equal(found.numpy(), sums)


@pytest.mark.parametrize(
    ("largest", "samples"), [(7, 6), (8, 4), (31, 4), (32, 3), (127, 3), (128, 2), (2047, 2), (2048, 1)]
)
def test_as_many_samples_share_a_word_as_their_sums_allow(largest: int, samples: int) -> None:
    assert Packing.for_sums(largest, 100).samples == samples
    assert Packing.for_sums(largest, 1).samples == 1


@given(st.integers(0, 4096), st.integers(0, 2**23 - 1), st.integers(0, 2**32 - 1))
def test_the_decay_truncates_toward_zero_in_float32(mantissa: int, peak: int, seed: int) -> None:
    states = np.random.default_rng(seed).integers(-peak, peak + 1, 500)
    states[:4] = peak, -peak, 0, peak - 1
    expected = np.sign(states) * ((np.abs(states) * mantissa) >> 12)
    for dtype in (torch.float32, torch.float64):
        found = torch.as_tensor(states, dtype=dtype)
        Decay(mantissa, peak)(found, torch.zeros_like(found))
        np.testing.assert_array_equal(found.numpy(), expected)


class Counting:
    """A kernel that doubles, takes its time, and knows how often it was asked."""

    def __init__(self, delay: float, useful: bool = True) -> None:
        self.name, self.delay, self.useful, self.calls = f"takes {delay}", delay, useful, 0

    def promising(self, words: torch.Tensor) -> bool:
        return self.useful

    def __call__(self, words: torch.Tensor) -> torch.Tensor:
        time.sleep(self.delay)
        self.calls += 1
        return words * 2


def test_the_fastest_kernel_is_kept_after_a_trial_on_words_that_hold_spikes() -> None:
    slow, quick, useless = Counting(0.02), Counting(0), Counting(0, useful=False)
    kernels: list[Kernel] = [slow, quick, useless]
    chooser = Chooser(kernels)
    silent, words = torch.zeros(2, 1, 1, 1), torch.ones(2, 1, 1, 1)
    for _ in range(3):
        assert torch.equal(chooser(silent), silent)
    assert (slow.calls, quick.calls) == (3, 0)
    for _ in range(4):
        assert torch.equal(chooser(words), words * 2)
    assert (slow.calls, quick.calls, useless.calls) == (5, 4, 0)
    assert chooser.kernel is quick


def test_a_batch_grows_with_small_networks_and_stays_within_memory() -> None:
    def network(size: int):
        kernel = np.ones((2, 2, 3, 3))
        parts = [source(2, size), neurons("a", 2, size), readout(2 * size * size)]
        return graph(parts, [conv("input", "a", kernel)], 4)

    assert batch_size(network(8), 4, 600) == 600
    assert 1 <= batch_size(network(256), 4, 600) <= 8
    assert batch_size(network(256), 4000, 600) == 1
    assert batch_size(network(64), 4, 100) == 50, "100 samples make two equal batches, not one of 64 and one of 36"
    assert bytes_per_sample(network(64), 8) > bytes_per_sample(network(64), 4)

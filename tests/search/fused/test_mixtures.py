"""Mixtures of candidate widths by the kernels against torch: values and gradients to the last bit."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from litesnn.kernels import library
from litesnn.search.fused.choose_mixtures import mixed_weights as chosen
from litesnn.search.fused.mixtures import fused_mixture
from litesnn.search.fused.parts import PART
from litesnn.search.quantizer.mixture import mixed_weights

pytestmark = pytest.mark.skipif(library() is None, reason="no kernels on this machine")

SHAPES = ((1, 1, 1), (3, 2, 2, 3, 3), (1, 10, 7), (2, 4, 3, 3, 3), (2, PART + 5, 1))


def found(compute, shape, bits, seed, learnt):
    """Values, and gradients of what is learnt."""
    rng = torch.Generator().manual_seed(seed)
    weight, score, upstream = (torch.randn(shape, generator=rng) for _ in range(3))
    score[torch.rand(shape, generator=rng) < 0.1] = 0.0
    mask = torch.rand(shape, generator=rng) < 0.4
    leaves = [weight, score, torch.softmax(torch.randn(len(bits), generator=rng), 0)]
    for leaf, wanted in zip(leaves, learnt, strict=True):
        leaf.requires_grad_(wanted)
    mixed = compute(*leaves, mask, bits)
    asked = [leaf for leaf in leaves if leaf.requires_grad]
    return [mixed.detach(), *(torch.autograd.grad(mixed, asked, upstream) if asked else [])]


@given(
    shape=st.sampled_from(SHAPES),
    bits=st.lists(st.integers(1, 8), min_size=1, max_size=8).map(tuple),
    seed=st.integers(0, 99),
    learnt=st.tuples(*[st.booleans()] * 3),
)
def test_values_and_gradients_are_those_of_torch(shape, bits, seed, learnt):
    kernels = library()
    ours = found(lambda *given: fused_mixture(kernels, *given), shape, bits, seed, learnt)
    for mine, other in zip(ours, found(mixed_weights, shape, bits, seed, learnt), strict=True):
        assert torch.equal(mine, other)


def test_weights_that_lie_otherwise_and_extreme_ones():
    weight = torch.tensor([[[3e38, -3e38], [0.0, 1e-38]]]).transpose(1, 2).requires_grad_()
    score, mask = torch.ones_like(weight), torch.ones(1, 2, 2, dtype=torch.bool)
    shares, upstream = torch.full((3,), 1 / 3), torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])
    results = []
    for compute in (chosen, mixed_weights):
        mixed = compute(weight, score, shares, mask, (1, 2, 4))
        results.append((mixed.detach(), *torch.autograd.grad(mixed, [weight], upstream)))
    for mine, other in zip(*results, strict=True):
        assert torch.equal(mine.nan_to_num(7.0), other.nan_to_num(7.0))


def test_other_types_are_left_to_torch():
    weight = torch.randn(2, 3, 4, dtype=torch.float64)
    mask, shares = torch.ones(2, 3, 4, dtype=torch.bool), torch.ones(1, dtype=torch.float64)
    assert torch.equal(chosen(weight, weight, shares, mask, (4,)), mixed_weights(weight, weight, shares, mask, (4,)))

"""The largest scores by counting digits against a stable sort."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from litesnn.search.fused.largest import largest
from litesnn.search.model.pruning import pruned_count


def sorted_mask(score, keep):
    """By sorting all: what a row's stable sort of magnitudes puts first is pruned."""
    magnitude = score.abs()
    order = magnitude.argsort(dim=1, stable=True)
    mask = torch.ones_like(score, dtype=torch.bool)
    return mask.scatter(1, order[:, : pruned_count(score.shape[1], keep)], value=False)


@given(
    rows=st.integers(1, 3),
    size=st.integers(1, 300),
    keep=st.floats(0.01, 1.0),
    levels=st.sampled_from([1, 2, 5, 0]),
    seed=st.integers(0, 99),
)
def test_the_mask_is_that_of_a_stable_sort(rows, size, keep, levels, seed):
    score = torch.randn(rows, size, generator=torch.Generator().manual_seed(seed))
    if levels:
        score = torch.round(score * levels) / levels  # many equal ones, 0 among them
    assert torch.equal(largest(score, keep), sorted_mask(score, keep))


@pytest.mark.parametrize("scale", [1e-42, 1e-20, 1.0, 1e38])
def test_magnitudes_of_every_size(scale):
    score = torch.randn(2, 5000, generator=torch.Generator().manual_seed(0)) * scale
    assert torch.equal(largest(score, 0.2), sorted_mask(score, 0.2))


def test_infinities_and_nan_are_the_largest():
    score = torch.tensor([[1.0, float("nan"), -float("inf"), 0.5, 2.0]])
    assert largest(score, 0.4).tolist() == [[False, True, True, False, False]]

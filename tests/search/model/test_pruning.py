import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from litesnn.search.model.pruning import initial_scores, largest, pruned_count, scores_of_mask, top_mask

FEW = st.sampled_from([0.0, 1e-45, 0.25, 0.5, 1.0, 3.0, float("inf")])
ROWS = st.integers(1, 40).flatmap(
    lambda size: st.lists(st.lists(FEW, min_size=size, max_size=size), min_size=1, max_size=3)
)


def sorted_mask(magnitude: Tensor, keep: float) -> Tensor:
    """By the definition: a stable sort, the first ones pruned."""
    mask = torch.ones_like(magnitude, dtype=torch.bool)
    for row, kept in zip(magnitude, mask, strict=True):
        kept[torch.argsort(row, stable=True)[: pruned_count(len(row), keep)]] = False
    return mask


@given(rows=ROWS, keep=st.floats(0.01, 1))
def test_masks_are_those_of_a_stable_sort_equal_scores_included(rows: list[list[float]], keep: float) -> None:
    magnitude = torch.tensor(rows)
    assert torch.equal(largest(magnitude, keep), sorted_mask(magnitude, keep))


@pytest.mark.parametrize("rounding", [1.0, 1e2, 1e7])
@pytest.mark.parametrize("keep", [0.03, 0.25, 0.999])
def test_masks_of_many_scores_are_those_of_a_stable_sort(rounding: float, keep: float) -> None:
    scores = torch.randn(2, 20_000, generator=torch.Generator().manual_seed(1))
    magnitude = (torch.round(scores * rounding) / rounding).abs()
    assert torch.equal(largest(magnitude, keep), sorted_mask(magnitude, keep))


def test_scores_that_are_not_numbers_are_kept_first_as_a_sort_does() -> None:
    magnitude = torch.tensor([[1.0, float("nan"), 0.0, 2.0]])
    assert largest(magnitude, 0.5).tolist() == sorted_mask(magnitude, 0.5).tolist() == [[False, True, False, True]]


def test_without_pruning_there_is_a_mask_and_no_gradient() -> None:
    scores = torch.randn(3, 4, requires_grad=True)
    mask = top_mask(scores, 1.0)
    assert bool((mask == 1).all())
    assert not mask.requires_grad


@pytest.mark.parametrize(("numel", "keep"), [(10, 0.2), (27, 0.5), (144, 0.1), (7, 1.0), (3, 0.9), (50, 0.3)])
def test_mask_prunes_the_integer_part(numel: int, keep: float) -> None:
    scores = torch.randn(numel, generator=torch.Generator().manual_seed(0))
    mask = top_mask(scores, keep)
    assert int((mask == 0).sum()) == int((1 - keep) * numel) == pruned_count(numel, keep)
    kept = scores.abs()[mask == 1]
    assert pruned_count(numel, keep) == 0 or kept.min() >= scores.abs()[mask == 0].max()


def test_initial_scores_follow_hydra_and_prune_by_magnitude() -> None:
    weight = torch.tensor([[[[0.5]], [[-2.0]]], [[[1.0]], [[0.1]]]])
    scores = initial_scores(weight)
    np.testing.assert_allclose(scores.numpy(), np.sqrt(6 / 2) * weight.numpy() / 2, rtol=1e-6)
    assert top_mask(scores, 0.5).flatten().tolist() == [0, 1, 1, 0]


def test_gradients_follow_the_paper() -> None:
    """LitE-SNN: dW = mask * dWout, d|S| = W * dWout, dS = sign(S) d|S|."""
    weight = torch.tensor([1.0, -2.0, 3.0, -4.0], requires_grad=True)
    scores = torch.tensor([0.1, -0.9, -0.2, 0.8], requires_grad=True)
    upstream = torch.tensor([1.0, 10.0, 100.0, 1000.0])
    (top_mask(scores, 0.5) * weight).backward(upstream)
    assert weight.grad is not None
    assert scores.grad is not None
    assert weight.grad.tolist() == [0, 10, 0, 1000]
    assert scores.grad.tolist() == [1 * 1, -1 * -2 * 10, -1 * 3 * 100, -4 * 1000]


@pytest.mark.parametrize("seed", range(5))
def test_scores_of_a_mask_reproduce_it(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randn(40, 3, generator=generator)
    weight[0, 0] = 0
    mask = (torch.rand(40, 3, generator=generator) < 0.3).to(torch.uint8)
    mask[0, 0] = 1
    kept = int(mask.sum())
    scores = scores_of_mask(weight, mask)
    assert torch.equal(top_mask(scores, (kept - 0.5) / 120).to(torch.uint8), mask)

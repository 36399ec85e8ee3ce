import numpy as np
import pytest
import torch

from litesnn.search.model.pruning import initial_scores, pruned_count, scores_of_mask, top_mask


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

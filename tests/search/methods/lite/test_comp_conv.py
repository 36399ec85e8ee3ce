"""CompConv against the formula written branch by branch, with autograd doing the derivatives."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from litesnn.search.methods.lite.comp_conv import CompConv
from litesnn.search.quantizer import STEP_UNIT

BITS = (1, 2, 4)


def branch(weight: Tensor, score: Tensor, bits: int, pruned: int) -> Tensor:
    """One branch: quantize one tensor, mask it; straight-through estimators as `x + (f(x) - x).detach()`."""
    step = STEP_UNIT[bits] * weight.detach().std()
    top = (2 ** (bits - 1) - 0.5) * step
    levels = ((torch.round(weight / step + 0.5) - 0.5) * step).clamp(-top, top)
    quantized = weight + (levels - weight).detach()
    magnitude = score.abs()
    ones = torch.ones(weight.numel())
    ones[magnitude.flatten().argsort()[:pruned]] = 0
    mask = magnitude + (ones.reshape(score.shape) - magnitude).detach()
    return quantized * mask


@pytest.mark.parametrize("keep", [1.0, 0.35])
@pytest.mark.parametrize("stride", [1, 2])
def test_output_and_gradients_are_those_of_separate_branches(keep: float, stride: int) -> None:
    """One convolution of the mixed weights against one convolution per candidate width."""
    torch.manual_seed(3)
    convs = CompConv(2, (5, 4, 3, 3), keep, BITS, torch.Generator().manual_seed(1))
    with torch.no_grad():
        convs.score.copy_(torch.randn_like(convs.score))
    convs.refresh_mask()
    logits = torch.randn(3, requires_grad=True)
    signal = (torch.rand(6, 4, 7, 8) < 0.3).float().requires_grad_()
    out = torch.cat([F.conv2d(signal, w, stride=stride, padding=1) for w in convs(logits.softmax(0))], 1)
    weights_of_loss = torch.randn_like(out)
    (out * weights_of_loss).sum().backward()

    weight, score = (p.detach().clone().requires_grad_() for p in (convs.weight, convs.score))
    other, spikes = logits.detach().clone().requires_grad_(), signal.detach().clone().requires_grad_()
    pruned = int((1 - keep) * weight[0].numel())
    shares = other.softmax(0)
    reference = torch.cat(
        [
            sum(
                share * F.conv2d(spikes, branch(w, s, bits, pruned), stride=stride, padding=1)
                for share, bits in zip(shares, BITS, strict=True)
            )
            for w, s in zip(weight, score, strict=True)
        ],
        1,
    )
    (reference * weights_of_loss).sum().backward()
    torch.testing.assert_close(out, reference, rtol=1e-4, atol=1e-5)
    assert (convs.score.grad is None) == (keep == 1), "scores are learnt where something is pruned"
    pairs = [(convs.weight, weight), (logits, other), (signal, spikes), *([(convs.score, score)] if keep < 1 else [])]
    for mine, theirs in pairs:
        assert mine.grad is not None
        assert theirs.grad is not None
        assert float(theirs.grad.abs().max()) > 0
        torch.testing.assert_close(mine.grad, theirs.grad, rtol=1e-3, atol=1e-4)


def test_gradients_of_a_worked_case() -> None:
    """dW = mask * G, dS = sign(S) * mean * G, dp_j = <mask * G, Q_j(W)>."""
    convs = CompConv(1, (1, 4), 0.5, (1, 2), torch.Generator())
    with torch.no_grad():
        convs.weight.copy_(torch.tensor([[[-2.0, -0.5, 0.5, 2.0]]]))
        convs.score.copy_(torch.tensor([[[-3.0, 1.0, 2.0, -0.5]]]))
    convs.refresh_mask()
    assert convs.mask.tolist() == [[[True, False, True, False]]]
    p = torch.tensor([0.25, 0.75], requires_grad=True)
    out = convs(p)
    gradient = torch.tensor([[[1.0, 10.0, 100.0, 1000.0]]])
    out.backward(gradient)
    sigma = np.std([-2, -0.5, 0.5, 2], ddof=1)
    one = 0.798 * sigma * np.array([-1, -1, 1, 1])
    two = 0.498 * sigma * np.array([-3, -1, 1, 3])
    mean = 0.25 * one + 0.75 * two
    mask = np.array([1, 0, 1, 0])
    g = np.array([1, 10, 100, 1000])
    assert convs.weight.grad is not None
    assert convs.score.grad is not None
    assert p.grad is not None
    np.testing.assert_allclose(out.detach().numpy()[0, 0], mask * mean, rtol=1e-6)
    np.testing.assert_allclose(convs.weight.grad[0, 0], mask * g)
    np.testing.assert_allclose(convs.score.grad[0, 0], np.array([-1, 1, 1, -1]) * mean * g, rtol=1e-6)
    np.testing.assert_allclose(p.grad, [(mask * g * one).sum(), (mask * g * two).sum()], rtol=1e-6)


def test_every_tensor_has_its_own_step_and_its_own_mask() -> None:
    convs = CompConv(2, (3, 2, 3, 3), 0.2, (2,), torch.Generator().manual_seed(0))
    with torch.no_grad():
        convs.weight[1] *= 10
        convs.score[1] *= 1000
    convs.refresh_mask()
    assert convs.mask.sum((1, 2, 3, 4)).tolist() == [54 - int(0.8 * 54)] * 2
    small, large = convs()
    assert float(large.abs().max()) > 5 * float(small.abs().max())


def test_the_first_mask_keeps_the_largest_weights() -> None:
    convs = CompConv(3, (4, 3, 3, 3), 0.5, BITS, torch.Generator().manual_seed(0))
    for weight, mask in zip(convs.weight.detach().abs(), convs.mask, strict=True):
        assert float(weight[mask].min()) >= float(weight[~mask].max())


def test_masks_and_quantizers_can_rest() -> None:
    convs = CompConv(1, (4, 3, 3, 3), 0.5, BITS, torch.Generator().manual_seed(0))
    convs.pruning = convs.quantizing = False
    assert torch.equal(convs(), convs.weight)
    convs.pruning = True
    out = convs()
    assert torch.equal(out, convs.weight * convs.mask)
    out.sum().backward()
    assert convs.score.grad is not None
    torch.testing.assert_close(convs.score.grad, convs.weight.detach() * convs.score.detach().sign())
    torch.testing.assert_close(convs.weight.grad, convs.mask.float())


def test_scores_are_learnt_where_something_is_pruned_alone() -> None:
    convs = CompConv(1, (4, 3, 3, 3), 1.0, BITS, torch.Generator().manual_seed(0))
    with torch.no_grad():
        convs.score.mul_(-5)
    assert convs.refresh_mask() == 0
    assert bool(convs.mask.all())
    convs(torch.full((3,), 1 / 3)).sum().backward()
    assert convs.weight.grad is not None
    assert convs.score.grad is None

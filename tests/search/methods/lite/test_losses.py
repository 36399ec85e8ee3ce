"""The time-dependent losses on worked cases of the paper."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from litesnn.search.methods.lite.losses import expected_loss, expected_rate, running_mean, step_losses


def test_rate_of_the_papers_example() -> None:
    """Eq. 14 with weights 0, 0, 0, 0, 0.6, 0.4: the first five steps, plus 40 % of the sixth."""
    rates = torch.tensor([0.11, 0.12, 0.13, 0.14, 0.15, 0.16])
    steps = torch.tensor([0, 0, 0, 0, 0.6, 0.4])
    assert float(expected_rate(rates, steps)) == pytest.approx(0.65 + 0.4 * 0.16)
    last = torch.tensor([0.0, 0, 0, 0, 0, 1])
    assert float(expected_rate(rates, last)) == pytest.approx(float(rates.sum()))


def test_rate_is_the_double_sum_and_its_gradient_charges_later_steps() -> None:
    rates = torch.rand(3, 2, 5)
    psi = torch.randn(5, requires_grad=True)
    steps = psi.softmax(0)
    found = expected_rate(rates, steps)
    wanted = sum(steps[t] * rates[..., : t + 1].sum(-1) for t in range(5))
    torch.testing.assert_close(found, wanted)
    (by_step,) = torch.autograd.grad(found.sum(), steps)
    assert by_step.tolist() == sorted(by_step.tolist()), "more steps cost more"


def test_loss_of_every_number_of_steps_is_that_of_the_running_mean() -> None:
    torch.manual_seed(0)
    logits, labels = torch.randn(4, 6, 3), torch.tensor([0, 1, 2, 0, 1, 2])
    for t in range(4):
        mean = logits[: t + 1].mean(0)
        torch.testing.assert_close(running_mean(logits)[t], mean)
        torch.testing.assert_close(step_losses(logits, labels)[t], F.cross_entropy(mean, labels))


def test_expected_loss_weighs_them() -> None:
    """Eq. 17 by hand: one sample, two classes, O = (0, 0) then (2, 0); CE = ln 2 and ln(1 + e^-1)."""
    logits = torch.tensor([[[0.0, 0.0]], [[2.0, 0.0]]])
    steps = torch.tensor([0.25, 0.75])
    assert float(expected_loss(logits, torch.tensor([0]), steps)) == pytest.approx(
        0.25 * 0.693147 + 0.75 * 0.313262, abs=1e-5
    )


def test_a_search_weighs_samples_by_their_class() -> None:
    logits = torch.randn(3, 6, 2, generator=torch.Generator().manual_seed(0))
    labels, weights = torch.tensor([0, 0, 0, 0, 1, 1]), torch.tensor([0.75, 1.5])
    wanted = (step_losses(logits[:, :4], labels[:4]) + step_losses(logits[:, 4:], labels[4:])) / 2
    torch.testing.assert_close(step_losses(logits, labels, weights), wanted)
    steps = torch.tensor([0.5, 0.25, 0.25])
    torch.testing.assert_close(expected_loss(logits, labels, steps, weights), (steps * wanted).sum())

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from litesnn.search.quantizer import STEP_UNIT, natural_step, quantize, weight_codes

GOLDEN_INPUT = [-3, -1.2, -0.5, -0.1, 0, 0.1, 0.5, 1.2, 3]
GOLDEN = {
    1: [-0.798] * 5 + [0.798] * 4,
    2: [-1.494, -1.494, -0.498, -0.498, -0.498, 0.498, 0.498, 1.494, 1.494],
    4: [-2.52, -1.176, -0.504, -0.168, -0.168, 0.168, 0.504, 1.176, 2.52],
}


@pytest.mark.parametrize("bits", GOLDEN)
def test_golden_vectors_of_the_paper(bits: int) -> None:
    """LitE-SNN (docs/sources.md), sigma = 1."""
    quantized = quantize(torch.tensor(GOLDEN_INPUT), STEP_UNIT[bits], bits)
    np.testing.assert_allclose(quantized.numpy(), GOLDEN[bits], rtol=1e-12)


def distortion(step: float, bits: int) -> float:
    """Mean squared error of a mid-rise uniform quantizer of N(0, 1), summed over its cells in closed form."""
    levels = (np.arange(2**bits) - (2**bits - 1) / 2) * step
    edges = np.concatenate(([-np.inf], (levels[:-1] + levels[1:]) / 2, [np.inf]))
    low, high = edges[:-1], edges[1:]
    mass = norm.cdf(high) - norm.cdf(low)
    first = norm.pdf(low) - norm.pdf(high)
    tail = np.where(np.isfinite(edges), edges, 0) * norm.pdf(edges)
    second = mass + tail[:-1] - tail[1:]
    return float((second - 2 * levels * first + levels**2 * mass).sum())


@pytest.mark.parametrize("bits", range(1, 9))
def test_steps_are_the_optimal_uniform_quantizer_of_a_normal(bits: int) -> None:
    """The optimum recomputed; the tables are rounded (4 bits: 0.336 for 0.3352)."""
    best = minimize_scalar(
        lambda step: distortion(step, bits), bounds=(0.01, 2), method="bounded", options={"xatol": 1e-9}
    )
    assert STEP_UNIT[bits] == pytest.approx(best.x, abs=1e-3 if bits <= 4 else 6e-5)


@pytest.mark.parametrize("bits", range(1, 9))
def test_codes_are_odd_and_bounded(bits: int) -> None:
    weight = torch.randn(1000, generator=torch.Generator().manual_seed(bits)) * 2
    codes = weight_codes(weight, STEP_UNIT[bits], bits).numpy()
    assert (codes % 2 == 1).all()
    assert np.abs(codes).max() == 2**bits - 1


def test_spread_is_unbiased_and_taken_over_the_whole_tensor() -> None:
    weight = torch.tensor([1.0, 2.0, 3.0, 6.0])
    assert natural_step(weight, 1) == pytest.approx(1.596 * np.std([1, 2, 3, 6], ddof=1))


def test_gradient_is_the_identity_even_where_clipped() -> None:
    weight = torch.tensor([-9.0, -0.1, 0.0, 0.4, 9.0], requires_grad=True)
    quantize(weight, 0.996, 2).backward(torch.tensor([1.0, 2, 3, 4, 5], dtype=torch.float64))
    assert weight.grad is not None
    np.testing.assert_allclose(weight.grad.numpy(), [1, 2, 3, 4, 5], rtol=1e-6)

"""QP-SNN's quantizers: golden vectors, odd codes, scales, and the gradient of every straight-through variant."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from litesnn.compiler.genotype import InputSpec, QuantizerSpec, resolve
from litesnn.search.networks import NetworkSettings, new_network
from litesnn.search.quantizer import EdgeQuantizer
from litesnn.search.quantizer.rescaw import rescaled_codes, rescaled_step

GOLDEN_INPUT = [-1, -0.4, -0.16667, -0.03333, 0, 0.03333, 0.16667, 0.4, 1]
GOLDEN = {
    2: [-0.5, -0.5, -1 / 6, -1 / 6, 1 / 6, 1 / 6, 1 / 6, 0.5, 0.5],
    4: [-0.5, -11 / 30, -1 / 6, -1 / 30, 1 / 30, 1 / 30, 1 / 6, 11 / 30, 0.5],
}


def quantizer(bits: int, **spec: object) -> EdgeQuantizer:
    return EdgeQuantizer(QuantizerSpec(**spec), bits, floating=False)


def values(weight: torch.Tensor, bits: int, **spec: object) -> torch.Tensor:
    chosen = quantizer(bits, granularity="tensor", **spec)
    step = chosen.natural_step(weight)
    return chosen.codes(weight, step) * step / 2


@pytest.mark.parametrize("bits", GOLDEN)
def test_golden_vectors_of_the_paper(bits: int) -> None:
    """QP-SNN (docs/sources.md), gamma = 0.5; 0 belongs to the positive level, 0.4 is midway between two of 4 bits."""
    step = torch.tensor(2 * 0.5 / (2**bits - 1), dtype=torch.float64)
    found = rescaled_codes(torch.tensor(GOLDEN_INPUT), step, bits) * step / 2
    np.testing.assert_allclose(found.numpy(), GOLDEN[bits], rtol=1e-12)


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=30), st.floats(0.01, 2), st.integers(1, 8))
def test_codes_are_the_published_formula(weights: list[float], gamma: float, bits: int) -> None:
    """gamma * (2/s * round(s/2 * (clamp(W / gamma, -1, 1) + 1)) - 1), but where rounding decides between two equally near levels."""
    s, w = 2**bits - 1, np.array(weights)
    inside = s / 2 * (np.clip(w / gamma, -1, 1) + 1)
    published = 2 * np.rint(inside) - s
    found = rescaled_codes(torch.from_numpy(w), torch.tensor(2 * gamma / s, dtype=torch.float64), bits).numpy()
    clear = np.abs(inside - np.floor(inside) - 0.5) > 1e-3
    np.testing.assert_array_equal(found[clear], published[clear])
    assert (np.abs(found) % 2 == 1).all()
    assert np.abs(found).max() <= s


def test_zero_is_the_positive_level() -> None:
    one = torch.tensor(1.0, dtype=torch.float64)
    assert all(float(rescaled_codes(torch.zeros(1), one, bits)) == 1 for bits in range(1, 9))


def test_scales_by_hand() -> None:
    weight = torch.tensor([[1.0, -3.0], [0.5, 0.5]])

    def gammas(bits: int = 2, **spec: object) -> list[float]:
        return (rescaled_step(weight, bits, QuantizerSpec(**spec)) * (2**bits - 1) / 2).reshape(-1).tolist()

    assert gammas() == pytest.approx([2.0, 0.5])
    assert gammas(granularity="tensor") == pytest.approx([1.25])
    assert gammas(scale="max") == pytest.approx([3.0, 0.5])
    assert gammas(scale="percentile", percentile=0.75) == pytest.approx([2.0, 0.5])
    assert gammas(method="vanilla") == pytest.approx([1.0, 1.0])
    for bits, factor in ((2, 1.5), (4, 1.875), (8, 255 / 128)):
        assert gammas(bits, form="B") == pytest.approx([2.0 * factor, 0.5 * factor])


@given(st.floats(0.51, 1.0), st.integers(1, 40))
def test_percentiles_are_numpys(percentile: float, count: int) -> None:
    weight = torch.randn(3, count, generator=torch.Generator().manual_seed(count)).double()
    step = rescaled_step(weight, 1, QuantizerSpec(scale="percentile", percentile=percentile))
    ends = np.quantile(weight.numpy(), [percentile, 1 - percentile], axis=1)
    np.testing.assert_allclose(step.numpy() / 2, np.abs(ends).max(0), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("variant", "expected"),
    [("identity", [1.0, 1, 1, 1]), ("scaled", [2.0, 2, 2, 2]), ("clipped", [0.0, 1, 1, 0])],
)
def test_gradient_of_every_straight_through_variant(variant: str, expected: list[float]) -> None:
    """gamma = 0.5: identity 1; scaled 1 / gamma; clipped 1 up to gamma."""
    weight = torch.tensor([-0.9, -0.5, 0.1, 0.6], requires_grad=True)
    step = torch.tensor(1.0 / 3, dtype=torch.float64)
    codes = quantizer(2, granularity="tensor", straight_through=variant).codes(weight, step)
    (codes * step / 2).backward(torch.ones(4, dtype=torch.float64))
    assert weight.grad is not None
    assert weight.grad.tolist() == pytest.approx(expected)
    np.testing.assert_allclose((codes * step / 2).detach().numpy(), [-0.5, -0.5, 1 / 6, 0.5])


def test_channels_have_their_own_scale_and_rescaling_one_changes_no_code() -> None:
    weight = torch.randn(4, 3, 3, 3, generator=torch.Generator().manual_seed(0))
    chosen = quantizer(4)
    codes = chosen.codes(weight, chosen.natural_step(weight))
    larger = weight * torch.tensor([1.0, 4, 0.5, 2])[:, None, None, None]
    assert chosen.natural_step(larger).shape == (4,)
    assert torch.equal(chosen.codes(larger, chosen.natural_step(larger)), codes)


def test_the_readout_has_one_step_and_floating_ends_are_the_ends() -> None:
    settings = NetworkSettings(InputSpec(shape=(1, 8, 8)), 3, width=1 / 32, first_last_bits=None)
    genotype = new_network("resnet8", settings)
    chosen = {edge.name: EdgeQuantizer.of(genotype, edge) for edge in resolve(genotype).edges()}
    assert [name for name, one in chosen.items() if one.floating] == ["stem.edge0", "readout.edge0"]
    assert [name for name, one in chosen.items() if not one.per_channel] == ["readout.edge0"]


def test_vanilla_wastes_levels_of_small_weights_and_rescaw_does_not() -> None:
    weight = torch.randn(4000, generator=torch.Generator().manual_seed(0)) * 0.02
    assert len(values(weight, 4, method="vanilla").unique()) == 2
    assert len(values(weight, 4, method="rescaw").unique()) == 16

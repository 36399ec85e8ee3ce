"""The kernels' weights are what torch's quantizers give, rounded to float32, and gradients are equal to the last bit."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from random_networks import random_input, random_trained_genotype
from torch import Tensor

from litesnn.compiler.genotype import QuantizerSpec
from litesnn.kernels import library, missing
from litesnn.search.fused import coded_weights, fixed_spikes, float_spikes
from litesnn.search.fused.choose_weights import _VARIANTS, _agreeing
from litesnn.search.fused.weights import fused_weights
from litesnn.search.model.coded import CodedWeights
from litesnn.search.model.coded import coded_weights as plain_weights
from litesnn.search.model.evaluation import Evaluation
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.quantizer import EdgeQuantizer
from litesnn.search.training.auxiliary import Trainee

KERNELS = library()
needs_kernels = pytest.mark.skipif(KERNELS is None, reason=f"no kernels here: {missing()}")


def of_kernels(
    weight: Tensor, quantizer: EdgeQuantizer, step: Tensor, mask: Tensor | None, worth: Tensor | None
) -> Tensor:
    assert KERNELS is not None
    return fused_weights(KERNELS, weight, quantizer, step, mask, worth)


def quantizer_of(method: str, granularity: str, straight: str, bits: int) -> EdgeQuantizer:
    document = {"method": method, "granularity": granularity, "straight_through": straight}
    return EdgeQuantizer(QuantizerSpec.model_validate(document), bits, floating=False)


def both_ways(compute: CodedWeights, given: tuple[Tensor | None, ...], quantizer: EdgeQuantizer) -> list[Tensor]:
    """Values, and the gradients of weights and of a float mask."""
    weight, step, mask, worth = given
    assert weight is not None
    assert step is not None
    leaf = weight.clone().requires_grad_()
    kept = mask.clone().requires_grad_() if mask is not None and mask.is_floating_point() else mask
    values = compute(leaf, quantizer, step, kept, worth).float()
    upstream = torch.randn(values.shape, generator=torch.Generator().manual_seed(1))
    leaves = [leaf] if kept is None or not kept.requires_grad else [leaf, kept]
    return [values.detach(), *torch.autograd.grad(values, leaves, upstream)]


def assert_same(given: tuple[Tensor | None, ...], quantizer: EdgeQuantizer) -> None:
    for ours, plain in zip(
        both_ways(of_kernels, given, quantizer), both_ways(plain_weights, given, quantizer), strict=True
    ):
        assert torch.equal(ours, plain)
        assert torch.equal(torch.signbit(ours), torch.signbit(plain))


@needs_kernels
@given(
    st.sampled_from(list(product(*_VARIANTS))),
    st.integers(1, 8),
    st.integers(1, 40),
    st.integers(1, 50),
    st.sampled_from(["all", "bytes", "learnt"]),
    st.sampled_from(["code", "value", "input"]),
    st.integers(0, 99),
)
def test_whatever_the_quantizer_the_mask_and_the_worth(
    variant: tuple[str, str, str], bits: int, rows: int, columns: int, masked: str, worth: str, seed: int
) -> None:
    quantizer = quantizer_of(*variant, bits)
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randn(rows, columns, generator=generator) * 10.0 ** (seed % 5 - 3)
    step = quantizer.natural_step(weight)
    drawn = torch.rand(weight.shape, generator=generator) < 0.6
    mask = {"all": None, "bytes": drawn.to(torch.uint8), "learnt": drawn.float()}[masked]
    value = {"code": None, "value": step / 2, "input": step / 2 * 0.0169}[worth]
    assert_same((weight, step, mask, value), quantizer)


@needs_kernels
@pytest.mark.parametrize("method", ["lite", "rescaw"])
def test_ties_ends_and_what_is_no_number(method: str) -> None:
    """Weights on and beside every border between codes, far beyond the last, 0 of both signs, infinite, and NaN."""
    quantizer = quantizer_of(method, "tensor", "clipped", 3)
    borders = torch.arange(-9, 10) * 0.25
    far = torch.tensor([0.0, -0.0, 3e38, -3e38, 1e-45, float("inf"), -float("inf")])
    around = [torch.nextafter(borders, torch.full_like(borders, to)) for to in (-9.0, 9.0)]
    weight = torch.cat([borders, *around, far])[None]
    step = torch.tensor(0.25, dtype=torch.float64)
    assert_same((weight, step, None, step / 2), quantizer)
    assert_same((weight[:, :-2], step, torch.ones(1, weight.numel() - 2), None), quantizer)
    nan = torch.tensor([[float("nan"), 1.0]])
    assert of_kernels(nan, quantizer, step, None, None).isnan().tolist() == [[True, False]]


@needs_kernels
def test_the_kernels_are_chosen_and_other_types_stay_with_torch() -> None:
    assert _agreeing() is KERNELS
    quantizer = quantizer_of("rescaw", "channel", "identity", 4)
    weight = torch.randn(3, 4, 3, 3, dtype=torch.float64)
    step = quantizer.natural_step(weight)
    assert torch.equal(
        coded_weights(weight, quantizer, step, None, None), plain_weights(weight, quantizer, step, None, None)
    )
    assert coded_weights(weight.float(), quantizer, step, None, None).dtype == torch.float32


@needs_kernels
@pytest.mark.parametrize(("seed", "evaluation"), list(product(range(5), ("float", "fixed"))))
def test_a_training_has_the_same_loss_gradients_and_masks(seed: int, evaluation: Evaluation) -> None:
    loaded = random_trained_genotype(seed)
    x = torch.from_numpy(random_input(loaded, 3, seed).astype("int32"))
    y = torch.arange(3) % loaded.spec.head.classes
    found = []
    for compute in (coded_weights, plain_weights):
        trainee = Trainee(SpikingModel.from_genotype(loaded), 0.0, 0)
        trainee.train()
        model = trainee.model
        model.evaluation, model.float_spikes, model.fixed_spikes = evaluation, float_spikes, fixed_spikes
        assert {edge.coded for edge in model.edge_list()} == {coded_weights}
        for edge in model.edge_list():
            edge.coded = compute
        loss = trainee.loss(x, y)
        loss.backward()  # type: ignore[no-untyped-call]
        masks = [edge.mask for edge in model.edge_list() if edge.plan.weighted]
        found.append((loss.detach(), {name: p.grad for name, p in trainee.named_parameters()}, masks))
    (loss, gradients, masks), (plain_loss, plain_gradients, plain_masks) = found
    assert torch.equal(loss, plain_loss)
    assert all(map(torch.equal, masks, plain_masks))
    for name, gradient in gradients.items():
        other = plain_gradients[name]
        assert (gradient is None) == (other is None)
        assert gradient is None or other is None or torch.equal(gradient, other), name

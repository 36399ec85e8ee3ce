"""The kernels' neurons give what torch gives: the same spikes, and gradients equal to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from random_networks import random_input, random_trained_genotype
from torch import Tensor

from litesnn.compiler.genotype import NeuronReset
from litesnn.kernels import library, missing
from litesnn.search.fused import float_spikes
from litesnn.search.fused.choose import _agreeing
from litesnn.search.fused.neurons import fused_spikes
from litesnn.search.model.neurons import LifConstants
from litesnn.search.model.neurons import float_spikes as plain_spikes
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.model.surrogate import Surrogate
from litesnn.search.training.auxiliary import Trainee

KERNELS = library()
needs_kernels = pytest.mark.skipif(KERNELS is None, reason=f"no kernels here: {missing()}")
RESETS: tuple[NeuronReset, ...] = get_args(NeuronReset)
SHAPES = (Surrogate(3.0), Surrogate(1.0, "triangle"), Surrogate(0.3, "triangle"), Surrogate(2.0, "arctangent"))


@pytest.fixture(params=[1, 2])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def both_ways(compute: object, current: Tensor, upstream: Tensor, neurons: LifConstants) -> tuple[Tensor, Tensor]:
    """Spikes, and the gradient of the currents."""
    assert callable(compute)
    leaf = current.detach().clone().requires_grad_()
    spikes = compute(leaf, len(upstream), neurons)
    return spikes.detach(), torch.autograd.grad(spikes, leaf, upstream)[0]


def assert_same(current: Tensor, upstream: Tensor, neurons: LifConstants) -> None:
    assert KERNELS is not None
    spikes, gradient = both_ways(plain_spikes, current, upstream, neurons)
    ours, our_gradient = both_ways(lambda *given: fused_spikes(KERNELS, *given), current, upstream, neurons)
    assert torch.equal(ours, spikes)
    assert torch.equal(our_gradient, gradient)


@needs_kernels
@pytest.mark.parametrize("surrogate", SHAPES)
@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("reset", RESETS)
def test_spikes_and_gradients_are_those_of_torch(
    surrogate: Surrogate, held: bool, reset: NeuronReset, threads: int
) -> None:
    generator = torch.Generator().manual_seed(threads)
    shape = (5, 3, 7, 31, 37)
    current = torch.randn(1 if held else 5, *shape[1:], generator=generator)
    assert_same(current, torch.randn(shape, generator=generator), LifConstants(819, 0.5, surrogate, reset))


@needs_kernels
@given(
    st.integers(1, 5),
    st.integers(1, 3000),
    st.integers(1, 4096),
    st.floats(0.05, 2),
    st.sampled_from(SHAPES),
    st.sampled_from(RESETS),
    st.integers(0, 9),
)
def test_whatever_the_steps_neurons_and_constants(
    steps: int, neurons: int, decay: int, threshold: float, surrogate: Surrogate, reset: NeuronReset, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    current, upstream = (torch.randn(steps, 1, neurons, 1, 1, generator=generator) for _ in range(2))
    assert_same(current, upstream, LifConstants(decay, threshold, surrogate, reset))


@needs_kernels
@pytest.mark.parametrize("reset", RESETS)
def test_a_membrane_at_the_threshold_does_not_spike_and_neighbours_of_it_do_as_torch_says(reset: NeuronReset) -> None:
    at = torch.tensor(0.3)
    up, down = torch.nextafter(at, at + 1), torch.nextafter(at, at - 1)
    current = torch.stack([down, at, up]).repeat(3, 1)[:, None, :, None, None].contiguous()
    assert_same(current, torch.ones_like(current), LifConstants(819, 0.3, Surrogate(3.0), reset))
    assert float_spikes(current, 3, LifConstants(819, 0.3, Surrogate(3.0), reset))[0].flatten().tolist() == [0, 0, 1]


@needs_kernels
def test_the_kernels_are_chosen_and_pass_their_own_check() -> None:
    assert _agreeing() is KERNELS


@pytest.mark.parametrize(
    "current",
    [
        torch.randn(3, 2, 4, 5, 5, dtype=torch.float64),
        torch.randn(3, 2, 4, 5, 5).bfloat16(),
    ],
    ids=["float64", "bfloat16"],
)
def test_what_the_kernels_do_not_take_is_computed_by_torch(current: Tensor) -> None:
    upstream = torch.ones_like(current)
    ours = both_ways(float_spikes, current, upstream, LifConstants(819, 0.5, Surrogate(3.0)))
    plain = both_ways(plain_spikes, current, upstream, LifConstants(819, 0.5, Surrogate(3.0)))
    assert all(torch.equal(mine, other) for mine, other in zip(ours, plain, strict=True))


@needs_kernels
@pytest.mark.parametrize("order", [(0, 1, 2, 4, 3), (0, 1, 4, 2, 3)], ids=["turned", "channels last"])
def test_whatever_the_layout_the_kernels_compute_and_what_follows_is_contiguous(order: tuple[int, ...]) -> None:
    current = torch.randn(3, 2, 5, 5, 5, generator=torch.Generator().manual_seed(0)).permute(order)
    neurons = LifConstants(819, 0.5, Surrogate(3.0))
    ours = both_ways(float_spikes, current, torch.ones_like(current), neurons)
    plain = both_ways(plain_spikes, current, torch.ones_like(current), neurons)
    assert all(torch.equal(mine, other) for mine, other in zip(ours, plain, strict=True))
    assert not current.is_contiguous()
    assert float_spikes(current.requires_grad_(), 3, neurons).is_contiguous()


@needs_kernels
@pytest.mark.parametrize("seed", range(6))
def test_a_training_has_the_same_loss_and_gradients(seed: int) -> None:
    """Whole networks, loops included, whose steps stay with torch."""
    loaded = random_trained_genotype(seed)
    x = torch.from_numpy(random_input(loaded, 3, seed).astype("int32"))
    y = torch.arange(3) % loaded.spec.head.classes
    found = []
    for compute in (float_spikes, plain_spikes):
        trainee = Trainee(SpikingModel.from_genotype(loaded), 0.0, 0)
        trainee.train()
        assert trainee.model.float_spikes is float_spikes
        trainee.model.float_spikes = compute
        loss = trainee.loss(x, y)
        loss.backward()  # type: ignore[no-untyped-call]
        found.append((loss.detach(), [p.grad for p in trainee.parameters() if p.grad is not None]))
    (ours, our_gradients), (plain, gradients) = found
    assert torch.equal(ours, plain)
    assert len(gradients) > 2
    assert all(torch.equal(mine, other) for mine, other in zip(our_gradients, gradients, strict=True))

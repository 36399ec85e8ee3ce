"""The kernels' neurons on the chip's integers: exactly the spikes of torch in float64, and its gradients up to their rounding."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_input, random_trained_genotype
from torch import Tensor

from litesnn.compiler.genotype import NeuronReset
from litesnn.kernels import Library, library, missing
from litesnn.search.fused import fixed_spikes
from litesnn.search.fused.chip import fused_fixed_spikes
from litesnn.search.fused.choose import _agreeing
from litesnn.search.model.fixed_point import Folded
from litesnn.search.model.neurons import LifConstants
from litesnn.search.model.neurons import fixed_spikes as plain_spikes
from litesnn.search.model.registers import REGISTER, Registers, Tally
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.model.surrogate import Surrogate
from litesnn.search.training.auxiliary import Trainee

KERNELS = library()
needs_kernels = pytest.mark.skipif(KERNELS is None, reason=f"no kernels here: {missing()}")
RESETS: tuple[NeuronReset, ...] = get_args(NeuronReset)
SHAPES = (Surrogate(3.0), Surrogate(1.0, "triangle"), Surrogate(2.0, "arctangent"))
ROUNDED = 1e-4


def registers(
    threshold: Tensor,
    bias: Tensor,
    unit: Tensor,
    neurons: LifConstants,
    steps: int,
    reach: float = 100.0,
    tally: Tally | None = None,
) -> Registers:
    """Of channels with these constants, (C,) each; accumulators stay within `reach`."""
    folded = Folded((unit,), unit, threshold, 2**23, bias, 0 * bias, bias, bias, unit > 0)
    reached = torch.full_like(unit, reach).detach()
    return Registers.of("stem", folded, reached, neurons.decay_mantissa, steps, tally, reset=neurons.reset)


def of_torch(accumulator: Tensor, found: Registers, steps: int, neurons: LifConstants) -> Tensor:
    return plain_spikes(accumulator, found, steps, neurons)


def of_kernels(accumulator: Tensor, found: Registers, steps: int, neurons: LifConstants) -> Tensor:
    assert KERNELS is not None
    return fused_fixed_spikes(KERNELS, accumulator, found, steps, neurons)


def assert_same(accumulator: Tensor, constants: tuple[Tensor, ...], steps: int, neurons: LifConstants) -> None:
    """Spikes are equal, and gradients of sums, thresholds, biases and units close."""
    upstream = torch.randn(steps, *accumulator.shape[1:], generator=torch.Generator().manual_seed(1))
    found = []
    for compute in (of_torch, of_kernels):
        leaves = [values.detach().clone().requires_grad_() for values in (accumulator, *constants)]
        spikes = compute(leaves[0], registers(leaves[1], leaves[2], leaves[3], neurons, steps), steps, neurons)
        gradients = torch.autograd.grad(spikes, leaves, upstream.to(spikes.dtype))
        found.append((spikes.detach(), gradients))
    (spikes, gradients), (ours, our_gradients) = found
    assert torch.equal(ours.double(), spikes)
    for mine, other in zip(our_gradients, gradients, strict=True):
        torch.testing.assert_close(mine.double(), other, rtol=ROUNDED, atol=ROUNDED * float(other.abs().max()))


def constants_of(channels: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Thresholds (0 among them), biases and units of channels."""
    threshold = torch.randint(0, 60, (channels,), generator=generator).double() * 64
    bias = torch.randint(-900, 900, (channels,), generator=generator).double()
    return threshold, bias, torch.rand(channels, generator=generator, dtype=torch.float64) * 0.05 + 0.001


@needs_kernels
@pytest.mark.parametrize(("surrogate", "held", "reset"), [*product(SHAPES, [False, True], RESETS)])
def test_spikes_and_gradients_are_those_of_torch(surrogate: Surrogate, held: bool, reset: NeuronReset) -> None:
    generator = torch.Generator().manual_seed(7)
    sums = torch.randint(-60, 90, (1 if held else 5, 3, 4, 53, 47), generator=generator).double()
    assert_same(sums, constants_of(4, generator), 5, LifConstants(819, 0.5, surrogate, reset))


@needs_kernels
@settings(max_examples=40)
@given(
    st.integers(1, 6),
    st.integers(1, 3),
    st.integers(1, 5),
    st.integers(1, 60),
    st.integers(0, 4096),
    st.sampled_from(SHAPES),
    st.sampled_from(RESETS),
    st.integers(0, 99),
)
def test_whatever_the_shape_and_constants(
    steps: int, samples: int, channels: int, side: int, decay: int, surrogate: Surrogate, reset: NeuronReset, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    sums = torch.randint(-60, 90, (steps, samples, channels, side, 1 + seed % 3), generator=generator).double()
    assert_same(sums, constants_of(channels, generator), steps, LifConstants(decay, 0.5, surrogate, reset))


@needs_kernels
@pytest.mark.parametrize("reset", RESETS)
def test_the_largest_whole_numbers_are_exact(reset: NeuronReset) -> None:
    """Membranes near the top of the register, where float32 holds every whole number and a product with the decay needs 36 bits."""
    neurons = LifConstants(4095, 0.5, Surrogate(1e6, "triangle"), reset)
    reach = float(REGISTER // 64 // 4)
    generator = torch.Generator().manual_seed(0)
    sums = (torch.randint(0, 2, (3, 1, 2, 40, 40), generator=generator) * 2 - 1) * reach
    sums = sums + torch.randint(-3, 4, sums.shape, generator=generator).clamp(-reach, 0) * sums.sign()
    constants = [
        torch.tensor(values, dtype=torch.float64) for values in ([8e6 - 1, 4_194_303], [0, -524_160.0], [1, 1])
    ]
    found = registers(constants[0], constants[1], constants[2], neurons, 3, reach)
    assert not found.left
    spikes = of_torch(sums, found, 3, neurons)
    assert 0 < int(spikes.sum()) < spikes.numel()
    assert torch.equal(of_kernels(sums, found, 3, neurons).double(), spikes)


@needs_kernels
def test_what_can_leave_a_register_stays_with_torch_and_everything_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _agreeing() is KERNELS
    used = []

    def counted(_: Library, *given: Any) -> Tensor:
        used.append(given)
        return of_kernels(*given)

    monkeypatch.setattr("litesnn.search.fused.choose.fused_fixed_spikes", counted)
    neurons = LifConstants(819, 0.5, Surrogate(3.0))
    sums = torch.tensor([3.0, REGISTER // 64 + 1]).double().reshape(2, 1, 1, 1, 1)
    constants = [torch.tensor([value], dtype=torch.float64) for value in (640, 0, 0.01)]
    cases: tuple[tuple[float, int, dict[str, int]], ...] = ((100.0, 1, {}), (2.0 * REGISTER, 0, {"stem": 1}))
    for reach, by_kernels, wrapped in cases:
        tally = Tally(limit=50)
        taken = sums if wrapped else sums.clamp_max(80)
        found = registers(constants[0], constants[1], constants[2], neurons, 2, reach, tally)
        spikes = fixed_spikes(taken, found, 2, neurons)
        assert (len(used), tally.wrapped) == (by_kernels, wrapped)
        assert (tally.sums, tally.beyond) == (2, {"stem": 1})
        assert torch.equal(spikes.double(), of_torch(taken, found, 2, neurons))
        used.clear()


@needs_kernels
@pytest.mark.parametrize("seed", range(6))
def test_a_training_in_the_chips_integers_has_the_same_loss(seed: int) -> None:
    """Whole networks; their gradients differ by rounding alone."""
    loaded = random_trained_genotype(seed)
    x = torch.from_numpy(random_input(loaded, 3, seed).astype(np.int32))
    y = torch.arange(3) % loaded.spec.head.classes
    computes: tuple[Callable[..., Tensor], ...] = (fixed_spikes, plain_spikes)
    found = []
    for compute in computes:
        trainee = Trainee(SpikingModel.from_genotype(loaded), 0.0, 0)
        trainee.train()
        trainee.model.evaluation = "fixed"
        assert trainee.model.fixed_spikes is fixed_spikes
        trainee.model.fixed_spikes = compute
        loss = trainee.loss(x, y)
        loss.backward()  # type: ignore[no-untyped-call]
        found.append((loss.detach(), {name: p.grad for name, p in trainee.named_parameters() if p.grad is not None}))
    (ours, our_gradients), (plain, gradients) = found
    assert torch.equal(ours, plain)
    assert our_gradients.keys() == gradients.keys()
    assert len(gradients) > 2
    for name, other in gradients.items():
        torch.testing.assert_close(
            our_gradients[name], other, rtol=1e-3, atol=1e-3 * float(other.abs().max()) + 1e-9, msg=name
        )

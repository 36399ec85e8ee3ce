"""Resets by subtraction: the equations step by step, their gradients, and integers that a plain loop has too."""

from typing import get_args

import numpy as np
import pytest
import torch
from plain_comparison import assert_equals_plain
from random_networks import random_input, random_trained_genotype
from torch import Tensor

from litesnn.compiler.genotype import NeuronReset
from litesnn.search.model.fixed_point import Threshold
from litesnn.search.model.neurons import LifConstants, LifResult, float_lif
from litesnn.search.model.reference import fixed_parameters, run_reference
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.model.surrogate import Surrogate

RESETS: tuple[NeuronReset, ...] = get_args(NeuronReset)
SUBTRACTIONS: tuple[NeuronReset, ...] = ("subtract", "subtract_next")


def neurons(reset: NeuronReset, decay: int = 2048) -> LifConstants:
    return LifConstants(decay, 1.0, Surrogate(3.0), reset)


def membranes(current: Tensor, reset: NeuronReset, decay: int = 2048) -> Tensor:
    found = float_lif(current, len(current), neurons(reset, decay), record=True).membranes
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("reset", "expected"),
    [
        ("zero", [1.5, 1.5, 1.5, 1.5]),
        ("subtract", [1.5, 1.75, 1.875, 1.9375]),  # 0.5, 0.75, 0.875 are left
        ("subtract_next", [1.5, 1.25, 1.125, 1.0625]),  # 0.75 + 1.5 - 1, ...
    ],
)
def test_each_reset_by_hand(reset: NeuronReset, expected: list[float]) -> None:
    current = torch.full((4, 1, 1, 1, 1), 1.5)
    assert membranes(current, reset).flatten().tolist() == expected


@pytest.mark.parametrize("reset", RESETS)
def test_steps_taken_one_by_one_are_those_of_a_sample(reset: NeuronReset) -> None:
    current = torch.randn(6, 2, 3, 2, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    rest, spikes = None, []
    for step in current:
        result: LifResult = float_lif(step[None], 1, neurons(reset), record=False, rest=rest)
        rest = result.rest
        spikes.append(result.spikes)
    assert torch.equal(torch.cat(spikes), float_lif(current, 6, neurons(reset), record=False).spikes)


@pytest.mark.parametrize("reset", SUBTRACTIONS)
def test_a_subtraction_is_detached(reset: NeuronReset) -> None:
    """Numeric derivatives of membranes, whose spikes stay as they are, are the gradients: nothing flows through the reset."""
    generator = torch.Generator().manual_seed(3)
    current = 2 * torch.randn(5, 1, 3, 2, 2, generator=generator, dtype=torch.float64)
    found = membranes(current, reset)
    assert (found > 1).any()
    assert (found - 1).abs().min() > 1e-3
    assert torch.autograd.gradcheck(lambda given: membranes(given, reset), current.requires_grad_())


@pytest.mark.parametrize("reset", SUBTRACTIONS)
def test_spikes_have_the_surrogates_gradient_along_the_leak(reset: NeuronReset) -> None:
    current = torch.tensor([1.2, 0.3, 0.6, 0.9], dtype=torch.float64).reshape(4, 1, 1, 1, 1).requires_grad_()
    result = float_lif(current, 4, neurons(reset), record=True)
    assert result.membranes is not None
    slopes = Surrogate(3.0).derivative(result.membranes.detach() - 1).flatten()
    result.spikes.sum().backward()
    expected = [sum(float(slopes[t]) * 0.5 ** (t - s) for t in range(s, 4)) for s in range(4)]
    assert current.grad is not None
    np.testing.assert_allclose(current.grad.flatten().numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("reset", SUBTRACTIONS)
def test_thresholds_are_as_fine_as_the_membrane(reset: NeuronReset) -> None:
    units = torch.tensor([0.3, 1e-12, 1e3], dtype=torch.float64, requires_grad=True)
    fine = Threshold.of(0.5, reset).rounded(units)
    assert fine.tolist() == [107, 2**23 - 1, 0]  # 64 * 0.5 / 0.3
    assert Threshold.of(0.5, "zero").rounded(units).tolist() == [128, 64 * (2**17 - 1), 0]
    fine[0].backward()
    assert units.grad is not None
    assert units.grad[0] == pytest.approx(-64 * 0.5 / 0.3**2)


@pytest.mark.parametrize("seed", range(10))
def test_fixed_equals_a_plain_integer_loop(seed: int) -> None:
    loaded = random_trained_genotype(seed, reset=SUBTRACTIONS[seed % 2], size=4, quantizer=("any", None)[seed % 3 == 0])
    assert {p.reset for p in fixed_parameters(loaded).values()} >= {SUBTRACTIONS[seed % 2], "zero"}
    assert_equals_plain(loaded, random_input(loaded, 2, seed))


@pytest.mark.parametrize("seed", range(6))
def test_so_it_does_around_loops_and_where_registers_overflow(seed: int) -> None:
    choices = {"feedback": 2} if seed < 4 else {"membrane_exp": 10, "keep": 1.0}
    loaded = random_trained_genotype(seed, reset=SUBTRACTIONS[seed % 2], size=4, **choices)
    assert_equals_plain(loaded, random_input(loaded, 2, seed))


@pytest.mark.parametrize("seed", range(4))
def test_training_arithmetic_equals_the_exact_one(seed: int) -> None:
    loaded = random_trained_genotype(seed, reset=SUBTRACTIONS[seed % 2])
    inputs = random_input(loaded, 3, seed)
    model = SpikingModel.from_genotype(loaded)
    model.evaluation = "fixed"
    model.train()
    trained = model.run(torch.from_numpy(inputs.astype(np.int32)))
    trained.sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)
    np.testing.assert_array_equal(
        trained.detach().numpy(), run_reference(loaded, inputs, "fixed", record=False).readout
    )

import pytest
import torch

from litesnn.compiler.genotype import NeuronSpec
from litesnn.search.model.surrogate import (
    Surrogate,
    arctangent_derivative,
    dspike_derivative,
    spike,
    triangle_derivative,
)


def test_golden_values_of_temperature_3() -> None:
    """Dspike: peak 1.6572 at the threshold, 0.2995 towards the ends of the window, 0 outside."""
    distance = torch.tensor([0.0, -0.4999999, 0.4999999, -0.5, 0.5, 0.7])
    derivative = dspike_derivative(distance, 3.0)
    assert derivative.tolist() == pytest.approx([1.6572, 0.2995, 0.2995, 0, 0, 0], abs=1e-4)


def test_the_derivative_integrates_to_one() -> None:
    distance = torch.linspace(-0.5, 0.5, 100_001, dtype=torch.float64)
    for temperature in (1.0, 3.0, 10.0):
        assert float(torch.trapezoid(dspike_derivative(distance, temperature), distance)) == pytest.approx(1, abs=1e-4)


def test_forward_is_what_was_decided_and_backward_the_surrogate() -> None:
    distance = torch.tensor([-0.1, 0.0, 0.2], requires_grad=True)
    spikes = spike(distance, torch.tensor([False, False, True]), Surrogate(3.0))
    spikes.sum().backward()
    assert spikes.tolist() == [0, 0, 1]
    assert distance.grad is not None
    torch.testing.assert_close(distance.grad, dspike_derivative(distance.detach(), 3.0))


def test_the_triangle_by_hand() -> None:
    distance = torch.tensor([-1.5, -1.0, -0.5, 0.0, 0.25, 1.0])
    assert triangle_derivative(distance, 1.0).tolist() == [0, 0, 0.5, 1, 0.75, 0]
    assert triangle_derivative(distance, 2.0).tolist() == [0.125, 0.25, 0.375, 0.5, 0.4375, 0.25]


def test_the_arctangent_is_the_derivative_of_a_step_from_0_to_1() -> None:
    distance = torch.linspace(-1e4, 1e4, 10_000_001, dtype=torch.float64)
    assert float(torch.trapezoid(arctangent_derivative(distance, 1.5), distance)) == pytest.approx(1, abs=1e-3)
    assert float(arctangent_derivative(torch.tensor(0.0), 1.5)) == 0.75


def test_a_genotype_chooses_the_surrogate() -> None:
    distance = torch.tensor([0.75], requires_grad=True)
    neuron = NeuronSpec(surrogate="triangle", surrogate_temperature=1.0)
    spike(distance, torch.tensor([True]), Surrogate.of(neuron)).sum().backward()
    assert distance.grad is not None
    assert float(distance.grad) == 0.25
    assert Surrogate.of(NeuronSpec()) == Surrogate(3.0, "dspike")

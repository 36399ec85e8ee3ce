"""The score against loops over samples, and where it is -inf."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_cells import plain_kernel, plain_log_determinant

from litesnn.search.methods.light.sahd import SahdSum


def spikes(seed: int, samples: int, neurons: int, rate: float) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(samples, neurons, generator=generator) < rate).float()


def plain_mean(layers: list[torch.Tensor]) -> list[list[float]]:
    kernels = [plain_kernel(layer) for layer in layers]
    size = range(len(kernels[0]))
    return [[sum(kernel[i][j] for kernel in kernels) / len(kernels) for j in size] for i in size]


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(2, 7),
    st.lists(st.tuples(st.integers(8, 60), st.floats(0, 1)), min_size=1, max_size=4),
)
def test_the_score_is_that_of_loops_over_samples(seed: int, samples: int, layers: list[tuple[int, float]]) -> None:
    drawn = [spikes(seed + i, samples, neurons, rate) for i, (neurons, rate) in enumerate(layers)]
    total = SahdSum(torch.device("cpu"))
    for layer in drawn:
        total.add(layer[None])
    rows = torch.cat(drawn, 1)
    if len(torch.unique(rows, dim=0)) < samples:
        assert total.score().item() == -torch.inf
    else:
        assert total.score().item() == pytest.approx(plain_log_determinant(plain_mean(drawn)), rel=1e-7, abs=1e-7)


def test_a_worked_example() -> None:
    """Two samples of two neurons, 10 and 01: r = 1/2, d = 2, E = 1; K = [[2, b], [b, 2]] with b = 2 - 1 / 1.001."""
    total = SahdSum(torch.device("cpu"))
    total.add(torch.tensor([[[1.0, 0.0], [0.0, 1.0]]]))
    b = 2 - 1 / 1.001
    assert total.score().item() == pytest.approx(float(torch.tensor(4 - b * b, dtype=torch.float64).log()), abs=1e-12)


def test_samples_that_no_neuron_tells_apart_score_minus_infinity() -> None:
    layer = spikes(0, 5, 40, 0.4)
    layer[3] = layer[1]
    total = SahdSum(torch.device("cpu"))
    total.add(layer[None])
    total.add(layer[None].flip(2))
    assert total.score().item() == -torch.inf
    other = layer.clone()
    other[3, 0] = 1 - other[3, 0]
    total.add(other[None])
    assert torch.isfinite(total.score()).all()


def test_silent_layers_count_as_layers_without_distances() -> None:
    layer, silent = spikes(1, 5, 30, 0.5), torch.zeros(5, 12)
    added, said = SahdSum(torch.device("cpu")), SahdSum(torch.device("cpu"))
    for total in (added, said):
        total.add(layer[None])
    added.add(silent[None], 2)
    said.add_silent(12, 2)
    assert torch.equal(added.score(), said.score())
    assert added.score().item() == pytest.approx(plain_log_determinant(plain_mean([layer, silent, silent])), rel=1e-9)
    nothing = SahdSum(torch.device("cpu"))
    nothing.add(silent[None])
    assert nothing.score().item() == -torch.inf


def test_candidates_are_scored_together_as_each_alone() -> None:
    shared, own = spikes(2, 6, 25, 0.3), torch.stack([spikes(3 + i, 6, 35, 0.3) for i in range(3)])
    times = torch.tensor([1.0, 0.0, 3.0])
    together = SahdSum(torch.device("cpu"))
    together.add(shared[None], times)
    together.add(own)
    for i, count in enumerate(times.int().tolist()):
        rows = plain_mean([*[shared] * count, own[i]])
        assert together.score()[i].item() == pytest.approx(plain_log_determinant(rows), rel=1e-9)

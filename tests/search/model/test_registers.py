"""The registers of the PyTorch model: one wrap, a clip, a readout that starts again; what is counted, refused, and has a gradient."""

import numpy as np
import pytest
import torch

from litesnn.base.errors import RegisterError
from litesnn.search.model.fixed_point import VTH_MAX, Folded
from litesnn.search.model.neurons import LifConstants, fixed_lif
from litesnn.search.model.registers import READOUT_MAX, REGISTER, Registers, Tally, largest_sum
from litesnn.search.model.surrogate import Surrogate

EDGE = REGISTER // 64


def registers(reach: float, bias: float = 0.0, steps: int = 1, decay: int = 4096, **fields: object) -> Registers:
    one = torch.ones(1, dtype=torch.float64)
    folded = Folded((one,), one, 0 * one, 64 * VTH_MAX, 0 * one, 0 * one, bias * one, bias * one, one > 0)
    return Registers.of(
        "stem", folded, torch.tensor([reach], dtype=torch.float64), decay, steps, **{"tally": Tally(), **fields}
    )


def sums(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64).reshape(-1, 1, 1, 1, 1)


@pytest.mark.parametrize(
    ("a", "u"),
    [
        (EDGE, REGISTER),  # Lava keeps +2^23
        (EDGE + 1, -REGISTER + 64),
        (-EDGE, REGISTER),  # and makes -2^23 of it
        (1 - EDGE, 64 - REGISTER),
        (3 * EDGE, REGISTER),
        (1 - 3 * EDGE, 64 - REGISTER),
    ],
)
def test_a_current_wraps_once_as_lavas_does(a: int, u: int) -> None:
    assert registers(abs(a)).current(sums(a), 1).item() == u


@pytest.mark.parametrize("a", [3 * EDGE + 1, -3 * EDGE])
def test_what_one_wrap_does_not_bring_back_is_refused(a: int) -> None:
    with pytest.raises(RegisterError, match=r"'stem': a current reached .* within 3 \* 2\^23"):
        registers(abs(a)).current(sums(a), 1)


def test_overflows_are_counted_over_the_steps_that_an_input_is_held() -> None:
    tally = Tally(limit=100)
    registers(EDGE + 1, steps=4, tally=tally).current(sums(EDGE + 1), 4)
    assert (tally.sums, tally.wrapped, tally.beyond) == (4, {"stem": 4}, {"stem": 4})


def test_membranes_are_clipped_and_what_is_outside_has_no_gradient() -> None:
    accumulator = sums(10, -EDGE + 1, EDGE + 1).requires_grad_()
    found = registers(EDGE + 1, steps=3)
    result = fixed_lif(accumulator, found, 3, LifConstants(4096, 1.0, Surrogate(1e12, "triangle")), record=True)
    assert result.membranes is not None
    assert result.membranes.flatten().tolist() == [640, 1 - REGISTER + 63, 1 - REGISTER]
    result.membranes.sum().backward()
    assert accumulator.grad is not None
    assert accumulator.grad.flatten()[2] == 0
    assert found.tally is not None
    assert (found.tally.wrapped, found.tally.clipped) == ({"stem": 1}, {"stem": 1})


def test_a_readout_above_the_largest_threshold_starts_again() -> None:
    found = registers(EDGE, steps=2, top=READOUT_MAX)
    assert found.clips
    v = torch.tensor([READOUT_MAX, READOUT_MAX + 1, -2.0 * REGISTER], dtype=torch.float64)
    assert found.readout(v).tolist() == [READOUT_MAX, 0, 1 - REGISTER]


def test_what_weights_prove_is_not_looked_at() -> None:
    assert not registers(1000, bias=500.0, steps=100, decay=2048).clips
    assert registers(1000, bias=500.0, steps=1000).clips


def test_the_largest_sum_takes_both_signs_of_the_input() -> None:
    codes = torch.tensor([[3.0, -5.0], [-1.0, -1.0]])
    assert largest_sum(codes, lowest=-128, highest=127).tolist() == [3 * 127 + 5 * 128, 256]
    assert largest_sum(codes, lowest=0, highest=1).tolist() == [5, 2]
    rng = np.random.default_rng(0)
    drawn = torch.from_numpy(rng.integers(-9, 10, (4, 6)).astype(np.float64))
    inputs = torch.from_numpy(rng.integers(-3, 9, (6, 500)).astype(np.float64))
    assert bool(((drawn @ inputs).abs().amax(1) <= largest_sum(drawn, lowest=-3, highest=8)).all())

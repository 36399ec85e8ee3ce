"""Each population resets on the step at which its next sample arrives, on Lava's clock, which starts at 1."""

import pytest
from small_graphs import graph, neurons, one_to_one, readout, source

from litesnn.compiler.graph import Pace
from litesnn.compiler.passes import BalanceDelays, StaggerResets


@pytest.mark.parametrize("timesteps", [1, 2, 3, 5])
def test_resets_fall_on_the_first_step_of_every_sample(timesteps: int) -> None:
    names = [f"p{i}" for i in range(4)]
    blocks = [one_to_one(a, b, 1) for a, b in zip(["input", *names], [*names, "readout"], strict=True)]
    start = graph([source(), *(neurons(name) for name in names), readout(1)], blocks, timesteps)
    found = StaggerResets().apply(BalanceDelays(62).apply(start))
    for population in found.membranes:
        first = 1 + population.arrival
        steps = [
            step
            for step in range(first, first + 4 * timesteps)
            if step % population.reset_interval == population.reset_offset
        ]
        assert steps == [first + sample * timesteps for sample in range(4)]


def test_offset_wraps_at_the_interval() -> None:
    assert [Pace(3, 1, 3).reset_offset(arrival) for arrival in range(5)] == [1, 2, 0, 1, 2]
    assert Pace(1, 1, 1).reset_offset(7) == 0
    assert [Pace(3, 2, 4).reset_offset(arrival) for arrival in (0, 6, 7, 8)] == [1, 7, 0, 1]

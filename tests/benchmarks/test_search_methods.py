"""Trainings of one budget: epochs times time steps."""

import pytest
from search_methods import affordable_epochs


def time_steps(epochs: int, timesteps: int, sequential: int) -> int:
    """That a sequential training takes: a quarter of the epochs, the last, runs its own number of steps."""
    last = epochs - 3 * epochs // 4
    return (epochs - last) * sequential + last * timesteps


@pytest.mark.parametrize("budget", [16, 40, 48, 61])
@pytest.mark.parametrize("timesteps", [1, 2, 3, 4])
def test_no_joint_training_gets_more_than_a_sequential_one(budget: int, timesteps: int) -> None:
    joint, sequential = affordable_epochs(budget, timesteps), affordable_epochs(budget, timesteps, 4)
    assert budget - timesteps < joint * timesteps <= budget
    assert time_steps(sequential, timesteps, 4) >= budget
    assert sequential == 4 or time_steps(sequential - 1, timesteps, 4) < budget


def test_a_budget_that_no_sequential_training_can_spend_in_whole_epochs_is_refused() -> None:
    with pytest.raises(ValueError, match="a budget of 3 time steps does not allow 4 epochs"):
        affordable_epochs(3, 1, 4)

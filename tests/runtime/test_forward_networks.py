"""A short slice of the campaign `forward`: networks of every kind, registers that overflow among them, in every engine."""

import pytest
from campaign import run, table, text, troubled


@pytest.mark.parametrize("seed", [101])
def test_no_engine_differs_and_no_comparison_cries_wolf(seed: int) -> None:
    outcomes = run("forward", 32, seed, 0, ())
    print(text(table(outcomes)))
    assert not troubled(outcomes)
    assert any(outcome.overflows for outcome in outcomes if outcome.counts), "none of them overflows a register"
    assert len({outcome.kind for outcome in outcomes if outcome.counts}) >= 6


def test_lava_agrees_where_registers_overflow() -> None:
    outcomes = run("forward", 6, 501, 6, ("stock",))
    print(text(table(outcomes)))
    assert not troubled(outcomes)
    assert sum(outcome.lava for outcome in outcomes) >= 3

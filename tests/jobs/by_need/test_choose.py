"""The search alone, on networks whose scores and memory are written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from litesnn.base.errors import NeedError
from litesnn.compiler.need import Need
from litesnn.jobs.by_need.choose import Chosen, choose
from litesnn.jobs.by_need.halves import LEAST_SAMPLES, halved
from litesnn.jobs.by_need.measured import Choice, Measured
from litesnn.jobs.by_need.trials import Trial, Trials
from litesnn.jobs.samples import Samples

WIDTHS = {"a": [(4,), (3,), (2,), (1,)], "b": [(4,), (3,), (2,), (1,)]}


class Written(Measured):
    """A network of parts that takes as many words as its bits; what it loses is a function of a choice."""

    score = "accuracy"
    samples = (50, 50)

    def __init__(self, lost: Callable[[dict[str, int]], float | None], start: float = 1.0) -> None:
        self.lost, self.start, self.asked, self.trials = lost, start, list[dict[str, int]](), Trials()

    def trial(self, choice: Choice) -> Trial | None:
        bits = {part: choice.get(part, ways[0])[0] for part, ways in WIDTHS.items()}
        self.asked.append(bits)
        lost = self.lost(bits)
        return None if lost is None else Trial(sum(bits.values()), self.start - lost)

    fitting: Any = trial

    def reported(self, choice: Choice) -> float:
        return 0.5

    def reference(self, choosing: bool) -> float:
        return 1.0


def chosen(network: Written, **need: float) -> Chosen:
    return choose(network, WIDTHS, Need(**need), lambda part, level: f"{part} at {level[0]}")


def test_the_least_memory_within_the_drop_is_found_and_no_more_is_lost() -> None:
    """`a` loses 1 point a bit, `b` nothing down to 2 bits, and then all."""
    found = chosen(Written(lambda bits: (4 - bits["a"]) / 100 + (bits["b"] < 2)), max_drop=2)
    assert found.choice == {"a": (2,), "b": (2,)}
    assert (found.words, found.before, found.after, found.in_time) == ((8, 4), 1.0, 0.5, True)
    assert set(found.alone["a"]) == {(4,), (3,), (2,), (1,)}
    kept = chosen(Written(lambda bits: (4 - bits["a"]) / 100 + (bits["b"] < 2)), max_drop=0)
    assert kept.choice == {"a": (4,), "b": (2,)}


def test_what_is_lost_together_counts_not_what_is_lost_alone() -> None:
    found = chosen(Written(lambda bits: 0.03 * (bits["a"] < 4 and bits["b"] < 4)), max_drop=1)
    assert sorted(level[0] for level in found.choice.values()) == [1, 4]


def test_less_than_what_is_beyond_the_drop_is_not_tried() -> None:
    network = Written(lambda bits: (bits["a"] < 4) + (bits["b"] < 3))
    assert chosen(network, max_drop=5).choice == {"a": (4,), "b": (3,)}
    assert {bits["a"] for bits in network.asked} == {4, 3}
    assert {bits["b"] for bits in network.asked} == {4, 3, 2}


def test_what_does_not_fit_the_chip_is_passed_over() -> None:
    found = chosen(Written(lambda bits: None if bits["a"] == 3 else 0.0), max_drop=0)
    assert found.choice == {"a": (1,), "b": (1,)}
    assert (3,) not in found.alone["a"]


def test_when_the_time_is_over_it_ends_with_what_was_found() -> None:
    network = Written(lambda bits: 0.0)
    found = chosen(network, max_time=1e-9)
    assert (found.choice, found.in_time) == ({"a": (4,), "b": (4,)}, False)
    assert len(network.asked) <= 2


def test_a_drop_that_cannot_be_kept_says_what_is_lost_already() -> None:
    with pytest.raises(NeedError, match=r"--max-drop: found 0.5; allowed: 3.00 or more"):
        chosen(Written(lambda bits: 0.0, start=0.97))
    with pytest.raises(NeedError, match="nothing to choose: a can be given no less"):
        choose(Written(lambda bits: 0.0), {"a": [(1,)]}, Need(), lambda part, level: part)
    with pytest.raises(NeedError, match="max_drop: found 101"):
        Need(max_drop=101)


def test_halves_share_no_sample_and_do_not_follow_the_order_of_the_file() -> None:
    labels = np.repeat(np.arange(2), 20)
    halves = halved(Samples(np.zeros((40, 1, 1, 1), np.int16), labels, "sorted by class"))
    assert sorted([*halves.choosing, *halves.reporting]) == list(range(40))
    assert 4 < labels[halves.choosing].sum() < 16
    assert (halves.chosen_on.labels == labels[halves.choosing]).all()
    with pytest.raises(NeedError, match="found 15; allowed: 16 or more"):
        halved(Samples(np.zeros((LEAST_SAMPLES - 1, 1, 1, 1), np.int16), None, "few"))

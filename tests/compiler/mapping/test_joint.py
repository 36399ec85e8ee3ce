"""Grids that are chosen together: as few cores as any choice with room for all output entries takes."""

from itertools import product

import numpy as np
import pytest

from litesnn.compiler.mapping.front import front
from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.joint import CROWDING, Options, choose_together, loads

LIMIT = 100


def options_of(rng, sources, count=4):
    """Grids of a population: more cores, each of fewer senders, take more of what they read."""
    cores = np.sort(rng.integers(1, 30, count)).astype(float)
    grids = [Grid("p", ((0, 1),), ((0, 1),), ((0, 1),))] * count
    imposed = {source: cores * rng.uniform(0.2, 1.0, count) for source in sources}
    return Options(
        grids, cores, words=0.5 * cores, neurons=0.0 * cores, senders=np.ceil(40 / cores), total=40, imposed=imposed
    )


def total(options, choice):
    """What is minimized; infinite where entries have no room."""
    load, cost = loads(options, choice), 0.0
    for name, own in options.items():
        taken = choice[name]
        if own.senders[taken] * load[name] > LIMIT + 1e-6:
            return np.inf
        crowded = sum(each[taken] * options[source].total for source, each in own.imposed.items())
        cost += own.cores[taken] + CROWDING * (own.words[taken] + crowded / LIMIT)
    return cost


@pytest.mark.parametrize("seed", range(12))
def test_no_other_choice_of_grids_takes_less(seed):
    rng = np.random.default_rng(seed)
    options = {"a": options_of(rng, ()), "b": options_of(rng, ("a",)), "c": options_of(rng, ("a", "b"))}
    costs = [total(options, dict(zip(options, each, strict=True))) for each in product(range(4), repeat=3)]
    choice = choose_together(options, LIMIT, {})
    assert total(options, choice) <= 1.005 * min(costs) + 1e-6


def test_a_strained_population_is_given_more_room():
    senders, cores = np.array([10.0, 5.0]), np.array([1.0, 2.0])
    grids = [Grid("p", ((0, 1),), ((0, 1),), ((0, 1),))] * 2
    reader = Options(
        grids[:1],
        np.ones(1),
        words=np.ones(1),
        neurons=np.zeros(1),
        senders=np.ones(1),
        total=1,
        imposed={"a": np.array([9.0])},
    )
    source = Options(grids, cores, words=np.ones(2), neurons=np.zeros(2), senders=senders, total=10, imposed={})
    options = {"a": source, "b": reader}
    assert choose_together(options, LIMIT, {})["a"] == 0
    assert choose_together(options, LIMIT, {"a": 1.2})["a"] == 1
    assert choose_together(options, LIMIT, {"a": 3.0})["a"] == 1


def test_the_front_keeps_what_nothing_is_as_good_as_and_one_of_equals():
    points = np.array([[1, 5], [2, 2], [2, 3], [5, 1], [2, 2], [6, 6]], np.float64)
    assert front(points).tolist() == [0, 1, 3]

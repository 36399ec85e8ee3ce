"""Fans with the same axes, counted together: the same as each by itself, in single precision as in double."""

from __future__ import annotations

import numpy as np
import pytest
from mapping_networks import demands_for
from published_shape import published

from litesnn.compiler.mapping import fan_group, longest_lists
from litesnn.compiler.mapping.cuts import even
from litesnn.compiler.mapping.fan_group import FanGroup, fan_groups
from litesnn.compiler.mapping.longest_lists import LongestLists
from litesnn.compiler.mapping.spacing import Spacing
from litesnn.compiler.mapping.usage import Demand
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile


@pytest.fixture(scope="module")
def groups() -> list[FanGroup]:
    """With margins and without, of fans whose axons are of every kind."""
    target = load_profile("loihi1")
    demands = demands_for(compile_graph(published(9, size=8, cells=3), target), target)
    kinds = ("shared", "population", "discrete")
    found: list[FanGroup] = []
    for number, demand in enumerate(demands.values()):
        axons = {fan.source.name: kinds[(number + i) % 3] for i, fan in enumerate(demand.fans)}
        carried: Demand = demand.reached_by(axons)
        spaced = carried.spaced(Spacing(rows=True, columns=True)) if not carried.plain else carried
        found += [group for each in (carried, spaced) for group in each.groups]
    assert any(len(group.fans) > 1 for group in found)
    return found


def boxes(group: FanGroup) -> tuple[tuple[tuple[int, int], ...], ...]:
    channels, height, width = group.fans[0].target.shape
    return even(channels, min(3, channels)), even(height, min(4, height)), even(width, min(3, width))


def test_what_fans_take_together_is_the_sum_of_what_each_takes(groups):
    for group in groups:
        grid = boxes(group)
        together = group.use(*grid)
        alone = [FanGroup([fan]).use(*grid) for fan in group.fans]
        assert (together.words == sum(use.words for use in alone)).all()
        assert (together.axons == sum(use.axons for use in alone)).all()
        assert (together.longest == np.max([use.longest for use in alone], axis=0)).all()
        for i, channels in enumerate(grid[0]):
            axons = sum(fan.axons(channels, *grid[1:]) for fan in group.fans)
            assert (together.axons[i] == axons).all()


def test_equal_boxes_count_alike_and_a_grid_as_its_largest_box_alone(groups):
    for group in groups:
        channels, rows, columns = boxes(group)
        whole = group.use(channels, rows, columns)
        words = [[[group.use((c,), (y,), (x,)).words.item() for x in columns] for y in rows] for c in channels]
        # Indices are as wide as the largest box of a channel range needs.
        assert (whole.words >= np.array(words)).all()
        index = [group.rule.index_width(64) for _ in channels]
        total = sum(
            group.total_words((c,), (y,), (x,), width)
            for c, width in zip(channels, index, strict=True)
            for y in rows
            for x in columns
        )
        assert total == group.total_words(channels, rows, columns, index[0])


def test_words_are_the_same_in_double_precision(groups, monkeypatch):
    monkeypatch.setattr(longest_lists, "EXACT", 0)
    for group in groups:
        channels = (0, group.fans[0].target.shape[0])
        widths = group.rule.index_widths
        single, double = (
            group.words(channels, widths),
            FanGroup(group.fans, LongestLists(group.fans)).words(channels, widths),
        )
        assert all((some == other).all() for some, other in zip(single, double, strict=True))


def test_fans_of_many_classes_stand_alone(groups, monkeypatch):
    group = next(group for group in groups if len(group.fans) > 1)
    assert len(fan_groups(group.fans)) == 1
    monkeypatch.setattr(fan_group, "TOGETHER", 1)
    assert [each.fans for each in fan_groups(group.fans)] == [(fan,) for fan in group.fans]

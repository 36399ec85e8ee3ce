"""The raster keeps every spike in a bounded number of cells, however large the network."""

from __future__ import annotations

import numpy as np
import pytest
from sample_traces import random_trace
from small_graphs import neurons

from litesnn.display.trace_page.page import render_trace
from litesnn.jobs.show.raster import MOST_CELLS, Raster


@pytest.mark.parametrize(
    ("channels", "side", "rows", "said"),
    [
        (5, 1, 5, "a row is a neuron"),
        (2, 6, 72, "a row is a neuron"),
        (12, 8, 96, "a row is 8 neurons of a channel"),
        (90, 4, 90, "a row is a channel"),
        (7, 7, 91, "a row is 4 neurons of a channel"),
        (200, 3, 67, "a row is 3 channels"),
    ],
)
def test_rows_are_neurons_or_groups_of_one_kind(channels: int, side: int, rows: int, said: str) -> None:
    values = np.random.default_rng(0).random((5, channels, side, side)) < 0.3
    entry = Raster.of(4, 5).entry(neurons("p", channels, side), values.astype(np.uint8), values)
    assert (len(entry.cells), entry.row) == (rows, said)
    assert [sum(row[t] for row in entry.cells) for t in range(5)] == values.sum(axis=(1, 2, 3)).tolist()
    marked = {(row, t) for row, cells in enumerate(entry.cells) for t, count in enumerate(cells) if count}
    assert set(entry.differing) == marked


def test_a_large_network_makes_a_small_page() -> None:
    """As many neurons as the largest network that is simulated in the suite has, 774,730, and all cells differ."""
    trace = random_trace([(64, 32)] * 9 + [(128, 16)] * 5 + [(256, 8)] + [(512, 1)] * 20, timesteps=32)
    assert sum(entry.neurons for entry in trace.populations) > 750_000
    assert sum(len(entry.cells) * len(entry.cells[0]) for entry in trace.populations) <= MOST_CELLS
    assert len(render_trace(trace)) < 5_000_000


def test_a_sample_of_one_step_shows_its_values_as_points() -> None:
    page = render_trace(random_trace([(3, 4)], timesteps=1))
    assert '<circle class="lone' in page
    assert '<circle class="lone' not in render_trace(random_trace([(3, 4)], timesteps=2))

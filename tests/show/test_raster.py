"""The raster keeps every spike in a bounded number of cells, however large the network."""

from __future__ import annotations

import numpy as np
import pytest
from small_graphs import neurons

from litesnn.compiler.report.sections.sample_trace import InputEntry, OutputEntry, SampleTrace
from litesnn.compiler.report.sections.verification import VerificationSection
from litesnn.display.trace_page.page import render_trace
from litesnn.jobs.show.raster import MOST_CELLS, Raster

NOTHING_COMPARED = VerificationSection(
    mismatching_spikes=None,
    mismatching_readouts=None,
    samples={"exact": 1},
    accuracy={},
    common_samples=1,
    common_accuracy={},
    spike_counts={},
    comparisons=(),
    note="a sample",
)


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
    """774,730 neurons, 64 steps: the largest network that is simulated in the suite, and longer."""
    sizes = [(64, 32)] * 9 + [(128, 16)] * 5 + [(256, 8)] * 1 + [(512, 1)] * 20
    raster, generator = Raster.of(len(sizes), 64), np.random.default_rng(1)
    one = {
        (channels, side): (generator.random((64, channels, side, side)) < 0.2).astype(np.uint8)
        for channels, side in set(sizes)
    }
    entries = tuple(raster.entry(neurons(f"p{i}", *size), one[size], None) for i, size in enumerate(sizes))
    assert sum(entry.neurons for entry in entries) > 750_000
    assert sum(len(entry.cells) * len(entry.cells[0]) for entry in entries) <= MOST_CELLS
    trace = SampleTrace(
        format="litesnn.sample_trace",
        version=1,
        name="large",
        profile="loihi2",
        sample=0,
        samples="a sample",
        timesteps=64,
        steps_per_column=raster.steps_per_column,
        input=InputEntry(shape=(1, 1, 1), held=True, low=0, high=0, pictures=(((0,),),)),
        populations=entries,
        not_drawn=0,
        neurons=(),
        answer=OutputEntry(
            population="readout",
            what="membrane",
            outputs=1,
            curves=({"output": 0, "values": (1,)},),  # type: ignore[arg-type]
            predicted=0,
            label=None,
        ),
        verification=NOTHING_COMPARED,
        provenance=None,
    )
    assert len(render_trace(trace)) < 2_000_000

"""Traces of one sample as `litesnn show` makes them, from random spikes of populations of any size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from small_graphs import neurons

from litesnn.compiler.report.sections.sample_trace import CurveEntry, InputEntry, NeuronEntry, OutputEntry, SampleTrace
from litesnn.compiler.report.sections.verification import VerificationSection
from litesnn.jobs.show.raster import Raster

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


def random_trace(sizes: Sequence[tuple[int, int]], timesteps: int, name: str = "random") -> SampleTrace:
    """One population for each (channels, side); equal sizes send the same."""
    generator = np.random.default_rng(1)
    sent = {
        (channels, side): (generator.random((timesteps, channels, side, side)) < 0.2).astype(np.uint8)
        for channels, side in dict.fromkeys(sizes)
    }
    raster = Raster.of(len(sizes), timesteps)
    membrane = tuple(int(v) for v in generator.integers(-(10**6), 10**6, timesteps))
    return SampleTrace(
        format="litesnn.sample_trace",
        version=1,
        name=name,
        profile="loihi2",
        sample=0,
        samples="a sample",
        timesteps=timesteps,
        steps_per_column=raster.steps_per_column,
        input=InputEntry(shape=(1, 1, 2), held=True, low=0, high=9, pictures=(((0, 9),),)),
        populations=tuple(raster.entry(neurons(f"{name}{i}", *s), sent[s], sent[s]) for i, s in enumerate(sizes)),
        not_drawn=0,
        neurons=(
            NeuronEntry(
                population=f"{name}0",
                neuron=(0, 0, 0),
                threshold=640,
                current=membrane,
                potential=membrane,
                membrane=tuple(reversed(membrane)),
                sent=tuple(int(v > 640) for v in membrane),
                others={"pytorch": membrane},
            ),
        ),
        answer=OutputEntry(
            population="readout",
            what="membrane, chip units",
            outputs=2,
            curves=tuple(CurveEntry(output=i, values=membrane) for i in range(2)),
            predicted=0,
            label=None,
        ),
        verification=NOTHING_COMPARED,
        provenance=None,
    )

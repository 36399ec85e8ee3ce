"""What entered and what was read, of one sample: pictures of the input, curves of the output."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Membranes
from litesnn.compiler.report.sections.sample_trace import CurveEntry, InputEntry, OutputEntry
from litesnn.runtime.trace import Trace

MOST_PICTURES, SIDE, MOST_CURVES = 6, 48, 8
READ = {
    "membrane": "membrane, chip units",
    "last": "the value sent last",
    "sum": "all that was sent so far",
}


def input_entry(values: npt.NDArray[Any]) -> InputEntry:
    """Of one sample, (C, H, W) held for all steps or (T, C, H, W)."""
    held = values.ndim == 3
    mean = values.astype(np.float64) if held else values.mean(axis=0)
    channels, height, width = mean.shape
    flat = mean.reshape(1, 1, channels) if height * width == 1 else mean
    pictures = np.stack([_smaller(picture) for picture in flat[:MOST_PICTURES]])
    low, high = float(pictures.min()), float(pictures.max())
    shades = np.minimum(9, (pictures - low) / (high - low) * 10 if high > low else pictures * 0).astype(int)
    return InputEntry(
        shape=(channels, height, width),
        held=held,
        low=low,
        high=high,
        pictures=tuple(tuple(map(tuple, picture)) for picture in shades.tolist()),
    )


def _smaller(picture: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """At most `SIDE` rows and columns, each the mean of its part."""
    for axis in (0, 1):
        length = picture.shape[axis]
        step = -(-length // SIDE)
        starts = np.arange(0, length, step)
        sums = np.add.reduceat(picture, starts, axis=axis)
        counts = np.diff(np.append(starts, length))
        picture = sums / (counts[:, None] if axis == 0 else counts)
    return picture


def output_entry(population: Membranes, trace: Trace, span: int, label: int | None) -> OutputEntry:
    """Of the last sample of a trace that recorded the output; one value for every `span` steps."""
    name = population.name
    if population.read_as == "membrane":
        values = trace.membranes[name][-1]
    else:
        values = trace.spikes[name][-1].astype(np.int64)
        values = values.cumsum(axis=0) if population.read_as == "sum" else values
    steps = len(values)
    last = np.append(np.arange(span - 1, steps - 1, span), steps - 1)
    series = values.reshape(steps, -1)[last].T
    best = np.argsort(-trace.readout[-1], kind="stable")[:MOST_CURVES]
    return OutputEntry(
        population=name,
        what=READ[population.read_as],
        outputs=population.size,
        curves=tuple(CurveEntry(output=int(i), values=tuple(series[i].tolist())) for i in best),
        predicted=int(best[0]),
        label=label,
    )

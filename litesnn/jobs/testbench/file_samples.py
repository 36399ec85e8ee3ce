"""Inputs of networks from elsewhere: a user's arrays against the graph's source, real values through the file's transform, or random ones."""

from __future__ import annotations

from math import prod

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.graph import Graph
from litesnn.compiler.origin import Transform
from litesnn.jobs.fitting_input import Accepted, Inputs, clipped_to, shaped
from litesnn.jobs.samples import RANDOM_SAMPLES, RANDOM_SPIKE_RATE, affordable

# Synapses times steps of all random samples together: large networks get fewer, but at least two.
RANDOM_WORK = 2_000_000_000


def check_values(
    graph: Graph, transform: Transform | None, values: npt.NDArray[np.generic], scale: float | None = None
) -> Accepted:
    """Integers for the network, (N, C, H, W) held for all steps or (N, T, C, H, W), from a user's array.

    Whole-number types enter as they are. Floating point values are real ones: where the file has an input transform they become
    trunc(weight * x + bias), as SLAYER computes it; with a scale they become rint(x / scale), clipped to the source's range; elsewhere
    they must be whole.

    Raises
    ------
    DataError
        For a wrong shape, type, number of steps or range.
    """
    (source,) = graph.sources
    steps = None if graph.isolated else graph.timesteps
    values = shaped(values, source.shape, steps=steps, held=source.message_bits > 0, stepwise=True)
    if values.dtype.kind not in "biuf":
        raise DataError(f"input: found {values.dtype}; allowed: integers or floating point numbers")
    low, high = source.sent
    if values.dtype.kind == "f":
        if scale is not None:
            return clipped_to(values.astype(np.float64) / scale, low, high)
        values = _whole(values.astype(np.float64), transform)
    if values.min().item() < low or values.max().item() > high:
        raise DataError(f"input: found values {values.min():g} .. {values.max():g}; allowed: {low} .. {high}")
    return Accepted(values.astype(np.int16))


def random_inputs(graph: Graph, transform: Transform | None, seed: int) -> Inputs:
    """Spikes at a rate of 0.3, real values within -1 .. 1 through the transform, or integers over the source's whole range."""
    (source,) = graph.sources
    generator = np.random.default_rng(seed)
    synapses = sum(int(graph.fan_out(block).sum()) for block in graph.blocks)
    count = int(np.clip(RANDOM_WORK // max(1, synapses * graph.timesteps), 2, RANDOM_SAMPLES))
    values = prod(source.shape) * (1 if transform is not None else graph.timesteps)
    count = affordable(count, values)
    if transform is not None:
        return _whole(generator.uniform(-1, 1, (count, *source.shape)), transform).astype(np.int16)
    shape = (count, graph.timesteps, *source.shape)
    if source.message_bits == 0:
        return (generator.random(shape) < RANDOM_SPIKE_RATE).astype(np.int16)
    return generator.integers(source.minimum, source.maximum + 1, shape).astype(np.int16)


def _whole(values: npt.NDArray[np.float64], transform: Transform | None) -> npt.NDArray[np.float64]:
    if not np.isfinite(values).all():
        raise DataError("input: found NaN or infinite values; allowed: finite numbers")
    if transform is not None:
        whole: npt.NDArray[np.float64] = np.trunc(transform.weight * values + transform.bias)
        return whole
    if not (values == np.rint(values)).all():
        raise DataError("input: found values that are not whole numbers; this network takes integers")
    return values

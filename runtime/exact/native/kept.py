"""What a run keeps of a chunk: spikes, registers, the readout."""

from __future__ import annotations

import numpy as np

from litesnn.compiler.graph import Membranes
from litesnn.runtime.exact.axis import Axis
from litesnn.runtime.exact.native.arrays import Array, maps_of, spikes_of
from litesnn.runtime.exact.native.chunk import Chunk
from litesnn.runtime.exact.record import Recorder


def record(chunk: Chunk, recorder: Recorder, samples: slice) -> None:
    """What the run keeps of a chunk."""
    trace, output = recorder.trace, chunk.graph.output
    for population in chunk.graph.membranes:
        name, read = population.name, population is output
        if name in trace.spikes or (read and population.read_as != "membrane"):
            spikes = spikes_of(_of_samples(chunk.axis, population, chunk.bits[name]), population)
            if name in trace.spikes:
                trace.spikes[name][samples] = spikes
            if read:
                trace.readout[samples] = spikes.sum(axis=1, dtype=np.int64).reshape(len(spikes), -1)
        for register, values in chunk.registers.get(name, {}).items():
            kept = maps_of(_of_samples(chunk.axis, population, values), population)
            if name in trace.membranes:
                getattr(trace, register)[name][samples] = kept
            if read and register == "membranes" and population.read_as == "membrane":
                trace.readout[samples] = kept[:, -1].reshape(len(kept), -1)


def _of_samples(axis: Axis, population: Membranes, values: Array) -> Array:
    """Values (lanes, steps, ...) as (samples, T, ...)."""
    arrival = 0 if axis.mode == "windows" else population.arrival or 0
    if axis.mode == "stream":
        streamed: Array = values[0, arrival + axis.pace.offsets(axis.samples)]
        return streamed
    return values[:, arrival : arrival + axis.timesteps]

"""`read_net`: a SLAYER network (.net, HDF5) as a graph of integers. It needs h5py, neither lava-dl nor Lava."""

from __future__ import annotations

import os
from pathlib import Path

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.isolation import with_isolation
from litesnn.compiler.frontends.net.document import read_layers
from litesnn.compiler.frontends.net.hdf5 import read_arrays, read_document
from litesnn.compiler.frontends.net.layers import Shape
from litesnn.compiler.frontends.net.lower import lower_layers
from litesnn.compiler.frontends.net.options import RecurrentDelay
from litesnn.compiler.frontends.support import check_timesteps
from litesnn.compiler.origin import SourceFile

DEFAULT_TIMESTEPS = 16


def read_net(
    path: str | os.PathLike[str],
    *,
    timesteps: int | None = None,
    input_shape: Shape | None = None,
    input_bits: int = 0,
    reset: bool | None = None,
    input_scale: float | None = None,
    recurrent_delay: RecurrentDelay | None = None,
    clamp_delays: bool = False,
) -> SourceFile:
    """Read a network that SLAYER's `export_hdf5` wrote, as netx reads it.

    Parameters
    ----------
    timesteps : steps per sample; the file's tSample / Ts when None, and 16 where it has none
    input_shape : (channels, height, width), for files that do not say it
    input_bits : width of graded input spikes, their sign included; 0 for binary ones (netx's `input_message_bits`)
    input_scale : what the integer 1 is worth where samples are real values, which are rounded and clipped to the input's range
    reset : True: samples stream back to back and every layer is reset when its next sample arrives (netx's
        `reset_interval`); False: every sample is a run of its own without resets; None: reset where both are the same
    recurrent_delay : which spikes of a layer that reads itself its delays hold back: those that leave it (SLAYER), or those that
        arrive at it, recurrent ones included (netx); None: the first, labelled as an assumption
    clamp_delays : delays beyond the chip's longest become that; otherwise relays make up for it

    Raises
    ------
    ImportFileError
        For a file that is broken or hostile, or holds what is not supported, named by place.
    """
    file = Path(path)
    document = read_document(file)
    found = read_layers(file.name, read_arrays(document, file.name))
    steps = timesteps or found.timesteps or DEFAULT_TIMESTEPS
    check_timesteps(steps, f"{file.name}: steps per sample")
    lowered = lower_layers(file.name, found, steps, input_shape, input_bits, recurrent_delay)
    graph = with_isolation(file.name, lowered.graph, reset)
    graph.validate("read")
    if input_scale is not None and (lowered.transform is not None or not input_bits):
        found_instead = (
            "an input neuron, which scales real values itself" if lowered.transform else "binary input spikes"
        )
        raise ImportFileError(
            f"{file.name}: --input-scale: found with {found_instead}; allowed: files without an input neuron, with --input-bits"
        )
    return SourceFile(
        name=file.stem,
        source_format="slayer",
        document=document,
        suffix=".net",
        layers=lowered.rows,
        input_note=lowered.input_note
        + (f"; real values x enter as rint(x / {input_scale:g}), clipped" if input_scale else ""),
        record={"timesteps_from": _origin(timesteps, found.timesteps)},
        transform=lowered.transform,
        input_scale=input_scale,
        graph=graph,
        clamp_delays=clamp_delays,
    )


def _origin(asked: int | None, found: int | None) -> str:
    if asked:
        return "--timesteps"
    return "simulation/tSample of the file" if found else "the file does not say; give --timesteps for another number"

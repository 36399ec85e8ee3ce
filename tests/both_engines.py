"""Runs of the exact simulator by its kernels and on tensors, to be compared in everything."""

from __future__ import annotations

import numpy as np
import pytest

from litesnn.base.errors import LiteSNNError
from litesnn.compiler.graph import Graph
from litesnn.kernels import library, missing
from litesnn.runtime.exact import Simulator
from litesnn.runtime.trace import Trace

needs_kernels = pytest.mark.skipif(library() is None, reason=f"no kernels here: {missing()}")


class _Tensors(Simulator):
    """A simulator that was not given kernels."""

    _native = "a test"


def traces_of_both(
    network: Graph, inputs: np.ndarray, stream: bool = False, states: bool = True, **run: object
) -> list[Trace | str]:
    """Of both engines, with everything recorded (without `states`: spikes and readout alone); or what they refuse with."""
    names = [population.name for population in network.membranes]
    sending = [name for name in names if network[name].sends != "nothing"]
    found: list[Trace | str] = []
    for kind in (Simulator, _Tensors):
        try:
            found.append(
                kind(network).run(inputs, record=sending, record_states=names if states else (), stream=stream, **run)
            )
        except LiteSNNError as error:
            found.append(str(error).partition(" reached")[0])
    return found


def assert_same(ours: Trace | str, other: Trace | str) -> None:
    """Two runs, whole; refusals up to the figure that they saw first."""
    if isinstance(ours, str) or isinstance(other, str):
        assert ours == other
        return
    np.testing.assert_array_equal(ours.readout, other.readout)
    for part in ("spikes", "currents", "membranes", "potentials"):
        mine, theirs = getattr(ours, part), getattr(other, part)
        assert mine.keys() == theirs.keys()
        for name, values in mine.items():
            np.testing.assert_array_equal(values, theirs[name], err_msg=f"{part} of {name}")
    assert ours.registers == other.registers

"""Processes that write what they see to files mapped into memory.

Lava's own sinks keep their data in a `Var`, and `Var.get()` moves it one element per message through two channels: 34 us per
element here, minutes for a population of some thousand neurons. A mapped file costs one copy per step.
"""

from __future__ import annotations

from lava.magma.core.process.ports.ports import InPort, RefPort
from lava.magma.core.process.process import AbstractProcess


class SpikeRecorder(AbstractProcess):  # type: ignore[misc]
    """Writes the spikes it receives at step t to row t - 1 of the .npy file `path`, (steps, n)."""

    def __init__(self, *, shape: tuple[int, ...], path: str) -> None:
        super().__init__(shape=shape, path=path)
        self.a_in = InPort(shape=shape)


class StateRecorder(AbstractProcess):  # type: ignore[misc]
    """Writes `u` and `v` as they stand after step t to row t - 1 of the files `u_path` and `v_path`, (steps, n)."""

    def __init__(self, *, shape: tuple[int, ...], u_path: str, v_path: str) -> None:
        super().__init__(shape=shape, u_path=u_path, v_path=v_path)
        self.u = RefPort(shape)
        self.v = RefPort(shape)

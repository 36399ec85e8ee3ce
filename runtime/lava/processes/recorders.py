"""Processes that write what they see to files mapped into memory.

Lava's own sinks keep their data in a `Var`, and `Var.get()` moves it one element per message through two channels: 34 us per
element here, minutes for a population of some thousand neurons. A mapped file costs one copy per step.
"""

from __future__ import annotations

from lava.magma.core.process.ports.ports import InPort, RefPort
from lava.magma.core.process.process import AbstractProcess


class MessageRecorder(AbstractProcess):  # type: ignore[misc]
    """Writes what it receives at step t, the sum of all connected ports, to row t - 1 of the .npy file `path`, (steps, n)."""

    def __init__(self, *, shape: tuple[int, ...], path: str) -> None:
        super().__init__(shape=shape, path=path)
        self.a_in = InPort(shape=shape)


class VariableRecorder(AbstractProcess):  # type: ignore[misc]
    """Writes a variable as it stands after step t to row t - 1 of the .npy file `path`, (steps, n)."""

    def __init__(self, *, shape: tuple[int, ...], path: str) -> None:
        super().__init__(shape=shape, path=path)
        self.variable = RefPort(shape)

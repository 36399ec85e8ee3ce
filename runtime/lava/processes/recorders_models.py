"""Models of the recorders; the abstract ones leave the protocol open, for other sets of models."""

from __future__ import annotations

from typing import Any

import numpy as np
from lava.magma.core.decorator import implements, requires, tag
from lava.magma.core.model.py.model import PyLoihiProcessModel
from lava.magma.core.model.py.ports import PyInPort, PyRefPort
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.resources import CPU
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol

from litesnn.runtime.lava.processes.recorders import MessageRecorder, VariableRecorder


class AbstractPyMessageRecorderModel(PyLoihiProcessModel):  # type: ignore[misc]
    """Copies a vector of messages per step."""

    a_in: Any = LavaPyType(PyInPort.VEC_DENSE, np.int32)

    def __init__(self, proc_params: Any) -> None:
        super().__init__(proc_params)
        self.rows = np.load(proc_params["path"], mmap_mode="r+")

    def run_spk(self) -> None:
        """Spiking phase."""
        self.rows[self.time_step - 1] = self.a_in.recv()


class AbstractPyVariableRecorderModel(PyLoihiProcessModel):  # type: ignore[misc]
    """Copies a variable per step, after all neurons have been updated."""

    variable: Any = LavaPyType(PyRefPort.VEC_DENSE, np.int32)

    def __init__(self, proc_params: Any) -> None:
        super().__init__(proc_params)
        self.rows = np.load(proc_params["path"], mmap_mode="r+")

    def post_guard(self) -> bool:
        """Ask for the management phase after every step."""
        return True

    def run_post_mgmt(self) -> None:
        """Management phase: variables stand still and may be read."""
        self.rows[self.time_step - 1] = self.variable.read()


@implements(proc=MessageRecorder, protocol=LoihiProtocol)
@requires(CPU)
@tag("fixed_pt")
class PyMessageRecorderModel(AbstractPyMessageRecorderModel):
    """With Lava's own channels."""


@implements(proc=VariableRecorder, protocol=LoihiProtocol)
@requires(CPU)
@tag("fixed_pt")
class PyVariableRecorderModel(AbstractPyVariableRecorderModel):
    """With Lava's own channels."""

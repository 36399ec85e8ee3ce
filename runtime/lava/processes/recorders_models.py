"""Models of the recorders."""

from __future__ import annotations

from typing import Any

import numpy as np
from lava.magma.core.decorator import implements, requires, tag
from lava.magma.core.model.py.model import PyLoihiProcessModel
from lava.magma.core.model.py.ports import PyInPort, PyRefPort
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.resources import CPU
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol

from litesnn.runtime.lava.processes.recorders import SpikeRecorder, StateRecorder


@implements(proc=SpikeRecorder, protocol=LoihiProtocol)
@requires(CPU)
@tag("fixed_pt")
class PySpikeRecorderModel(PyLoihiProcessModel):  # type: ignore[misc]
    """Copies a vector of spikes per step."""

    a_in: Any = LavaPyType(PyInPort.VEC_DENSE, np.int32)

    def __init__(self, proc_params: Any) -> None:
        super().__init__(proc_params)
        self.rows = np.load(proc_params["path"], mmap_mode="r+")

    def run_spk(self) -> None:
        """Spiking phase."""
        self.rows[self.time_step - 1] = self.a_in.recv()


@implements(proc=StateRecorder, protocol=LoihiProtocol)
@requires(CPU)
@tag("fixed_pt")
class PyStateRecorderModel(PyLoihiProcessModel):  # type: ignore[misc]
    """Copies two variables per step, after all neurons have been updated."""

    u: Any = LavaPyType(PyRefPort.VEC_DENSE, np.int32)
    v: Any = LavaPyType(PyRefPort.VEC_DENSE, np.int32)

    def __init__(self, proc_params: Any) -> None:
        super().__init__(proc_params)
        self.u_rows = np.load(proc_params["u_path"], mmap_mode="r+")
        self.v_rows = np.load(proc_params["v_path"], mmap_mode="r+")

    def post_guard(self) -> bool:
        """Ask for the management phase after every step."""
        return True

    def run_post_mgmt(self) -> None:
        """Management phase: variables stand still and may be read."""
        self.u_rows[self.time_step - 1] = self.u.read()
        self.v_rows[self.time_step - 1] = self.v.read()

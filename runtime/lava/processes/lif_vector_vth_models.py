"""Lava's fixed-point model of `LIFVectorVth`: its own LIF arithmetic, another threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
from lava.magma.core.decorator import implements, requires, tag
from lava.magma.core.model.py.ports import PyOutPort
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.resources import CPU
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava.proc.lif.models import AbstractPyLifModelFixed

from litesnn.runtime.lava.processes.lif_vector_vth import LIFVectorVth


class AbstractPyLifVectorVthModel(AbstractPyLifModelFixed):  # type: ignore[misc]
    """Does what Lava's `PyLifModelBitAcc` and `PyLifResetModelBitAcc` do, with a vector `vth`.

    Models are derived from abstract bases because Lava refuses one whose parent already implements a process.
    """

    s_out: Any = LavaPyType(PyOutPort.VEC_DENSE, np.int32, precision=24)
    vth: Any = LavaPyType(np.ndarray, np.int32, precision=17)

    def __init__(self, proc_params: Any) -> None:
        super().__init__(proc_params)
        self.effective_vth: Any = 0
        self.reset_interval = proc_params["reset_interval"]
        self.reset_offset = proc_params["reset_offset"]

    def scale_threshold(self) -> None:
        """Align the threshold with the membrane, once."""
        self.effective_vth = np.left_shift(self.vth, self.vth_shift)
        self.isthrscaled = True

    def spiking_activation(self) -> Any:
        """Spike where the membrane exceeds the threshold, (n,) bool."""
        return self.v > self.effective_vth

    def run_spk(self) -> None:
        """One time step."""
        if self.reset_interval and (self.time_step - self.reset_offset) % self.reset_interval == 0:
            self.u *= 0
            self.v *= 0
        super().run_spk()


@implements(proc=LIFVectorVth, protocol=LoihiProtocol)
@requires(CPU)
@tag("bit_accurate_loihi", "fixed_pt")
class PyLifVectorVthModelBitAcc(AbstractPyLifVectorVthModel):
    """Computes in every step."""

"""The bit-accurate model of `LIFProgrammed`: Lava's own fixed-point integration, with a threshold, a reset and steps of ours."""

from __future__ import annotations

from typing import Any

import numpy as np
from lava.magma.core.decorator import implements, requires, tag
from lava.magma.core.model.py.ports import PyOutPort
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.resources import CPU
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava.proc.lif.models import AbstractPyLifModelFixed

from litesnn.runtime.lava.processes.lif_programmed import LIFProgrammed, computes, resets


class ProgrammedModel(AbstractPyLifModelFixed):  # type: ignore[misc]
    """Does what Lava's `PyLifModelBitAcc` and `PyLifResetModelBitAcc` do but where the parameters say otherwise.

    Implements no process, for Lava refuses a model whose parent does: those that are derived from it do.
    """

    s_out: Any = LavaPyType(PyOutPort.VEC_DENSE, np.int32, precision=24)
    vth: Any = LavaPyType(np.ndarray, np.int32, precision=24)
    du: Any = LavaPyType(np.ndarray, np.int32, precision=12)
    dv: Any = LavaPyType(np.ndarray, np.int32, precision=12)

    def __init__(self, proc_params: Any) -> None:
        super().__init__(proc_params)
        self.effective_bias: Any = 0
        self.program = proc_params

    def scale_threshold(self) -> None:
        """Nothing: it is in membrane units."""

    def scale_bias(self) -> None:
        """Align the bias, which Lava does in every step; a subtraction that is due is added with it, after the decay."""
        super().scale_bias()
        if self.program["reset"] == "subtract_next":
            self.effective_bias -= np.where(self.spiking_activation(), self.vth, 0)

    def spiking_activation(self) -> Any:
        """Where the membrane has met the threshold, (n,) bool."""
        return self.v >= self.vth if self.program["spike_at"] else self.v > self.vth

    def reset_voltage(self, spike_vector: Any) -> None:
        """What a spike leaves of the membrane."""
        if self.program["reset"] == "zero":
            super().reset_voltage(spike_vector)
        elif self.program["reset"] == "subtract":
            self.v[spike_vector] -= self.vth[spike_vector]

    def run_spk(self) -> None:
        """One time step."""
        if not computes(self.time_step, self.program):
            self.a_in.recv()
            self.s_out.send(np.zeros_like(self.v))
            return
        if resets(self.time_step, self.program):
            self.u *= 0
            self.v *= 0
        super().run_spk()


@implements(proc=LIFProgrammed, protocol=LoihiProtocol)
@requires(CPU)
@tag("bit_accurate_loihi", "fixed_pt")
class PyLifProgrammedModelBitAcc(ProgrammedModel):
    """The model of `LIFProgrammed` itself."""

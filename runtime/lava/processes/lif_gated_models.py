"""Lava's fixed-point model of `LIFGated`: its own LIF arithmetic in the steps in which the neurons compute."""

from __future__ import annotations

from typing import Any

import numpy as np
from lava.magma.core.decorator import implements, requires, tag
from lava.magma.core.resources import CPU
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol

from litesnn.runtime.lava.processes.lif_gated import LIFGated, computes
from litesnn.runtime.lava.processes.lif_vector_vth_models import AbstractPyLifVectorVthModel


@implements(proc=LIFGated, protocol=LoihiProtocol)
@requires(CPU)
@tag("bit_accurate_loihi", "fixed_pt")
class PyLifGatedModelBitAcc(AbstractPyLifVectorVthModel):
    """Computes where the gate is open, and holds its state elsewhere."""

    def __init__(self, proc_params: Any) -> None:
        super().__init__(proc_params)
        self.gate = proc_params

    def run_spk(self) -> None:
        """One time step."""
        if computes(self.time_step, self.gate):
            super().run_spk()
        else:
            self.a_in.recv()
            self.s_out.send(np.zeros_like(self.v))

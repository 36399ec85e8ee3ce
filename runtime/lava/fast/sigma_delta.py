"""Lava's sigma-delta models over direct ports; their arithmetic is vectors already and stays Lava's."""

from __future__ import annotations

from typing import Any

import numpy as np
from lava.magma.core.decorator import implements, requires
from lava.magma.core.model.py.ports import PyInPort, PyOutPort
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.resources import CPU
from lava.proc.sdn.models import AbstractDeltaModel, AbstractSigmaDeltaModel, AbstractSigmaModel
from lava.proc.sdn.process import Delta, Sigma, SigmaDelta

from litesnn.runtime.lava.fast.protocol import DirectLoihiProtocol, DirectModel

INT32 = LavaPyType(np.ndarray, np.int32, precision=24)
EXPONENT = LavaPyType(np.ndarray, np.int32, precision=3)
FLAG = LavaPyType(np.ndarray, bool, precision=1)


class _Ports(DirectModel):
    a_in: Any = LavaPyType(PyInPort.VEC_DENSE, np.int32, precision=24)
    s_out: Any = LavaPyType(PyOutPort.VEC_DENSE, np.int32, precision=24)


class _Encoder(_Ports):
    vth: Any = INT32
    sigma: Any = INT32
    act: Any = INT32
    residue: Any = INT32
    error: Any = INT32
    spike_exp: Any = EXPONENT
    state_exp: Any = EXPONENT
    cum_error: Any = FLAG


@implements(proc=Sigma, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastSigmaModel(_Ports, AbstractSigmaModel):  # type: ignore[misc]
    """Sums what arrives."""

    sigma: Any = INT32

    def compute(self) -> None:
        """See `DirectModel`."""
        self.sigma = self.sigma_dynamics(self.received(self.a_in))
        self.s_out.send(self.sigma)


@implements(proc=Delta, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastDeltaModel(_Encoder, AbstractDeltaModel):  # type: ignore[misc]
    """Sends changes."""

    def compute(self) -> None:
        """See `DirectModel`."""
        activation = np.left_shift(self.received(self.a_in), self.spike_exp + self.state_exp)
        change = self.delta_dynamics(activation)
        self.act = activation
        self.s_out.send(np.right_shift(change, self.state_exp))


@implements(proc=SigmaDelta, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastSigmaDeltaModel(_Encoder, AbstractSigmaDeltaModel):  # type: ignore[misc]
    """Sums what arrives and sends changes of its activation."""

    bias: Any = LavaPyType(np.ndarray, np.int32, precision=16)

    def compute(self) -> None:
        """See `DirectModel`."""
        self.s_out.send(np.right_shift(self.dynamics(self.received(self.a_in)), self.state_exp))

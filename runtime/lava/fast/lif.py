"""Fast models of Lava's LIF neurons: Lava's fixed-point step in place, on 32-bit integers.

Decay, the only product, is taken in double precision: |state| < 2^31 times 12 bits, over 4096, is exact there, and the
conversion to an integer truncates toward zero, as Lava's shift of the magnitude does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from lava.magma.core.decorator import implements, requires
from lava.magma.core.model.py.ports import PyInPort, PyOutPort
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.resources import CPU
from lava.proc.lif.process import LIF, LIFReset

from litesnn.compiler.graph import DECAY_UNITY, STATE_MAX, WEIGHT_SHIFT
from litesnn.runtime.lava.fast.protocol import DirectLoihiProtocol, DirectModel
from litesnn.runtime.lava.processes.lif_gated import LIFGated, computes
from litesnn.runtime.lava.processes.lif_vector_vth import LIFVectorVth

WRAP = STATE_MAX + 1


class _FastLif(DirectModel):
    a_in: Any = LavaPyType(PyInPort.VEC_DENSE, np.int32, precision=16)
    s_out: Any = LavaPyType(PyOutPort.VEC_DENSE, np.int32, precision=24)
    u: Any = LavaPyType(np.ndarray, np.int32, precision=24)
    v: Any = LavaPyType(np.ndarray, np.int32, precision=24)
    du: Any = LavaPyType(int, np.uint16, precision=12)
    dv: Any = LavaPyType(int, np.uint16, precision=12)
    bias_mant: Any = LavaPyType(np.ndarray, np.int16, precision=13)
    bias_exp: Any = LavaPyType(np.ndarray, np.int16, precision=3)

    def on_start(self) -> None:
        """Prepare constants and scratch space."""
        self.on_var_update()
        self.decayed = np.empty(self.v.shape)
        self.fired = np.empty(self.v.shape, bool)

    def on_var_update(self) -> None:
        """Take over parameters, at the start and when the host changes one."""
        mantissas = self.bias_mant.astype(np.int32)
        self.bias = np.where(self.bias_exp >= 0, mantissas << self.bias_exp, mantissas >> -self.bias_exp)
        self.biased = bool(self.bias.any())
        self.threshold = np.left_shift(self.vth, WEIGHT_SHIFT)
        self.kept_current = (DECAY_UNITY - (int(self.du) + 1)) / DECAY_UNITY
        self.kept_voltage = (DECAY_UNITY - int(self.dv)) / DECAY_UNITY

    def compute(self) -> None:
        """See `DirectModel`."""
        activation = self.received(self.a_in)
        activation <<= WEIGHT_SHIFT
        self._integrate(activation)
        np.greater(self.v, self.threshold, out=self.fired)
        np.putmask(self.v, self.fired, 0)
        self.s_out.send(self.fired)

    def _integrate(self, activation: Any) -> None:
        if self.kept_current == 0:
            np.copyto(self.u, activation)
        else:
            self._decay(self.u, self.kept_current)
            self.u += activation
        if max(-int(self.u.min()), int(self.u.max())) >= WRAP:
            self.u[:] = np.where(self.u > WRAP, self.u - 2 * WRAP, np.where(self.u <= -WRAP, self.u + 2 * WRAP, self.u))
        self._decay(self.v, self.kept_voltage)
        self.v += self.u
        if self.biased:
            self.v += self.bias
        np.clip(self.v, -STATE_MAX, STATE_MAX, out=self.v)

    def _decay(self, state: Any, kept: float) -> None:
        """State times `kept`, truncated toward zero, in place."""
        if kept == 0:
            state.fill(0)
        elif kept < 1:
            np.multiply(state, kept, out=self.decayed)
            np.copyto(state, self.decayed, casting="unsafe")


class _FastResettingLif(_FastLif):
    def __init__(self, proc_params: Any) -> None:
        super().__init__(proc_params)
        self.reset_interval = proc_params["reset_interval"]
        self.reset_offset = proc_params["reset_offset"]

    def compute(self) -> None:
        """A step, with a fresh start where it is due."""
        if self.reset_interval and (self.time_step - self.reset_offset) % self.reset_interval == 0:
            self.u.fill(0)
            self.v.fill(0)
        super().compute()


class _FastGatedLif(_FastResettingLif):
    def __init__(self, proc_params: Any) -> None:
        super().__init__(proc_params)
        self.gate = proc_params

    def on_start(self) -> None:
        """Prepare what is sent while the neurons rest, too."""
        super().on_start()
        self.nothing = np.zeros(self.v.shape, bool)

    def compute(self) -> None:
        """A step, if it is one in which they compute."""
        if computes(self.time_step, self.gate):
            super().compute()
        else:
            self.received(self.a_in)
            self.s_out.send(self.nothing)


@implements(proc=LIF, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastLifModel(_FastLif):
    """One threshold, no reset."""

    vth: Any = LavaPyType(int, np.int32, precision=17)


@implements(proc=LIFReset, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastLifResetModel(_FastResettingLif):
    """One threshold."""

    vth: Any = LavaPyType(int, np.int32, precision=17)


@implements(proc=LIFVectorVth, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastLifVectorVthModel(_FastResettingLif):
    """A threshold per neuron."""

    vth: Any = LavaPyType(np.ndarray, np.int32, precision=17)


@implements(proc=LIFGated, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastLifGatedModel(_FastGatedLif):
    """A threshold per neuron, and a gate."""

    vth: Any = LavaPyType(np.ndarray, np.int32, precision=17)

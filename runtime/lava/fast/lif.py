"""Fast models of LIF neurons, Lava's and ours: Lava's fixed-point step in place, on 32-bit integers.

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
from litesnn.runtime.lava.processes.lif_programmed import LIFProgrammed, computes, resets

WRAP = STATE_MAX + 1


class _Decay:
    """Decay of a state by 4096ths, truncated toward zero, in place; one for all neurons, or one each (n,)."""

    def __init__(self, decay: Any, offset: int, shape: tuple[int, ...]) -> None:
        mantissas = DECAY_UNITY - (np.asarray(decay, np.int64) + offset)
        values = np.unique(mantissas)
        self.kept: Any = mantissas / DECAY_UNITY if len(values) > 1 else float(values[0]) / DECAY_UNITY
        self.forgets = bool((values == 0).all())
        self.keeps_all = bool((values == DECAY_UNITY).all())
        self.scratch = np.empty(shape)

    def __call__(self, state: Any) -> None:
        if self.forgets:
            state.fill(0)
        elif not self.keeps_all:
            np.multiply(state, self.kept, out=self.scratch)
            np.copyto(state, self.scratch, casting="unsafe")


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
        self.fired = np.empty(self.v.shape, bool)

    def on_var_update(self) -> None:
        """Take over parameters, at the start and when the host changes one."""
        mantissas = self.bias_mant.astype(np.int32)
        self.bias = np.where(self.bias_exp >= 0, mantissas << self.bias_exp, mantissas >> -self.bias_exp)
        self.biased = bool(self.bias.any())
        self.threshold = self._threshold()
        self.decay_current = _Decay(self.du, 1, self.u.shape)
        self.decay_voltage = _Decay(self.dv, 0, self.v.shape)

    def _threshold(self) -> Any:
        """What a membrane has to pass."""
        return np.left_shift(self.vth, WEIGHT_SHIFT)

    def compute(self) -> None:
        """See `DirectModel`."""
        activation = self.received(self.a_in)
        activation <<= WEIGHT_SHIFT
        self._integrate(activation)
        np.greater(self.v, self.threshold, out=self.fired)
        self._reset()
        self.s_out.send(self.fired)

    def _reset(self) -> None:
        """What a spike leaves of the membrane."""
        np.putmask(self.v, self.fired, 0)

    def _integrate(self, activation: Any) -> None:
        if self.decay_current.forgets:
            np.copyto(self.u, activation)
        else:
            self.decay_current(self.u)
            self.u += activation
        if max(-int(self.u.min()), int(self.u.max())) >= WRAP:
            self.u[:] = np.where(self.u > WRAP, self.u - 2 * WRAP, np.where(self.u <= -WRAP, self.u + 2 * WRAP, self.u))
        self._decay_membrane()
        self.v += self.u
        if self.biased:
            self.v += self.bias
        np.clip(self.v, -STATE_MAX, STATE_MAX, out=self.v)

    def _decay_membrane(self) -> None:
        """What the step before left of v."""
        self.decay_voltage(self.v)


@implements(proc=LIF, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastLifModel(_FastLif):
    """One threshold, no reset."""

    vth: Any = LavaPyType(int, np.int32, precision=17)


class _FastResettingLif(_FastLif):
    def __init__(self, proc_params: Any) -> None:
        super().__init__(proc_params)
        self.program = proc_params

    def compute(self) -> None:
        """A step, with a fresh start where it is due."""
        if resets(self.time_step, self.program):
            self.u.fill(0)
            self.v.fill(0)
        super().compute()


@implements(proc=LIFReset, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastLifResetModel(_FastResettingLif):
    """One threshold."""

    vth: Any = LavaPyType(int, np.int32, precision=17)


@implements(proc=LIFProgrammed, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastLifProgrammedModel(_FastResettingLif):
    """Constants per neuron, a reset of choice and a gate."""

    vth: Any = LavaPyType(np.ndarray, np.int32, precision=24)
    du: Any = LavaPyType(np.ndarray, np.int32, precision=12)
    dv: Any = LavaPyType(np.ndarray, np.int32, precision=12)

    def compute(self) -> None:
        """A step, if it is one in which they compute."""
        if computes(self.time_step, self.program):
            super().compute()
            return
        self.received(self.a_in)
        self.fired.fill(False)
        self.s_out.send(self.fired)

    def _threshold(self) -> Any:
        return self.vth - int(self.program["spike_at"])

    def _decay_membrane(self) -> None:
        if self.program["reset"] != "subtract_next":
            super()._decay_membrane()
            return
        np.greater(self.v, self.threshold, out=self.fired)
        super()._decay_membrane()
        self._subtract()

    def _reset(self) -> None:
        if self.program["reset"] == "zero":
            super()._reset()
        elif self.program["reset"] == "subtract":
            self._subtract()

    def _subtract(self) -> None:
        np.subtract(self.v, self.vth, out=self.v, where=self.fired)

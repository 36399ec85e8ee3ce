"""Fast model of Lava's source."""

from __future__ import annotations

from typing import Any

import numpy as np
from lava.magma.core.decorator import implements, requires
from lava.magma.core.model.py.ports import PyOutPort
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.resources import CPU
from lava.proc.io.source import RingBuffer

from litesnn.runtime.lava.fast.protocol import DirectLoihiProtocol, DirectModel


@implements(proc=RingBuffer, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastRingBufferModel(DirectModel):
    """Sends the data of a step."""

    s_out: Any = LavaPyType(PyOutPort.VEC_DENSE, np.int32)
    data: Any = LavaPyType(np.ndarray, np.int32)

    def on_start(self) -> None:
        """Lay the data of a step out in one piece: a column of many would be gathered from as many cache lines."""
        self.data = np.moveaxis(np.ascontiguousarray(np.moveaxis(self.data, -1, 0)), 0, -1)

    def compute(self) -> None:
        """See `DirectModel`."""
        self.s_out.send(self.data[..., (self.time_step - 1) % self.data.shape[-1]])

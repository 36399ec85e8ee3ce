"""Fast models of our recorders."""

from __future__ import annotations

from lava.magma.core.decorator import implements, requires
from lava.magma.core.resources import CPU

from litesnn.runtime.lava.fast.protocol import DirectLoihiProtocol, DirectModel
from litesnn.runtime.lava.processes.recorders import MessageRecorder, VariableRecorder
from litesnn.runtime.lava.processes.recorders_models import (
    AbstractPyMessageRecorderModel,
    AbstractPyVariableRecorderModel,
)


@implements(proc=MessageRecorder, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastMessageRecorderModel(DirectModel, AbstractPyMessageRecorderModel):
    """Copies a vector of messages per step."""

    def compute(self) -> None:
        """See `DirectModel`."""
        self.rows[self.time_step - 1] = self.received(self.a_in)


@implements(proc=VariableRecorder, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastVariableRecorderModel(DirectModel, AbstractPyVariableRecorderModel):
    """Copies a variable per step."""

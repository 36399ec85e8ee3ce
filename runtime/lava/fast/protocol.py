"""Lava's Loihi protocol over direct ports: the same phases and messages, a service and models that wait without threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from lava.magma.core.model.py.model import PyLoihiProcessModel
from lava.magma.core.model.py.ports import PyInPort, PyOutPort
from lava.magma.core.resources import CPU
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava.magma.runtime.mgmt_token_enums import MGMT_COMMAND, MGMT_RESPONSE
from lava.magma.runtime.runtime_services.runtime_service import LoihiPyRuntimeService

from litesnn.runtime.lava.fast.ports import direct


class DirectRuntimeService(LoihiPyRuntimeService):  # type: ignore[misc]
    """Lava's service, which tells all models what phase it is and waits for their answers, with direct ports to them."""

    service_to_process: list[Any]
    process_to_service: list[Any]

    def start(self) -> None:
        """Take over the ports to the models; those to the host, which asks when it likes, stay Lava's."""
        self.service_to_process = [direct(port) for port in self.service_to_process]
        self.process_to_service = [direct(port) for port in self.process_to_service]
        super().start()


class DirectLoihiProtocol(LoihiProtocol):  # type: ignore[misc]
    """Lava's `LoihiProtocol` with the service above."""

    @property
    def runtime_service(self) -> dict[type, type]:
        """Service by resource."""
        return {CPU: DirectRuntimeService}


class DirectModel(PyLoihiProcessModel):  # type: ignore[misc]
    """A model with direct ports; `received` reads an input port."""

    service_to_process: Any
    process_to_service: Any

    def start(self) -> None:
        """Take over the ports; those by which others read variables (and the commands between them) stay Lava's."""
        for port in self.py_ports:
            if isinstance(port, (PyInPort, PyOutPort)):
                port._csp_ports = [direct(end) for end in port._csp_ports]
        if not self.var_ports:
            self.service_to_process = direct(self.service_to_process)
            self.process_to_service = direct(self.process_to_service)
        self.on_start()
        super().start()

    def on_start(self) -> None:
        """Prepare the first step; variables have their values."""

    def run(self) -> None:
        """Do what the service says until it says stop; Lava's loop where variables are read in between."""
        if self.var_ports:
            super().run()
            return
        while True:
            command = self.service_to_process.recv()[0]
            try:
                self._cmd_handlers[command]()
            except Exception:
                self.process_to_service.send(MGMT_RESPONSE.ERROR)
                raise
            if command == MGMT_COMMAND.STOP[0]:
                return

    @staticmethod
    def received(port: PyInPort) -> npt.NDArray[np.int32]:
        """The sum of what arrives at a port, int32."""
        first, *others = port.csp_ports
        total: npt.NDArray[np.int32] = first.recv()
        for end in others:
            end.add_to(total)
        return total

"""Lava's Loihi protocol over direct ports: the same phases and messages, a service and models that wait without threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from lava.magma.core.model.py.model import PyLoihiProcessModel
from lava.magma.core.model.py.ports import PyInPort, PyOutPort
from lava.magma.core.resources import CPU
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava.magma.runtime.mgmt_token_enums import MGMT_COMMAND, MGMT_RESPONSE, enum_to_np
from lava.magma.runtime.runtime_services.runtime_service import LoihiPyRuntimeService

from litesnn.runtime.lava.fast.ports import LocalChannel, channel_of, direct

ANSWERS = LoihiPyRuntimeService.PMResponse
# What a service notes of an answer, by its code.
WISHES = {
    int(code[0]): noted
    for code, noted in (
        (ANSWERS.STATUS_ERROR, "_error"),
        (ANSWERS.REQ_PRE_LRN_MGMT, "req_pre_lrn_mgmt"),
        (ANSWERS.REQ_LEARNING, "req_lrn"),
        (ANSWERS.REQ_POST_LRN_MGMT, "req_post_lrn_mgmt"),
        (ANSWERS.REQ_PAUSE, "req_pause"),
        (ANSWERS.REQ_STOP, "req_stop"),
    )
}


class DirectRuntimeService(LoihiPyRuntimeService):  # type: ignore[misc]
    """Lava's service, which tells all models what phase it is and waits for their answers, with direct ports to them.

    Models that share a host (see `host`) hear of a phase once, through the first of them, and answer so.

    Attributes
    ----------
    hosts : ids of the models of every host; set before the start, all other models are by themselves
    """

    service_to_process: list[Any]
    process_to_service: list[Any]
    hosts: Sequence[Sequence[int]] = ()

    def start(self) -> None:
        """Take over the ports to the models; those to the host, which asks when it likes, stay Lava's."""
        self.service_to_process = [direct(port) for port in self.service_to_process]
        self.process_to_service = [direct(port) for port in self.process_to_service]
        self._leader = {model: host[0] for host in self.hosts for model in host}
        heard = {self._leader.get(model, model): None for model in self.model_ids}
        places = [self.model_ids.index(model) for model in heard]
        self._commands = [self.service_to_process[place] for place in places]
        self._answers = [self.process_to_service[place] for place in places]
        super().start()

    def _send_pm_cmd(self, phase: Any) -> None:
        for port in self._commands:
            port.send(phase)

    def _get_pm_resp(self) -> list[Any]:
        answers = [port.recv() for port in self._answers]
        for answer in answers:
            wish = WISHES.get(int(answer[0]))
            if wish is not None:
                setattr(self, wish, True)
        return answers

    def _send_pm_req_given_model_id(self, model_id: int, *requests: Any) -> None:
        if model_id not in self._leader:
            super()._send_pm_req_given_model_id(model_id, *requests)
            return
        command, *others = requests
        super()._send_pm_req_given_model_id(self._leader[model_id], command, enum_to_np(model_id))
        super()._send_pm_req_given_model_id(model_id, *others)


class DirectLoihiProtocol(LoihiProtocol):  # type: ignore[misc]
    """Lava's `LoihiProtocol` with the service above."""

    @property
    def runtime_service(self) -> dict[type, type]:
        """Service by resource."""
        return {CPU: DirectRuntimeService}


class DirectModel(PyLoihiProcessModel):  # type: ignore[misc]
    """A model with direct ports, alone in its operating-system process or one of several in a `Host`.

    A step is `send_ahead`, then `compute`. `received` reads an input port.

    Attributes
    ----------
    sends_ahead : whether all it sends in a step is sent before anything is received in it
    """

    service_to_process: Any
    process_to_service: Any
    sends_ahead = False

    def start(self) -> None:
        """Run by itself."""
        self.connect({})
        self.on_start()
        super().start()

    def connect(self, local: Mapping[int, LocalChannel]) -> None:
        """Take over the ports; those by which others read variables (and the commands between them) stay Lava's.

        `local` : the channels inside this operating-system process, by `channel_of`.
        """
        for port in self.message_ports():
            port._csp_ports = [
                local[channel_of(end)] if channel_of(end) in local else direct(end) for end in port.csp_ports
            ]
        if not self.var_ports:
            self.service_to_process = direct(self.service_to_process)
            self.process_to_service = direct(self.process_to_service)

    def message_ports(self) -> list[Any]:
        """Ports for messages, each with an end of every channel connected to it."""
        return [port for port in self.py_ports if isinstance(port, (PyInPort, PyOutPort))]

    def on_start(self) -> None:
        """Prepare the first step; variables have their values."""

    def send_ahead(self) -> None:
        """Send what is known before a step's messages arrive."""

    def compute(self) -> None:
        """The rest of a step."""

    def run_spk(self) -> None:
        """One time step."""
        self.send_ahead()
        self.compute()

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

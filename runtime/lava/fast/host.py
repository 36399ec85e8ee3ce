"""Several fast models in one operating-system process: what they send one another needs neither copies nor semaphores.

Lava gives every model a process of its own. On a machine with fewer cores than models their turns cost more than their work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lava.magma.runtime.mgmt_token_enums import MGMT_COMMAND, MGMT_RESPONSE

from litesnn.runtime.lava.fast.ports import local_channels
from litesnn.runtime.lava.fast.protocol import DirectModel

PHASE, ANSWER = DirectModel.Phase, DirectModel.Response


class Host:
    """Models that take their steps in turn.

    Parameters
    ----------
    parts : name of the Lava process and model, in an order in which each finds what it waits for, once all have sent ahead
    """

    def __init__(self, parts: Sequence[tuple[str, DirectModel]]) -> None:
        self._parts = parts
        self._working = ""

    def start(self) -> None:
        """Do what the service says, through the first model, until it says stop; an error says whose it is as `process`."""
        try:
            self._prepare()
        except Exception as error:
            error.process = self._working  # type: ignore[attr-defined]
            raise
        first = self._parts[0][1]
        while True:
            command = first.service_to_process.recv()[0]
            try:
                answer = self._obey(command)
            except Exception as error:
                error.process = self._working  # type: ignore[attr-defined]
                first.process_to_service.send(MGMT_RESPONSE.ERROR)
                raise
            if answer is not None:
                first.process_to_service.send(answer)
            if command == MGMT_COMMAND.STOP[0]:
                return

    def _prepare(self) -> None:
        ends = [end for _, model in self._parts for port in model.message_ports() for end in port.csp_ports]
        local = local_channels(ends)
        for name, model in self._parts:
            self._working = name
            model.connect(local)
            model.on_start()

    def _obey(self, command: Any) -> Any:
        """The answer to a command, None where it has none; only the spiking phase concerns hosted models."""
        if command == PHASE.SPK[0]:
            self._step()
        elif command in (MGMT_COMMAND.GET_DATA[0], MGMT_COMMAND.SET_DATA[0]):
            self._show_variable(command)
            return None
        elif command == PHASE.HOST[0]:
            return None
        answers = {MGMT_COMMAND.STOP[0]: MGMT_RESPONSE.TERMINATED, MGMT_COMMAND.PAUSE[0]: MGMT_RESPONSE.PAUSED}
        return answers.get(command, ANSWER.STATUS_DONE)

    def _step(self) -> None:
        for name, model in self._parts:
            self._working = name
            model.time_step += 1
            model.send_ahead()
        for name, model in self._parts:
            self._working = name
            model.compute()

    def _show_variable(self, command: Any) -> None:
        """Read or write a variable of the model whose id follows."""
        asked = int(self._parts[0][1].service_to_process.recv()[0])
        self._working, model = next(part for part in self._parts if part[1].model_id == asked)
        model._cmd_handlers[command]()


class HostBuilder:
    """Builds a host in its own process, as Lava's builders do their models."""

    def __init__(self, parts: Sequence[tuple[str, Any]]) -> None:
        self._parts = parts

    def build(self) -> Host:
        """The host with all its models."""
        return Host([(name, builder.build()) for name, builder in self._parts])

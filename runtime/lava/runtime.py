"""Lava's runtime, with fast models in hosts, one per core."""

from __future__ import annotations

from collections.abc import Mapping
from multiprocessing import Queue
from typing import Any

from lava.magma.compiler.builders.runtimeservice_builder import RuntimeServiceBuilder
from lava.magma.core.process.message_interface_enum import ActorType
from lava.magma.runtime.runtime import Runtime, target_fn

from litesnn.base.errors import BackendError
from litesnn.runtime.cores import cores


def create_runtime(network: Any, configuration: Any, compile_config: Mapping[str, Any], hosts: bool) -> Any:
    """Do what Lava's `create_runtime` does, but for starting the runtime, which is returned; with `hosts`, fast models share
    operating-system processes.

    Raises
    ------
    BackendError
        If Lava left a part of the network out, as its compiler does, without a word, with parts that nothing connects.
    """
    executable = network.compile(configuration, dict(compile_config))
    lost = [part.name for part in network.procs.members if part not in executable.proc_builders]
    if lost:
        raise BackendError(
            f"Lava's compiler left out {len(lost)} of {len(network.procs.members)} processes: {', '.join(lost)}"
        )
    runtime_class = HostingRuntime if hosts else NamingRuntime
    network._runtime = runtime = runtime_class(executable, ActorType.MultiProcessing)
    executable.assign_runtime_to_all_processes(runtime)
    return runtime


class NamingRuntime(Runtime):  # type: ignore[misc]
    """Lava's own, with an operating-system process per model.

    Attributes
    ----------
    names_of_actors : what runs in the operating-system processes, but for the services, which are started last
    """

    names_of_actors: tuple[str, ...] = ()

    def _build_processes(self) -> None:
        self.names_of_actors = tuple(process.name for process in self._executable.proc_builders)
        super()._build_processes()


class HostingRuntime(NamingRuntime):
    """Starts an operating-system process per host, one per model that cannot be hosted, and the services."""

    def _build_processes(self) -> None:
        from litesnn.runtime.lava.fast.host import HostBuilder
        from litesnn.runtime.lava.fast.placement import names, place

        builders = self._executable.proc_builders
        self._hosts = place(self._executable, cores())
        hosted = {process for host in self._hosts for process in host}
        alone = [process for process in builders if process not in hosted]
        self.names_of_actors = (*(process.name for process in alone), *(names(host) for host in self._hosts))
        for process in alone:
            self._build_actor(builders[process])
        for host in self._hosts:
            self._build_actor(HostBuilder([(process.name, builders[process]) for process in host]))

    def _build_runtime_services(self) -> None:
        models = [[self._executable.proc_builders[process]._model_id for process in host] for host in self._hosts]
        for builder in self._executable.runtime_service_builders.values():
            self._build_actor(_ServiceOfHosts(builder, models))

    def _build_actor(self, builder: Any) -> None:
        self.exception_q.append(Queue())
        self._messaging_infrastructure.build_actor(target_fn, builder, self.exception_q[-1])


class _ServiceOfHosts:
    """Builds a service that knows which of its models share a host."""

    def __init__(self, builder: RuntimeServiceBuilder, hosts: list[list[int]]) -> None:
        self._builder, self._hosts = builder, hosts

    def build(self) -> Any:
        """The service."""
        service = self._builder.build()
        service.hosts = [host for host in self._hosts if set(host) <= set(service.model_ids)]
        return service

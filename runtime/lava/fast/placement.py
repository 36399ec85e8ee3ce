"""Which models share a host, and in which order they compute."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import networkx as nx
from lava.magma.compiler.builders.py_builder import PyProcessBuilder
from scipy.sparse import issparse

from litesnn.runtime.lava.fast.protocol import DirectModel

# What an element of a message costs its neuron and what any step of a model costs at least, in the time of a stored weight.
MESSAGE, STEP = 10, 30_000


def place(executable: Any, count: int) -> list[list[Any]]:
    """Processes of up to `count` hosts, of like work; every other process stays by itself.

    Within a host, and over all of them, processes stand in an order in which each comes after those whose messages it waits for, but
    for models that send ahead: so no host ever waits for one that waits for it.
    """
    builders = executable.proc_builders
    ordered = [process for process in _in_order(executable) if _hostable(builders[process])]
    loads = [0] * count
    chosen: dict[Any, int] = {}
    for process in sorted(ordered, key=lambda process: -_work(builders[process])):
        chosen[process] = least = loads.index(min(loads))
        loads[least] += _work(builders[process])
    hosts = [[process for process in ordered if chosen[process] == host] for host in range(count)]
    return [host for host in hosts if host]


def _steps(builder: Any) -> bool:
    """Whether a model is one of ours with a part in the spiking phase: what reads variables works in a phase of its own."""
    ours = isinstance(builder, PyProcessBuilder) and issubclass(builder.proc_model, DirectModel)
    return ours and not builder.ref_ports


def _hostable(builder: Any) -> bool:
    """Whether no variable is read through a model's ports, for which Lava's own loop has to wait."""
    return all(port.port_cls is None for port in builder.var_ports.values())


def _in_order(executable: Any) -> list[Any]:
    """Processes with models of ours, those that cannot be hosted too: what waits for them waits for what they wait for."""
    builders = executable.proc_builders
    waits: nx.DiGraph = nx.DiGraph()
    waits.add_nodes_from(process for process, builder in builders.items() if _steps(builder))
    for channel in executable.channel_builders:
        pair = channel.src_process, channel.dst_process
        if all(process in waits for process in pair) and not builders[pair[0]].proc_model.sends_ahead:
            waits.add_edge(*pair)
    return list(nx.topological_sort(waits))


def _work(builder: Any) -> int:
    """About how long a step takes, in the time of a synapse."""
    synapses = sum(int(variable.value.nnz) for variable in builder.vars.values() if issparse(variable.value))
    return STEP + synapses + MESSAGE * sum(int(port.size) for port in builder.py_ports.values())


def names(host: Iterable[Any]) -> str:
    """A host by its processes."""
    first, *others = [process.name for process in host]
    return f"{first} and {len(others)} more" if others else str(first)

"""When each layer works: the chip takes one step per synapse, the frameworks none, and a feedback loop must agree in both.

Frameworks compute a network in order within one time step; only what closes a loop carries the last step's spikes. On the
chip every synapse takes one step. A layer's level is how many steps it is behind the framework there; a connection of framework
latency `d` gets the synaptic delay level[target] - level[source] - 1 + d, which must not be negative.

Where a loop over several layers has less latency than layers, no levels exist. Such a network is *paced*: a step of the framework
takes as many steps of the chip as its slowest loop needs (`analysis.loops`), and neurons rest in between. Then a connection's
latency is the distance of its synapses in steps of the sample, and the schedule sets the delays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import networkx as nx

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.real.network import RealNetwork
from litesnn.compiler.frontends.real.wired import Connection, Wiring

PACED_DELAY_MAX = 1000  # steps of a sample, each of which takes several of the chip


@dataclass(frozen=True, eq=False)
class Timing:
    """Levels and latencies of a wired network.

    `feedback` holds the (source, target) pairs that close a loop, where spikes of the last step arrive; `own_time` is whether the
    network has loops or delays of its own; `paced` whether a step takes several of the chip, and there are no levels.
    """

    levels: Mapping[str, int]
    feedback: frozenset[tuple[str, str]]
    own_time: bool
    paced: bool = False

    @property
    def isolated(self) -> bool:
        """Whether every sample is a run of its own, on the time of the network."""
        return self.own_time and not self.paced

    def latency(self, connection: Connection) -> int:
        """Steps that a spike takes in the framework."""
        return connection.delay + ((connection.source, connection.target) in self.feedback)

    def delay(self, connection: Connection) -> int:
        """The synaptic delay, besides the one step of every synapse; 0 where the schedule sets it later."""
        if not self.isolated:
            return 0
        return self.levels[connection.target] - self.levels[connection.source] - 1 + self.latency(connection)

    def distance(self, connection: Connection) -> int:
        """Steps of the sample between a spike and the step that it belongs to at the target; 0 where delays say it."""
        return self.latency(connection) if self.paced else 0

    def bias_delay(self, layer: str, late: int) -> int:
        """The synaptic delay of what begins `late` steps after a layer's first input; 0 where the schedule sets it later."""
        return self.levels[layer] - 1 + late if self.isolated else 0

    def shift(self, arrival: int, layer: str) -> int:
        """Framework step that the first step of a layer's window on the chip is."""
        return arrival - self.levels[layer]


def time_layers(graph: RealNetwork, wiring: Wiring) -> Timing:
    """Find the feedback connections and the levels.

    Raises
    ------
    ImportFileError
        For delays beyond `PACED_DELAY_MAX` in a network whose loops are over more layers than their delays have steps.
    """
    connections = [connection for layer in wiring.layers for connection in layer.incoming]
    root = graph.input.name
    feedback = _feedback(root, connections)
    own_time = bool(feedback) or any(connection.delay for connection in connections)
    timing = Timing({}, feedback, own_time)
    network = nx.DiGraph()
    network.add_nodes_from([root, *(layer.node.name for layer in wiring.layers)])
    network.add_edges_from((c.source, c.target) for c in connections)
    loops = {name: i for i, group in enumerate(nx.strongly_connected_components(network)) for name in group}
    least = [(c, 1 - timing.latency(c) if loops[c.source] == loops[c.target] else 1) for c in connections]
    levels = dict.fromkeys(network, 0)
    for _ in range(len(levels)):
        late = [(c, levels[c.source] + steps) for c, steps in least if levels[c.target] < levels[c.source] + steps]
        if not late:
            return Timing(levels, feedback, own_time)
        for connection, level in late:
            levels[connection.target] = max(levels[connection.target], level)
    for connection in connections:
        if connection.delay > PACED_DELAY_MAX:
            raise ImportFileError(
                f"{graph.file}: node '{connection.target}': a delay of {connection.delay:,} steps in a network with a loop over several layers, "
                f"which is computed with an initiation interval; allowed: up to {PACED_DELAY_MAX:,} (or give each loop a Delay of a step per "
                "further layer)"
            )
    return replace(timing, paced=True)


def _feedback(root: str, connections: Sequence[Connection]) -> frozenset[tuple[str, str]]:
    """Pairs that lead back to a layer which is being computed, in depth-first order from the Input."""
    after: dict[str, list[str]] = {}
    for connection in connections:
        after.setdefault(connection.source, []).append(connection.target)
    back: set[tuple[str, str]] = set()
    done: set[str] = set()
    on_path = {root}
    stack = [(root, iter(dict.fromkeys(after.get(root, []))))]
    while stack:
        name, targets = stack[-1]
        target = next(targets, None)
        if target is None:
            stack.pop()
            on_path.discard(name)
            done.add(name)
        elif target in on_path:
            back.add((name, target))
        elif target not in done:
            on_path.add(target)
            stack.append((target, iter(dict.fromkeys(after.get(target, [])))))
    return frozenset(back)

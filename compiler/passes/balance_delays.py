"""Delay balancing: every population gets an arrival time, every join the synaptic delays that make its inputs meet.

On Loihi, and in Lava, every synapse takes one step, so paths of different length into one membrane would add spikes of
different time steps. Arrival times solve a small linear program: the fewest delay slots (target neurons times the longest
delay into them), then the earliest arrivals. Feedback is due in the next step of the sample, an initiation interval later, and
waits for it in the same way. Where a path needs more delay than a synapse has, relay populations (threshold 0, one to one) carry
the spikes on; graded values cannot be relayed and keep the delay, which rule LSN-DELAY reports.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from litesnn.base.errors import CompileError
from litesnn.compiler.analysis.loops import find_loops, has_feedback, initiation_interval
from litesnn.compiler.graph import Graph, OneToOne, Population, Relay, Schedule, Source, SynapseBlock
from litesnn.compiler.graph.block import MANTISSA_BITS, SynapseFormat
from litesnn.compiler.passes.base import Pass

# Weight of earliness against delay slots: small enough never to buy a slot.
EARLINESS = 1e-6


@dataclass(frozen=True)
class BalanceDelays(Pass):
    """Assign arrival times and delays; `delay_max` is the longest synaptic delay in steps, `relay_bits` a relay's weight width."""

    delay_max: int
    relay_bits: int = 1
    name = "balance-delays"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        interval = initiation_interval(graph)
        arrivals = arrival_times(graph, interval)
        populations = {p.name: replace(p, arrival=arrivals[p.name]) for p in graph.populations}
        relays: dict[str, Relay] = {}
        blocks: list[SynapseBlock] = []
        for block in graph.blocks:
            due = arrivals[block.target] + interval * block.distance - 1
            source = populations[block.source]
            delay = due - arrivals[block.source]
            while delay > self.delay_max and _sends_spikes(source):
                source, links = self._relay(source, relays)
                blocks.extend(links)
                assert source.arrival is not None
                delay = due - source.arrival
            blocks.append(replace(block, source=source.name, delay=delay))
        scheduled = graph.rebuild(_in_order(list(populations.values()), relays), blocks)
        schedule = Schedule(
            timesteps=graph.timesteps,
            depth=arrivals[graph.output.name],
            delayed_blocks=sum(block.delay > 0 for block in blocks),
            relays=len(relays),
            delay_slots=sum(
                p.size * max((b.delay for b in scheduled.into(p.name)), default=0) for p in scheduled.populations
            ),
            initiation_interval=interval,
            slots=graph.timesteps + 1 if has_feedback(graph) else None,
            loops=find_loops(graph),
        )
        return replace(scheduled, schedule=schedule)

    def _relay(self, source: Population, relays: dict[str, Relay]) -> tuple[Relay, list[SynapseBlock]]:
        """The relay that continues `source` as late as one synapse reaches, and its block if it is new."""
        assert source.arrival is not None
        origin = source.name.split(".relay")[0]
        arrival = source.arrival + 1 + self.delay_max
        name = f"{origin}.relay{arrival}"
        if name in relays:
            return relays[name], []
        count = source.shape[0]
        zeros, ids = np.zeros(count, np.int64), np.arange(count)
        relay = Relay(
            name,
            source.shape,
            source.channels,
            source.genotype_channels,
            source.place,
            arrival,
            dv=4095,
            vth=zeros,
            bias_mant=zeros,
            bias_exp=zeros,
            unit=np.ones(count),
        )
        relays[name] = relay
        link = SynapseBlock(
            f"{name}:{source.name}",
            source.name,
            name,
            OneToOne(np.ones(count, np.int32), ids, ids),
            name,
            source.place,
            format=SynapseFormat(self.relay_bits, self.relay_bits - MANTISSA_BITS, "excitatory"),
            delay=self.delay_max,
        )
        return relay, [link]


def _sends_spikes(population: Population) -> bool:
    return not (isinstance(population, Source) and population.message_bits > 0)


def _in_order(populations: list[Population], relays: dict[str, Relay]) -> list[Population]:
    """Relays stand behind the population whose spikes they carry, earliest first."""
    ordered: list[Population] = []
    for population in populations:
        ordered.append(population)
        ordered.extend(relay for relay in relays.values() if relay.name.split(".relay")[0] == population.name)
    return ordered


def arrival_times(graph: Graph, interval: int = 1) -> dict[str, int]:
    """Arrival step of every population: sources 0, every reader at least one step after what it reads.

    `interval` : chip steps that feedback has more time; smaller than `initiation_interval`, there are no arrival times

    Minimizes the sum over populations of size * (longest delay into it), then the sum of arrivals. The constraint matrix is
    that of a network flow's dual, so the optimum is integral; this is checked.
    """
    names = [population.name for population in graph.populations]
    index = {name: i for i, name in enumerate(names)}
    count, pairs = len(names), sorted({(block.source, block.target, block.distance) for block in graph.blocks})
    # Variables: arrival of each population, then the longest delay into each.
    cost = np.concatenate([np.full(count, EARLINESS), [float(graph[name].size) for name in names]])
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    limits: list[float] = []
    for source, target, distance in pairs:
        given = float(interval * distance - 1)
        row = len(limits)
        # arrival[source] - arrival[target] <= given; entries at one place add up, as they do in a loop of one
        rows += [row, row]
        columns += [index[source], index[target]]
        values += [1.0, -1.0]
        limits.append(given)
        row = len(limits)
        rows += [row, row, row]  # arrival[target] + given - arrival[source] <= delay[target]
        columns += [index[target], index[source], count + index[target]]
        values += [1.0, -1.0, -1.0]
        limits.append(-given)
    fixed = {index[source.name] for source in graph.sources}
    ranges = [(0, 0) if i in fixed else (0, None) for i in range(count)] + [(0, None)] * count
    if not pairs:
        return {name: 0 if index[name] in fixed else 1 for name in names}
    matrix = coo_matrix((values, (rows, columns)), shape=(len(limits), 2 * count)).tocsr()
    solution = linprog(cost / cost.max(), A_ub=matrix, b_ub=limits, bounds=ranges, method="highs")
    if not solution.success:
        raise CompileError(f"schedule: no arrival times exist ({solution.message})")
    arrivals = np.rint(solution.x[:count]).astype(int)
    assert np.allclose(arrivals, solution.x[:count], atol=1e-4), "the schedule's linear program has an integral optimum"
    return {name: int(arrivals[index[name]]) for name in names}

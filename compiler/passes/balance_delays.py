"""Delay balancing: every population gets an arrival time, every join the synaptic delays that make its inputs meet.

On Loihi, and in Lava, every synapse takes one step, so paths of different length into one membrane would add spikes of
different time steps. Arrival times solve a small linear program: the fewest delay slots (target neurons times the longest
delay into them), then the earliest arrivals. Feedback is due in the next step of the sample, an initiation interval later, and
waits for it in the same way. Where a path needs more delay than a synapse has, relay populations (threshold 0, one to one) carry
the spikes on. Graded values are not relayed between samples that stream; they keep the delay, which rule LSN-DELAY reports.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from litesnn.base.errors import CompileError
from litesnn.compiler.analysis.loops import find_loops, initiation_interval
from litesnn.compiler.graph import Graph, Names, Population, Relay, Schedule, Source, SynapseBlock
from litesnn.compiler.passes.base import Pass
from litesnn.compiler.passes.relays import AnyRelay, link, relay_after

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
        interval, latest = initiation_interval(graph), max((block.distance for block in graph.blocks), default=0)
        arrivals = arrival_times(graph, interval)
        populations = {p.name: replace(p, arrival=arrivals[p.name]) for p in graph.populations}
        relays = _Relays(graph, self.delay_max, self.relay_bits)
        blocks: list[SynapseBlock] = []
        for block in graph.blocks:
            due = arrivals[block.target] + _given(block, interval)
            source = populations[block.source]
            delay = due - arrivals[block.source]
            while delay > self.delay_max and _sends_spikes(source):
                source = relays.after(source)
                assert source.arrival is not None
                delay = due - source.arrival
            blocks.append(replace(block, source=source.name, delay=delay))
        scheduled = graph.rebuild(relays.among(list(populations.values())), [*relays.links, *blocks])
        schedule = Schedule(
            timesteps=graph.timesteps,
            depth=arrivals[graph.output.name],
            delayed_blocks=sum(block.delay > 0 for block in scheduled.blocks),
            relays=len(relays.links),
            delay_slots=sum(
                p.size * max((b.delay for b in scheduled.into(p.name)), default=0) for p in scheduled.populations
            ),
            initiation_interval=interval,
            slots=graph.timesteps + latest if latest else None,
            loops=find_loops(graph),
        )
        return replace(scheduled, schedule=schedule)


class _Relays:
    """The relays of a graph, by whose spikes they carry on and when; `links` are the blocks into them."""

    def __init__(self, graph: Graph, delay_max: int, bits: int) -> None:
        self.delay_max, self.bits = delay_max, bits
        self.links: list[SynapseBlock] = []
        self._found: dict[tuple[str, int], AnyRelay] = {}
        self._names = Names(population.name for population in graph.populations)
        self._block_names = Names(block.name for block in graph.blocks)

    def after(self, source: Population) -> AnyRelay:
        """The relay that continues `source`, itself a relay or not, as late as one synapse reaches."""
        assert source.arrival is not None
        carried = source.stands_for if isinstance(source, Relay) else source.name
        assert carried is not None, "a relay stands for a population"
        arrival = source.arrival + 1 + self.delay_max
        if (carried, arrival) not in self._found:
            self._found[carried, arrival] = self._new(source, carried, arrival)
        return self._found[carried, arrival]

    def among(self, populations: list[Population]) -> list[Population]:
        """Populations, relays behind the one whose spikes they carry, earliest first."""
        ordered: list[Population] = []
        for population in populations:
            ordered.append(population)
            ordered.extend(relay for (carried, _), relay in self._found.items() if carried == population.name)
        return ordered

    def _new(self, source: Population, carried: str, arrival: int) -> AnyRelay:
        channels = range(source.shape[0])
        relay = replace(relay_after(source, channels, self._names.new(f"{carried}.relay{arrival}")), arrival=arrival)
        name = self._block_names.new(f"{relay.name}:{source.name}")
        self.links.append(link(name, source, relay, channels, self.delay_max, self.bits))
        return relay


def _given(block: SynapseBlock, interval: int) -> int:
    """How much later than its target a block's source may arrive; negative where it must arrive before it."""
    return interval * block.distance - (0 if block.injected else 1)


def _sends_spikes(population: Population) -> bool:
    return not (isinstance(population, Source) and population.message_bits > 0)


def arrival_times(graph: Graph, interval: int = 1) -> dict[str, int]:
    """Arrival step of every population: sources 0, every reader at least one step after what it reads.

    `interval` : chip steps that feedback has more time; smaller than `initiation_interval`, there are no arrival times

    Minimizes the sum over populations of size * (longest delay into it), then the sum of arrivals. The constraint matrix is
    that of a network flow's dual, so the optimum is integral; this is checked.
    """
    names = [population.name for population in graph.populations]
    index = {name: i for i, name in enumerate(names)}
    count, pairs = len(names), _pairs(graph, index, interval)
    # Variables: arrival of each population, then the longest delay into each.
    cost = np.concatenate([np.full(count, EARLINESS), [float(graph[name].size) for name in names]])
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    limits: list[float] = []
    for source, target, given in pairs:
        row = len(limits)
        # arrival[source] - arrival[target] <= given; entries at one place add up, as they do in a loop of one
        rows += [row, row]
        columns += [source, target]
        values += [1.0, -1.0]
        limits.append(float(given))
        row = len(limits)
        rows += [row, row, row]  # arrival[target] + given - arrival[source] <= delay[target]
        columns += [target, source, count + target]
        values += [1.0, -1.0, -1.0]
        limits.append(float(-given))
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


def _pairs(graph: Graph, index: dict[str, int], interval: int) -> list[tuple[int, int, int]]:
    """Positions of the two populations of every block, and how much later the source may arrive; each once, in order.

    What the host writes into neurons does not wait: there the target arrives no later either.
    """
    pairs = set()
    for block in graph.blocks:
        source, target = index[block.source], index[block.target]
        pairs.add((source, target, _given(block, interval)))
        if block.injected:
            pairs.add((target, source, 0))
    return sorted(pairs)

"""Long delays of networks whose samples are isolated: delays that are part of what is computed, made up for by relays.

What a synapse does not hold, relays carry on until the rest fits one: the value arrives in the step in which it would have. A
chain of relays is shared by all that reads one population, and holds the channels that are read so late.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np

from litesnn.compiler.graph import FidelityLabel, Graph, Names, Population, SynapseBlock
from litesnn.compiler.graph.kinds.registers import Bools, Ints
from litesnn.compiler.passes.base import Pass
from litesnn.compiler.passes.relays import RELAYS_MAX, AnyRelay, link, relay_after


@dataclass(frozen=True)
class RelayDelays(Pass):
    """Put relays where a block's delay is longer than `delay_max`; `relay_bits` is the width of their weights.

    Runs after the schedule, which they leave as it is: arrivals depend on latencies alone.
    """

    delay_max: int
    relay_bits: int = 1
    name = "relay-delays"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        assert graph.schedule is not None, "arrivals are scheduled first"
        chains = {population.name: _Chain(self, graph, population) for population in graph.populations}
        blocks = [chains[block.source].carried(block) for block in graph.blocks]
        if all(not chain.relays for chain in chains.values()):
            return graph
        populations: list[Population] = []
        for population in graph.populations:
            populations += [population, *chains[population.name].relays]
        links = [made for chain in chains.values() for made in chain.links]
        labels = [label for chain in chains.values() for label in chain.labels()]
        relayed = graph.rebuild(populations, [*links, *blocks]).labelled(*labels)
        slots = sum(p.size * max((b.delay for b in relayed.into(p.name)), default=0) for p in relayed.populations)
        delayed = sum(block.delay > 0 for block in relayed.blocks)
        schedule = replace(graph.schedule, relays=len(links), delay_slots=slots, delayed_blocks=delayed)
        return replace(relayed, schedule=schedule)


class _Chain:
    """The relays behind one population, the next one reading the one before."""

    def __init__(self, delays: RelayDelays, graph: Graph, source: Population) -> None:
        self.graph, self.source, self.reach = graph, source, delays.delay_max + 1
        self.relays: list[AnyRelay] = []
        self.links: list[SynapseBlock] = []
        self._channels: list[Ints] = []
        self._longest = 0
        read: dict[int, Bools] = defaultdict(lambda: np.zeros(source.shape[0], bool))
        for block in graph.out_of(source.name):
            for number in range(1, self._number(block) + 1):
                read[number] |= block.geometry.read_channels(source.shape)
        names = Names(population.name for population in graph.populations)
        block_names = Names(block.name for block in graph.blocks)
        before: Population = source
        positions = np.arange(source.shape[0])
        for number in sorted(read):
            channels = np.flatnonzero(read[number])
            within = np.flatnonzero(np.isin(positions, channels))
            late = number * self.reach
            relay = replace(
                relay_after(before, within.tolist(), names.new(f"{source.name}.relay{late}")),
                arrival=(source.arrival or 0) + late,
            )
            name = block_names.new(f"{relay.name}:{before.name}")
            self.links.append(link(name, before, relay, within.tolist(), delays.delay_max, delays.relay_bits))
            self.relays.append(relay)
            self._channels.append(channels)
            before, positions = relay, channels

    def _number(self, block: SynapseBlock) -> int:
        """How many relays a block's delay takes; 0 where the synapse holds it, or where there would be too many."""
        number = block.delay // self.reach
        return 0 if block.injected or number > RELAYS_MAX else number

    def carried(self, block: SynapseBlock) -> SynapseBlock:
        """The block, reading the relay from which on its synapse holds the rest of the delay."""
        number = self._number(block)
        if not number:
            return block
        self._longest = max(self._longest, block.delay)
        target = self.graph[block.target]
        geometry = block.geometry.keep(self._channels[number - 1], None, self.source.shape, target.shape)
        rest = block.delay - number * self.reach
        return replace(block, source=self.relays[number - 1].name, delay=rest, geometry=geometry)

    def labels(self) -> list[FidelityLabel]:
        """What the relays stand for, and what they take."""
        if not self.relays:
            return []
        neurons = sum(relay.size for relay in self.relays)
        detail = (
            f"delays of up to {self._longest} steps: {len(self.relays)} relay population(s) of {neurons:,} neurons carry its values "
            f"past the longest delay of {self.reach - 1}"
        )
        return [FidelityLabel("long delay", self.source.place, "exact", detail)]

"""Long delays cut to the longest that a synapse has, where that is asked for: another computation, labelled with what it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from litesnn.compiler.graph import FidelityLabel, Graph, SynapseBlock
from litesnn.compiler.passes.base import Pass


@dataclass(frozen=True)
class ClampDelays(Pass):
    """Set delays beyond `delay_max` to it, with a label per place: how many synapses, and by how many steps."""

    delay_max: int
    name = "clamp-delays"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        long = [block for block in graph.blocks if block.delay > self.delay_max]
        blocks = [replace(b, delay=min(b.delay, self.delay_max)) for b in graph.blocks]
        places = dict.fromkeys(block.place for block in long)
        labels = [self._label(graph, place, [block for block in long if block.place == place]) for place in places]
        return graph.rebuild(graph.populations, blocks).labelled(*labels)

    def _label(self, graph: Graph, place: str, clamped: list[SynapseBlock]) -> FidelityLabel:
        synapses = sum(int(graph.fan_out(block).sum()) for block in clamped)
        total = sum(int(graph.fan_out(block).sum()) for block in graph.blocks if block.place == place)
        cut = [block.delay - self.delay_max for block in clamped]
        by = f"{min(cut)} .. {max(cut)} steps" if len(set(cut)) > 1 else f"{cut[0]} step(s)"
        detail = f"{synapses:,} of {total:,} synapses wait {self.delay_max} steps, {by} less than in the file (--clamp-delays)"
        return FidelityLabel("long delay", place, "approximate", detail)

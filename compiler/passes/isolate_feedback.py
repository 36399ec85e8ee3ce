"""Feedback on chips whose neurons compute in every step: samples run one by one, or the network is refused.

Such neurons cannot rest, so a loop must come round in one step of the chip, and nothing can part samples that follow each other:
every sample is a run of its own. Its populations are reset once, in the step of the sample's arrival; no bias may have made
them spike before it, since feedback would carry that spike into the sample.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import networkx as nx

from litesnn.base.errors import CompileError
from litesnn.compiler.analysis.loops import has_feedback
from litesnn.compiler.graph import FidelityLabel, Graph
from litesnn.compiler.passes.base import Pass


@dataclass(frozen=True)
class IsolateFeedback(Pass):
    """Make samples runs of their own where there is feedback and neurons are not `programmable`; label it in any case."""

    programmable: bool
    name = "isolate-feedback"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`.

        Raises
        ------
        CompileError
            For loops that take more than one step, and feedback from populations that spike before a sample reaches them.
        """
        if not has_feedback(graph):
            return graph
        assert graph.schedule is not None, "delays are balanced first"
        if self.programmable:
            pace = graph.schedule.pace
            closed = pace.slots - pace.timesteps
            after = "the slot" if closed == 1 else f"{closed} slots"
            detail = f"neurons compute every {pace.interval} step(s) of the chip and rest in {after} after a sample's {pace.timesteps}"
            return graph.labelled(FidelityLabel("feedback", "network", "exact", detail))
        for problem in (*_slow_loops(graph), *_early_spikes(graph)):
            raise CompileError(problem)
        detail = (
            "every sample is a run of its own: fixed neurons cannot rest between samples, and feedback would join them"
        )
        isolated = replace(graph, isolated=True, schedule=replace(graph.schedule, slots=None))
        return isolated.labelled(FidelityLabel("samples", "network", "exact", detail))


def _slow_loops(graph: Graph) -> Iterator[str]:
    assert graph.schedule is not None
    slow = [loop for loop in graph.schedule.loops if loop.interval > 1]
    if slow:
        interval = graph.schedule.initiation_interval
        lines = "\n".join(
            f"  {' > '.join(loop.path)} needs an initiation interval of {loop.interval}: drop {' or '.join(loop.edges)}"
            for loop in slow
        )
        yield (
            f"feedback: found loops of several synapses, so a step of a sample takes {interval} steps of the chip; allowed here: 1, for "
            f"fixed neurons leak in every step. Use --profile loihi2, whose programmable neurons can wait, or open these loops:\n{lines}"
        )


def _early_spikes(graph: Graph) -> Iterator[str]:
    early = [p for p in graph.membranes if p.sends_unasked(p.arrival or 0)]
    ways = nx.DiGraph()
    ways.add_nodes_from(graph.parts.populations)
    ways.add_edges_from((block.source, block.target) for block in graph.blocks if not block.distance)
    reached = {name: p.name for p in reversed(early) for name in (p.name, *nx.descendants(ways, p.name))}
    for block in graph.blocks:
        if block.distance and block.source in reached:
            yield (
                f"{block.place}: found feedback from '{block.source}', and a bias that makes '{reached[block.source]}' spike before a sample "
                "reaches it, which feedback would carry into the sample; allowed here: biases below the threshold (fixed neurons "
                "cannot rest until then). Use --profile loihi2, whose programmable neurons can"
            )
            return

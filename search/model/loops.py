"""Populations on a cycle, step by step: at step t a membrane also receives what a source of the cycle spiked at step t - 1.

What comes from outside is computed for all steps at once; only edges that read a population of the loop are walked. Gradients
go back through the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from litesnn.compiler.genotype import EdgePlan
from litesnn.search.model.membranes import Membrane
from litesnn.search.model.neurons import LifResult
from litesnn.search.model.nodes import Node
from litesnn.search.model.signals import side_by_side

Fire = Callable[[Tensor, Tensor | None], LifResult]
"""The neurons of one step: from the sum at their membranes (1, N, C, H, W) and the membranes that the step before left."""
Outside = Callable[[EdgePlan], Tensor]
"""The signal of an edge whose sources are all known, (T, N, C, H, W), or T = 1 for a direct input."""


class LoopPopulation:
    """One node of a loop, with what reaches it from outside at every step.

    Parameters
    ----------
    inside : names of the loop's populations
    """

    def __init__(self, node: Node, membrane: Membrane, fire: Fire, inside: set[str], outside: Outside) -> None:
        self.name = node.plan.name
        self.shape = node.plan.shape
        self._membrane = membrane
        self._fire = fire
        self._plans = [edge.plan for edge in node.edge_list()]
        self._known = {
            index: membrane.current(index, outside(plan))
            for index, plan in enumerate(self._plans)
            if inside.isdisjoint(plan.sources)
        }
        self._rest: Tensor | None = None

    def step(self, t: int, by_distance: Sequence[Mapping[str, Tensor]]) -> LifResult:
        """Spikes of step t; `by_distance[d]` holds the spikes (1, N, C, H, W) of step t - d by population."""
        currents = [self._current(index, t, by_distance) for index in range(len(self._plans))]
        result = self._fire(self._membrane.total(currents), self._rest)
        self._rest = result.rest
        return result

    def _current(self, index: int, t: int, by_distance: Sequence[Mapping[str, Tensor]]) -> Tensor:
        if index in self._known:
            return _step_of(self._known[index], t)
        plan = self._plans[index]
        spikes = by_distance[plan.distance]
        return self._membrane.current(index, side_by_side(plan, [spikes[name] for name in plan.sources]))


def run_loop(loop: Sequence[LoopPopulation], signals: Mapping[str, Tensor], timesteps: int) -> dict[str, LifResult]:
    """Spikes and membranes of every population of a loop over all steps.

    Parameters
    ----------
    loop : in an order in which every source stands before its readers, but for feedback
    signals : of the populations known so far, `input` included
    """
    silence = signals["input"].new_zeros(1, signals["input"].shape[1])
    before = {p.name: silence.reshape(1, -1, 1, 1, 1).expand(-1, -1, *p.shape) for p in loop}
    results: dict[str, list[LifResult]] = {population.name: [] for population in loop}
    for t in range(timesteps):
        now = {name: _step_of(signal, t) for name, signal in signals.items()}
        for population in loop:
            result = population.step(t, (now, before))
            results[population.name].append(result)
            now[population.name] = result.spikes
        before = now
    return {name: _joined(steps) for name, steps in results.items()}


def _step_of(signal: Tensor, t: int) -> Tensor:
    return signal[t : t + 1] if len(signal) > 1 else signal


def _joined(steps: Sequence[LifResult]) -> LifResult:
    membranes = [step.membranes for step in steps if step.membranes is not None]
    return LifResult(
        torch.cat([step.spikes for step in steps]), torch.cat(membranes) if membranes else None, steps[-1].rest
    )

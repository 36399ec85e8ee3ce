"""What is known of all that can arrive at a population: bounds over all inputs."""

from __future__ import annotations

from typing import Protocol

from litesnn.compiler.graph.kinds.registers import Interval


class Arrivals(Protocol):
    """Worst-case bounds of what arrives at one population, over all inputs, in weight units."""

    @property
    def steps(self) -> int:
        """Most steps that it computes from zero state."""

    def values(self) -> Interval:
        """Sums of one step, each source sending any value it can."""

    def changes(self) -> Interval:
        """Sums of one step, where sources that send changes are bounded by what their messages add up to."""

    def totals(self) -> Interval:
        """Sums of all that has arrived."""

"""What a pass is: a frozen dataclass with a `name` and `apply(graph) -> graph`.

A pass never changes the graph it is given. The pipeline validates the result of each pass and names the pass that broke an
invariant. To write one: derive from `Pass`, set `name`, build new populations and blocks with `dataclasses.replace`, return
`graph.rebuild(...)`, and add a `FidelityLabel` for every step that is not exact.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from litesnn.compiler.graph import Graph


class Pass(ABC):
    """One transformation or proof over the graph."""

    name: ClassVar[str]

    @abstractmethod
    def apply(self, graph: Graph) -> Graph:
        """Return the transformed graph; the argument stays as it is."""

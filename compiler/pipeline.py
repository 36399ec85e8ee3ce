"""A compilation as data: a named beginning and named passes, which can be listed, shown after each, stopped after, left out.

Every origin has one (`Origin.pipeline`). The graph is validated after every pass, and the pass that broke an invariant is named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from litesnn.base.errors import CompileError

if TYPE_CHECKING:
    from litesnn.compiler.graph import Graph
    from litesnn.compiler.passes import Pass

Watch = Callable[[str, "Graph"], None]


@dataclass(frozen=True)
class Pipeline:
    """What happens to a network, in order.

    Attributes
    ----------
    first : name of the beginning, e.g. `lower` or `read`
    begin : gives the graph that the first pass gets
    passes : in order, each under a name of its own
    """

    first: str
    begin: Callable[[], Graph]
    passes: Sequence[Pass] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All names, the beginning's included."""
        return (self.first, *(step.name for step in self.passes))

    def check_name(self, name: str) -> None:
        """Raise a `CompileError` for a name that no pass of this list has."""
        if name not in self.names:
            raise CompileError(f"passes: found '{name}'; this network's: {', '.join(self.names)}")

    def up_to(self, name: str) -> Pipeline:
        """The same, stopped after a pass; `CompileError` for a name that it does not have."""
        self.check_name(name)
        return replace(self, passes=self.passes[: self.names.index(name)])

    def without(self, *left_out: str) -> Pipeline:
        """The same, with some passes left out."""
        return replace(self, passes=[step for step in self.passes if step.name not in left_out])

    def run(self, *, watch: Watch | None = None, validate: bool = True) -> Graph:
        """The graph after all passes.

        Parameters
        ----------
        watch : called with the name of every pass and the graph that it gave
        validate : False for graphs that are made by the thousand and only counted

        Raises
        ------
        LiteSNNError
            If the network cannot be lowered, or a pass cannot be done on this profile.
        GraphError
            If a pass broke an invariant (a bug), naming the pass.
        """
        graph = self.begin()
        self._after(self.first, graph, watch, validate)
        for step in self.passes:
            graph = step.apply(graph)
            self._after(step.name, graph, watch, validate)
        return graph

    @staticmethod
    def _after(name: str, graph: Graph, watch: Watch | None, validate: bool) -> None:
        if validate:
            graph.validate(name)
        if watch is not None:
            watch(name, graph)

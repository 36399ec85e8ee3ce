"""Which nodes of a cell, given as a matrix of operations, a signal can reach."""

from __future__ import annotations

from litesnn.compiler.genotype.schema import OpName

Operations = list[list[OpName | None]]
"""`operations[source][target]`, forward above the diagonal and feedback below it; None where no edge is."""


def reached(operations: Operations, start: int, *, forward_only: bool) -> set[int]:
    """The nodes that a signal of node `start` reaches, `start` included."""
    found, frontier = {start}, [start]
    while frontier:
        source = frontier.pop()
        for target, operation in enumerate(operations[source]):
            if operation is not None and target not in found and (target > source or not forward_only):
                found.add(target)
                frontier.append(target)
    return found

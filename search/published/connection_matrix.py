"""Cells given as a matrix of operations between nodes x0 .. x(n-1), as SNASNet and LightSNN publish them.

`operations[source][target]` above the diagonal are forward edges, below it feedback with one step of delay; x0 is the cell's
input and the last node its output.
"""

from __future__ import annotations

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import BackwardEdgeSpec, EdgeSpec, NodeSpec
from litesnn.search.spaces.connections import Operations, reached


def matrix_nodes(operations: Operations) -> tuple[tuple[NodeSpec, ...], tuple[BackwardEdgeSpec, ...], tuple[str, ...]]:
    """Nodes and feedback of the cell, and what was dropped because it cannot reach the output.

    Raises
    ------
    GenotypeError
        Where the output cannot be reached, or a node that matters has feedback as its only input.
    """
    count = len(operations)
    output = count - 1
    from_input = reached(operations, 0, forward_only=True)
    if output not in from_input:
        raise GenotypeError(f"connection matrix: no forward path from x0 to x{output}; allowed: at least one")
    leads = {node for node in range(count) if output in reached(operations, node, forward_only=False)}
    for node in sorted(leads - from_input):
        if any(operations[source][node] and source in from_input for source in range(count)):
            raise GenotypeError(
                f"connection matrix: x{node} is reached by feedback alone; allowed: a forward path from x0 into every node "
                "that leads to the output"
            )
    kept = [node for node in range(count) if node in leads and node in from_input]
    names = {node: "s1" if node == 0 else f"n{kept.index(node) - 1}" for node in kept}
    nodes = tuple(
        NodeSpec(
            inputs=tuple(
                EdgeSpec(source=names[source], op=operation)
                for source in kept
                if source < node and (operation := operations[source][node]) is not None
            )
        )
        for node in kept[1:]
    )
    backward = tuple(
        BackwardEdgeSpec(source=names[source], target="input" if target == 0 else names[target], op=operation)
        for source in kept
        for target in kept
        if target < source and (operation := operations[source][target]) is not None
    )
    dropped = tuple(
        f"x{node} is left out: nothing that starts at x0 goes through it to x{output}"
        for node in range(count)
        if node not in kept and any(operations[node]) | any(row[node] for row in operations)
    )
    return nodes, backward, dropped

"""A cell as NAS-Bench-201 writes it: `|nor_conv_3x3~0|+|none~0|skip_connect~1|+|...|`, node by node, operation and source of every edge."""

from __future__ import annotations

from litesnn.base.errors import GenotypeError
from litesnn.search.published.literals import Value

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
"""In SNASNet's order, so that an operation's place is its number in a connection matrix."""


def is_cell(value: Value) -> bool:
    """Whether a value is one such text, or a list of one."""
    text = _text(value)
    return text is not None and text.startswith("|") and "~" in text


def cell_matrix(value: Value) -> list[Value]:
    """The connection matrix `[source][target]` of a cell, in SNASNet's numbers.

    Raises
    ------
    GenotypeError
        For an operation or a source that a cell does not have, and for a node that does not say all of its edges.
    """
    nodes = [node.strip("|").split("|") for node in (_text(value) or "").split("+")]
    matrix = [[0] * (len(nodes) + 1) for _ in range(len(nodes) + 1)]
    for target, edges in enumerate(nodes, 1):
        sources = []
        for edge in edges:
            operation, _, source = edge.partition("~")
            place = f"NAS-Bench-201 cell, node {target}, edge '{edge}'"
            if operation not in OPERATIONS:
                raise GenotypeError(f"{place}: found '{operation}'; allowed: {', '.join(OPERATIONS)}")
            if not source.isdecimal() or int(source) >= target:
                raise GenotypeError(f"{place}: found source '{source}'; allowed: 0..{target - 1}")
            sources.append(int(source))
            matrix[int(source)][target] = OPERATIONS.index(operation)
        if sorted(sources) != list(range(target)):
            raise GenotypeError(
                f"NAS-Bench-201 cell, node {target}: found edges from {sources}; allowed: one from each of 0..{target - 1}"
            )
    return [list[Value](row) for row in matrix]


def _text(value: Value) -> str | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, str) else None

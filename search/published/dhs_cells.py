"""The cells that SpikeDHS and LitE-SNN share: a path of resolution levels, and edges into the nodes of one repeated cell.

Node j has 2 + j candidate edges, from s0, s1 and the nodes before it; candidates of all nodes are numbered one after the other.
`cell_arch` rows are [edge, operation]; a cell's output is all nodes concatenated; width doubles with every level.
Source: the released SpikeDHS and LitE-SNN retraining code (docs/import-published.md).
"""

from __future__ import annotations

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import CellSpec, EdgeSpec, NodeSpec
from litesnn.search.published.arrays import Arrays, rows, shape_of, whole
from litesnn.search.published.literals import Value
from litesnn.search.published.settings import Settings

DEFAULT_PATH = (0, 0, 1, 1, 1, 2, 2, 2)
HIGHEST_LEVEL = 3
Picked = list[list[tuple[str, int]]]
"""Per node the picked edges, (source, operation index), in the order of their numbers."""


def pick(arrays: Arrays, *names: str) -> tuple[str, Value] | None:
    """The first of these arrays that is there, with its name."""
    return next(((name, arrays[name]) for name in names if name in arrays), None)


def read_levels(name: str, value: Value) -> tuple[int, ...]:
    """The level of every cell, checked: from 0 to 3, at most one up from cell to cell, never down."""
    if len(shape_of(value)) != 1 or not isinstance(value, list):
        raise GenotypeError(f"{name}: found {value!r}; allowed: one level 0..{HIGHEST_LEVEL} per cell, [0, 0, 1, ...]")
    levels: list[int] = []
    for cell, item in enumerate(value):
        before = levels[-1] if levels else 0
        allowed = (before,) if before == HIGHEST_LEVEL else (before, before + 1)
        said = (
            f"{' or '.join(map(str, allowed))} after level {before} (there is no upsampling, and one halving per cell)"
        )
        level = whole(item, f"{name}[{cell}] (cell {cell})", said)
        if level not in allowed:
            raise GenotypeError(f"{name}[{cell}] (cell {cell}): found level {level}; allowed: {said}")
        levels.append(level)
    return tuple(levels)


def read_edges(name: str, value: Value, operations: tuple[str, ...]) -> Picked:
    """The picked edges of every node of the repeated cell; half as many nodes as rows.

    Raises
    ------
    GenotypeError
        For a wrong shape, edge or operation: the row, what stood there, the allowed set.
    """
    shape = shape_of(value)
    if len(shape) != 2 or shape[1] != 2 or shape[0] % 2:
        raise GenotypeError(
            f"{name}: found shape {shape or 'ragged'}; allowed: (2 * nodes, 2), two rows [edge, operation] per node"
        )
    nodes = shape[0] // 2
    sources = [source for node in range(nodes) for source in candidates(node)]
    owners = [node for node in range(nodes) for _ in candidates(node)]
    picked: dict[int, int] = {}
    for row, (edge_value, operation_value) in enumerate(rows(value)):
        place = f"{name}[{row}] (every cell)"
        edges = f"0..{len(sources) - 1} for {nodes} nodes"
        edge = whole(edge_value, f"{place}: edge", edges)
        if not 0 <= edge < len(sources):
            raise GenotypeError(f"{place}: edge: found {edge}; allowed: {edges}")
        if edge in picked:
            raise GenotypeError(f"{place}: edge: found {edge} a second time; allowed: every edge at most once")
        named = ", ".join(f"{index} ({operation})" for index, operation in enumerate(operations))
        place = f"{place}: operation of edge {edge} ({sources[edge]} -> n{owners[edge]})"
        operation = whole(operation_value, place, named)
        if not 0 <= operation < len(operations):
            raise GenotypeError(f"{place}: found {operation}; allowed: {named}")
        picked[edge] = operation
    result: Picked = [
        [(sources[edge], picked[edge]) for edge in sorted(picked) if owners[edge] == node] for node in range(nodes)
    ]
    for node, inputs in enumerate(result):
        if not inputs:
            first = owners.index(node)
            raise GenotypeError(
                f"{name} (every cell): node {node} has no edge; allowed: at least one of {first}..{first + node + 1}"
            )
    return result


def candidates(node: int) -> list[str]:
    """Sources of a node's candidate edges, in the order of their numbers."""
    return ["s0", "s1", *(f"n{before}" for before in range(node))]


def build_cells(
    levels: tuple[int, ...], picked: Picked, bits: tuple[int, ...], settings: Settings
) -> tuple[CellSpec, ...]:
    """The genotype's cells; `bits` per cell. A skip is the identity only where asked for and between nodes of the cell."""

    def operation(source: str, index: int) -> EdgeSpec:
        identity = index == 0 and settings.skip == "identity" and source.startswith("n")
        return EdgeSpec(source=source, op="skip" if identity else "conv3x3")

    nodes = tuple(NodeSpec(inputs=tuple(operation(*edge) for edge in inputs)) for inputs in picked)
    return tuple(
        CellSpec(
            channels=settings.channels * 2**level,
            stride=2 if level > before else 1,
            bits=width,
            keep=settings.keep,
            nodes=nodes,
            downsample=settings.downsample,
        )
        for before, level, width in zip((0, *levels), levels, bits, strict=False)
    )

"""Backward edges of a cell: which population each of them feeds, and which of them cannot be.

A backward edge carries its source's spikes of the previous time step to the membrane of its target (`docs/numbers.md`,
Feedback). Everything here is names and shapes; `topology` turns it into edges.
"""

from __future__ import annotations

from collections.abc import Sequence

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype.ops import OPS
from litesnn.compiler.genotype.schema import BackwardEdgeSpec, CellSpec

DISTANCE = 1
"""Time steps between a spike and its arrival through a backward edge."""


def check_backward_names(index: int, cell: CellSpec) -> None:
    """Refuse names that the cell does not have, and edges that point forward."""
    names = ["input", *(f"n{j}" for j in range(len(cell.nodes)))]
    for b, edge in enumerate(cell.backward):
        place = backward_place(index, b)
        for role, value in (("source", edge.source), ("target", edge.target)):
            if value not in names:
                raise GenotypeError(f"{place}.{role}: found '{value}'; allowed: {', '.join(names)}")
        if names.index(edge.target) > names.index(edge.source):
            raise GenotypeError(
                f"{place}: found {edge.source} -> {edge.target}, which points forward; allowed: from a node to itself or an "
                "earlier one (forward edges go into the target node's inputs)"
            )


def backward_place(index: int, b: int) -> str:
    """Where edge `b` of cell `index` stands in the document."""
    return f"cells[{index}].backward[{b}]"


def target_population(place: str, edge: BackwardEdgeSpec, index: int, cell_input: Sequence[str]) -> str:
    """The population whose membrane the edge joins.

    Parameters
    ----------
    cell_input : names of the populations that the cell reads as `s1`; a target `input` means the only one of them
    """
    if edge.target != "input":
        return f"cell{index}.node{edge.target.removeprefix('n')}"
    if list(cell_input) == ["input"]:
        raise GenotypeError(
            f"{place}.target: found 'input' where the cell reads the network's input, which has no membrane; allowed: a node of "
            "this cell (or give the network a stem)"
        )
    if len(cell_input) != 1:
        raise GenotypeError(
            f"{place}.target: found 'input' where the cell reads {len(cell_input)} populations side by side; allowed where it "
            "reads one (set output of the cell before to 'last', or feed back to a node of this cell)"
        )
    return cell_input[0]


def check_backward_fit(place: str, edge: BackwardEdgeSpec, source: tuple[int, ...], target: tuple[int, ...]) -> None:
    """Refuse an edge whose map (height, width) does not meet its target's: backward edges neither stride nor pool."""
    if OPS[edge.op].stride not in (None, 1):
        allowed = ", ".join(name for name, op in OPS.items() if op.stride in (None, 1))
        raise GenotypeError(f"{place}.op: found '{edge.op}', which makes maps smaller; allowed for feedback: {allowed}")
    reached = (1, 1) if OPS[edge.op].whole_map else source
    if reached != target:
        raise GenotypeError(
            f"{place}: '{edge.op}' from {edge.source} gives a map of {reached}, its target {edge.target} has {target}; allowed: "
            "feedback between maps of one size"
        )

"""A genotype with its numbers filled in: quantizer steps and membrane exponents, by the names of the topology."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litesnn.compiler.genotype.schema import Genotype


def with_numbers(
    genotype: Genotype, step: Callable[[str], float | None], membrane_exp: Callable[[str], int]
) -> Genotype:
    """The genotype with `step(edge name)` on every edge (None: a tensor holds it) and `membrane_exp(population name)` on every node and the pool."""
    updates: dict[str, Any] = {}
    if genotype.stem is not None:
        numbers = {"step": step("stem.edge0"), "membrane_exp": membrane_exp("stem")}
        updates["stem"] = genotype.stem.model_copy(update=numbers)
    cells = []
    for i, cell in enumerate(genotype.cells):
        nodes = []
        for j, node in enumerate(cell.nodes):
            name = f"cell{i}.node{j}"
            inputs = tuple(
                edge.model_copy(update={"step": step(f"{name}.edge{e}")}) for e, edge in enumerate(node.inputs)
            )
            nodes.append(node.model_copy(update={"inputs": inputs, "membrane_exp": membrane_exp(name)}))
        backward = tuple(
            edge.model_copy(update={"step": step(f"cell{i}.backward{b}")}) for b, edge in enumerate(cell.backward)
        )
        cells.append(cell.model_copy(update={"nodes": tuple(nodes), "backward": backward}))
    updates["cells"] = tuple(cells)
    head: dict[str, Any] = {"step": step("readout.edge0")}
    if genotype.head.pool != "none":
        head["membrane_exp"] = membrane_exp("pool")
    updates["head"] = genotype.head.model_copy(update=head)
    return genotype.model_copy(update=updates)

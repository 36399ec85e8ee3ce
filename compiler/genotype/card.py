"""The cards of a genotype: of its document alone, and with its wiring and weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from litesnn.base.cards.card import Card, Figure, Rows

if TYPE_CHECKING:
    from litesnn.compiler.genotype.files import LoadedGenotype
    from litesnn.compiler.genotype.schema import CellSpec, Genotype


def genotype_card(spec: Genotype) -> Card:
    """Of a document: nothing is resolved, so that a wiring that is impossible is shown as well."""
    rows = (
        (f"cell{number}", len(cell.nodes), cell.stride, _bits(cell), " ".join(_ops(cell)))
        for number, cell in enumerate(spec.cells)
    )
    return Card(
        kind="Genotype",
        title=spec.name,
        figures=_figures(spec, None if spec.weights is not None else "untrained"),
        tables=(Rows.of("cells", ("cell", "nodes", "stride", "bits", "operations"), rows, len(spec.cells)),),
    )


def loaded_card(loaded: LoadedGenotype) -> Card:
    """Of a genotype that was read: its populations and, where it is trained, how many weights are left."""
    tensors, nodes = loaded.tensors, loaded.topology.nodes
    note = "untrained"
    if tensors is not None:
        masks = [value for name, value in tensors.items() if name.endswith(".mask")]
        kept, total = sum(int((mask != 0).sum()) for mask in masks), sum(mask.size for mask in masks)
        note = f"{kept:,} of {total:,} weights kept"
    rows = (
        (node.name, "×".join(map(str, node.shape)), " ".join(sorted({str(e.bits) for e in node.edges if e.weighted})))
        for node in nodes
    )
    return Card(
        kind="LoadedGenotype",
        title=loaded.spec.name,
        figures=_figures(loaded.spec, note),
        tables=(Rows.of("populations", ("name", "C×H×W", "bits"), rows, len(nodes)),),
    )


def _figures(spec: Genotype, note: str | None) -> tuple[Figure, ...]:
    shape = "×".join(map(str, spec.input.shape))
    found = [
        Figure("steps a sample", str(spec.timesteps)),
        Figure("input", shape, spec.input.encoding),
        Figure("classes", str(spec.head.classes)),
        Figure("cells", str(len(spec.cells)), note or ""),
    ]
    training = spec.training
    if training is not None:
        for label, accuracy in (("accuracy, fixed", training.accuracy_fixed), ("float", training.accuracy_float)):
            if accuracy is not None:
                found.append(Figure(label, f"{accuracy:.2%}", f"on {training.dataset or 'samples of its own'}"))
    if spec.search is not None:
        found.append(Figure("found by", spec.search.method, f"on {spec.search.dataset or 'samples of its own'}"))
    return tuple(found)


def _bits(cell: CellSpec) -> str:
    widths = sorted({cell.bits if edge.bits is None else edge.bits for node in cell.nodes for edge in node.inputs})
    return " ".join(map(str, widths))


def _ops(cell: CellSpec) -> Iterator[str]:
    """Each operation once, in the order of the edges."""
    return iter(dict.fromkeys(edge.op for node in cell.nodes for edge in node.inputs))

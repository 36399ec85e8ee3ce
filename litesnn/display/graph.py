"""A graph after some pass, as a person reads it: populations in reading order, and the blocks between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from litesnn.base.terminal import Terminal, styled

if TYPE_CHECKING:
    from litesnn.compiler.graph import Graph, SynapseBlock


def graph_document(graph: Graph) -> dict[str, Any]:
    """Populations, blocks and labels as plain values; what a pass has not yet decided is None."""
    return {
        "timesteps": graph.timesteps,
        "isolated": graph.isolated,
        "populations": [
            {
                "name": population.name,
                "kind": type(population).__name__,
                "shape": list(population.shape),
                "channels": len(population.channels),
                "genotype_channels": population.genotype_channels,
                "place": population.place,
                "arrival": population.arrival,
            }
            for population in graph.populations
        ],
        "blocks": [_block(block) for block in graph.blocks],
        "fidelity": [
            {"step": label.step, "place": label.place, "status": label.status, "detail": label.detail}
            for label in graph.labels
        ],
    }


def _block(block: SynapseBlock) -> dict[str, Any]:
    form = block.format
    return {
        "name": block.name,
        "source": block.source,
        "target": block.target,
        "geometry": type(block.geometry).__name__,
        "weights": int(block.geometry.nnz),
        "exponent": block.exponent,
        "delay": block.delay,
        "distance": block.distance,
        "bits": None if form is None else form.num_weight_bits,
        "sign": None if form is None else form.sign_mode,
    }


def show_graph(console: Terminal, after: str, graph: Graph) -> None:
    """Two tables: populations, and blocks."""
    document = graph_document(graph)
    populations = ("name", "kind", "shape", "genotype_channels", "arrival", "place")
    blocks = ("name", "source", "target", "geometry", "weights", "exponent", "bits", "sign", "delay", "distance")
    console.print(_table(f"after {after}: populations", document["populations"], populations))
    console.print(_table(f"after {after}: blocks", document["blocks"], blocks))


def _table(title: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Table:
    table = Table(title=styled(title), title_justify="left")
    for column in columns:
        table.add_column(column.replace("_", " "))
    for row in rows:
        table.add_row(*(styled(_cell(row[column])) for column in columns))
    return table


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return " x ".join(map(str, value)) if isinstance(value, list) else str(value)

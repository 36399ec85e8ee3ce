"""The card of a network that came from another tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.cards.card import Card, Figure, Rows

if TYPE_CHECKING:
    from litesnn.compiler.origin.source_file import SourceFile


def source_card(source: SourceFile) -> Card:
    """What of its file became which population."""
    rows = ((layer.name, layer.type, layer.population or "", layer.note) for layer in source.layers)
    graph = source.graph
    inside = (
        ()
        if graph is None
        else (Figure("populations", str(len(graph.populations))), Figure("steps", str(graph.timesteps)))
    )
    return Card(
        kind="SourceFile",
        title=source.name,
        detail=source.input_note,
        figures=(
            Figure("format", source.source_format),
            Figure("layers", f"{len(source.layers):,}"),
            *inside,
        ),
        tables=(Rows.of("layers", ("layer", "type", "population", "note"), rows, len(source.layers)),),
    )

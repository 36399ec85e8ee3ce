"""The card of a graph: its populations and how samples follow each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.cards.card import Card, Figure, Rows

if TYPE_CHECKING:
    from litesnn.compiler.graph.graph import Graph


def graph_card(graph: Graph) -> Card:
    """Of a graph, after whichever pass."""
    populations, blocks = graph.populations, graph.blocks
    rows = (
        (found.name, found.kind, "×".join(map(str, found.shape)), len(graph.into(found.name))) for found in populations
    )
    schedule = graph.schedule
    pace = (
        ()
        if schedule is None
        else (Figure("latency", f"{schedule.latency} steps", f"a sample every {schedule.period}"),)
    )
    return Card(
        kind="Graph",
        title=f"of {len(populations):,} populations",
        figures=(
            Figure("populations", f"{len(populations):,}"),
            Figure("blocks", f"{len(blocks):,}"),
            Figure("neurons", f"{sum(found.size for found in graph.membranes):,}"),
            Figure("steps a sample", str(graph.timesteps)),
            *pace,
        ),
        tables=(Rows.of("populations", ("name", "kind", "C×H×W", "blocks"), rows, len(populations)),),
    )

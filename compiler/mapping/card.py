"""The card of a mapping: cores, chips, what fills them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.cards.card import Card, Figure, Rows

if TYPE_CHECKING:
    from litesnn.compiler.mapping.model import Mapping


def mapping_card(mapping: Mapping) -> Card:
    """Of a mapping, with the cores in their order."""
    rows = (
        (
            number,
            core.chip,
            core.router,
            core.neurons,
            ", ".join(dict.fromkeys(part.population for part in core.slices)),
        )
        for number, core in enumerate(mapping.cores)
    )
    kept = mapping.placements.get("litesnn")
    traffic = () if kept is None else (Figure("packets times hops", f"{kept.hop_weighted:,.0f}", "a sample"),)
    return Card(
        kind="Mapping",
        title=f"on {mapping.profile}",
        figures=(
            Figure("cores", f"{len(mapping.cores):,}", f"at least {mapping.least_cores} needed"),
            Figure("chips", f"{mapping.chips:,}"),
            Figure("synapse words", f"{mapping.synapse_words:,}"),
            *traffic,
        ),
        tables=(Rows.of("cores", ("core", "chip", "router", "neurons", "holds"), rows, len(mapping.cores)),),
    )

"""The card of a structured pruning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.cards.card import Card, Figure, Rows

if TYPE_CHECKING:
    from litesnn.search.methods.structured.pruning import PruningResult


def pruning_card(result: PruningResult) -> Card:
    """Channels before and after, group by group, and what that saves."""
    record, groups = result.record, result.groups
    rows = ((", ".join(entry.group.populations[:3]), entry.before, entry.after) for entry in groups)
    before, after = record.model_size
    cores = [] if record.cores is None else [Figure("cores", str(record.cores[1]), f"{record.cores[0]} before")]
    return Card(
        kind="PruningResult",
        title=result.genotype.spec.name,
        detail=f"channels scored by {record.method}; not fine-tuned",
        figures=(
            Figure("channels", str(sum(entry.after for entry in groups)), f"{sum(e.before for e in groups)} before"),
            Figure("model size", f"{after:,.0f} bytes", f"{before:,.0f} before"),
            *cores,
        ),
        tables=(Rows.of("populations that share channels", ("first of them", "before", "after"), rows, len(groups)),),
    )

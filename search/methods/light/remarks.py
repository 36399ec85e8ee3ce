"""What has to be said of scores: how many of them tell nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from litesnn.search.methods.light.settings import CellSearchSettings


def score_remarks(rows: Sequence[Mapping[str, Any]], settings: CellSearchSettings) -> tuple[str, ...]:
    """A sentence where scores are -inf (`null` in rows): candidates that make the same spikes of two samples are not told apart."""
    scores = list(_scores(rows))
    without = sum(score is None for score in scores)
    if not without:
        return ()
    chosen = "the order of candidates decided alone" if without == len(scores) else "they count as the lowest"
    cause = (
        "with norm=init currents stay as small as fresh weights make them, and few neurons spike; norm=batch scales them"
        if settings.norm == "init"
        else "more channels or a smaller batch_size tell samples apart"
    )
    return (
        f"{without:,} of {len(scores):,} scores are -inf, for two samples of a batch made exactly the same spikes, and {chosen}: {cause}",
    )


def _scores(rows: Sequence[Mapping[str, Any]]) -> Iterator[float | None]:
    """Of every candidate, or of every removal that a round tried."""
    for row in rows:
        yield from (score for *_, score in row["scores"]) if "scores" in row else (row["score"],)

"""Structured pruning: channels of every population before and after, and what that made of size and cores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litesnn.compiler.report.numbers import count

Document = Mapping[str, Any]
ARROW = " → "


@dataclass(frozen=True)
class PruningView:
    """One entry per pruning in `methods`; rows are (population, channels before the first, after each), totals (what, from, to)."""

    methods: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    totals: tuple[tuple[str, str, str], ...]

    @property
    def summary(self) -> str:
        """All totals in one line."""
        return ", ".join(f"{what} {before}{ARROW}{after}" for what, before, after in self.totals)


def pruning_view(records: Sequence[Document]) -> PruningView:
    """The view of `PruningRecord` documents, the oldest first."""
    first, last = records[0], records[-1]
    totals = [
        ("channels", count(_channels(first, 0)), count(_channels(last, 1))),
        ("model size in bytes", count(round(first["model_size"][0])), count(round(last["model_size"][1]))),
    ]
    if first.get("cores") and last.get("cores") and first["profile"] == last["profile"]:
        what = f"estimated cores on {last['profile']}"
        totals.append((what, _cores(first["cores"][0]), _cores(last["cores"][1])))
    return PruningView(
        methods=tuple(record["method"] for record in records),
        rows=tuple(
            (name, ARROW.join(map(str, (before, *(record["channels"][name][1] for record in records)))))
            for name, (before, _) in first["channels"].items()
        ),
        totals=tuple(totals),
    )


def _channels(record: Document, which: int) -> int:
    return sum(counts[which] for counts in record["channels"].values())


def _cores(cores: int | None) -> str:
    return "none, it does not fit" if cores is None else count(cores)

"""A table of ratios, each with its target: on a terminal, and as a section of a Markdown page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

BEGIN, END = "<!-- results: written by benchmarks/speed.py -->", "<!-- end of results -->"
COLUMNS = ("row", "network", "ours", "other", "min", "median", "max", "target", "")


@dataclass(frozen=True)
class Row:
    """One ratio of a measurement.

    Attributes
    ----------
    name : what is compared with what
    network : and how much of it
    ours, other : medians with their units
    ratio : "min", "median" and "max" of all pairs
    target : what the median should be: at least that, or `at_most`; None where a row has none
    details : the measurement in full
    """

    name: str
    network: str
    ours: str
    other: str
    ratio: dict[str, float]
    target: float | None
    at_most: bool = False
    details: dict[str, Any] = field(default_factory=dict)

    def met(self) -> bool | None:
        """Whether the median reaches the target."""
        if self.target is None:
            return None
        return self.ratio["median"] <= self.target if self.at_most else self.ratio["median"] >= self.target

    def cells(self) -> tuple[str, ...]:
        """As text, in the order of the columns."""
        limit = "" if self.target is None else f"{'≤' if self.at_most else '≥'} {self.target:g}"
        verdict = {None: "", True: "met", False: "missed"}[self.met()]
        ratios = (f"{self.ratio[part]:.2f}" for part in ("min", "median", "max"))
        return (self.name, self.network, self.ours, self.other, *ratios, limit, verdict)


def to_text(rows: Sequence[Row]) -> str:
    """Columns as wide as they need to be."""
    lines = [COLUMNS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)


def to_document(rows: Sequence[Row], **run: Any) -> dict[str, Any]:
    """JSON-ready: how it was measured, and the rows."""
    return {**run, "rows": [asdict(row) for row in rows]}


def from_document(document: dict[str, Any]) -> list[Row]:
    """The rows of such a document."""
    return [Row(**row) for row in document["rows"]]


def results_section(document: dict[str, Any]) -> str:
    """Machine, command and table in Markdown."""
    machine = document["machine"]
    lines = [COLUMNS, ("---",) * len(COLUMNS), *(row.cells() for row in from_document(document))]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return (
        f"{machine['cpu']}, {machine['cores']} cores (load {machine['load']} at the start), {machine['system']}, Python {machine['python']}, "
        f"torch {document['torch']} with {document['threads']} threads, {document['date']}:\n\n"
        f"```bash\n{document['command']}\n```\n\n{table}"
    )


def around_results(page: str) -> tuple[str, str]:
    """What stands before and after the results section of a page.

    Raises
    ------
    ValueError
        If the page does not have each marker once, in order.
    """
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end) or BEGIN in rest or END in head + tail:
        raise ValueError(
            f"results belong between the lines '{BEGIN}' and '{END}', each once; write both where they shall stand"
        )
    return head, tail


def with_results(page: str, document: dict[str, Any]) -> str:
    """The page with a new results section between its two markers; errors as of `around_results`."""
    head, tail = around_results(page)
    return f"{head}{BEGIN}\n{results_section(document)}\n{END}{tail}"

"""The figures of a run as a Markdown table, which a terminal shows as well, and its failures as a list."""

from __future__ import annotations

from collections.abc import Sequence

from fuzz.tally import Tally

COLUMNS = ("reader", "inputs", "accepted", "refused", "tracebacks", "other failures", "longest, s", "most memory, MB")


def table(tallies: Sequence[Tally]) -> str:
    """A row per reader, and the sum."""
    rows = [COLUMNS, tuple("---:" if column else "---" for column in range(len(COLUMNS))), *map(_cells, tallies)]
    if len(tallies) > 1:
        rows.append(_total(tallies))
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    return "\n".join(
        "| " + " | ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    )


def failures(tallies: Sequence[Tally]) -> str:
    """What failed, most frequent first, a line each: reader, kind, place, what, how often."""
    found = [(tally.reader, failure) for tally in tallies for failure in tally.failures.values()]
    found.sort(key=lambda pair: (pair[0], -pair[1].count))
    return "\n".join(
        f"{reader}: {failure.outcome.kind} in {failure.outcome.phase} at {failure.outcome.place or '?'}: "
        f"{ascii(' '.join(failure.outcome.what.split())[:160])[1:-1]}  ({failure.count} of the inputs)"
        for reader, failure in found
    )


def _cells(tally: Tally) -> tuple[str, ...]:
    kinds = tally.kinds
    tracebacks = kinds["traceback"]
    return (
        tally.reader,
        f"{tally.inputs:,}",
        f"{kinds['accepted']:,}",
        f"{kinds['refused']:,}",
        f"{tracebacks:,}",
        f"{tally.failed - tracebacks:,}",
        f"{tally.seconds:.1f}",
        f"{tally.memory / 1e6:.0f}",
    )


def _total(tallies: Sequence[Tally]) -> tuple[str, ...]:
    together = Tally("all")
    for tally in tallies:
        together.kinds += tally.kinds
        together.seconds = max(together.seconds, tally.seconds)
        together.memory = max(together.memory, tally.memory)
    return _cells(together)


def _padded(cell: str, width: int) -> str:
    if cell.startswith("---"):
        return cell.replace("---", "-" * (width - cell.count(":")))
    return cell.ljust(width)

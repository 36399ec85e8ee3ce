"""Options of commands that are runs: how they are followed, and how long they take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, stdout_console

if TYPE_CHECKING:
    from litesnn.search.run.comparison import Comparison
    from litesnn.search.run.found import FoundRun

TensorboardOption = Annotated[
    bool,
    typer.Option(
        "--tensorboard", help="Write event files too; TensorBoard is an extra: pip install 'litesnn[tensorboard]'."
    ),
]
ExpectedOption = Annotated[
    bool,
    typer.Option(
        "--expected-time",
        help="Work for some seconds, say how long the whole takes on this machine, and write nothing.",
    ),
]

SeedsOption = Annotated[
    str | None,
    typer.Option(
        "--seeds", metavar="0,1,2|0-9", help="One run for each seed, each in a place of its own, and all side by side."
    ),
]
ResumeTrialsOption = Annotated[
    bool,
    typer.Option(
        "--resume", help="With --max-drop: do not measure again what an ended run has tried, as OUTPUT.trials has it."
    ),
]


@contextmanager
def expected_time_told(json_output: bool) -> Iterator[None]:
    """Say what a run with `--expected-time` has found, in place of its result."""
    from litesnn.search.run.following import ExpectedTime

    try:
        yield
    except ExpectedTime as found:
        if json_output:
            seconds = {"low": round(found.span.low, 1), "high": round(found.span.high, 1)}
            print_json({"expected_seconds": seconds, "for": found.units, "measured_on": found.seen})
        else:
            stdout_console().print(f"expected: {found}; nothing was written")


def show_runs(runs: Sequence[FoundRun], json_output: bool) -> None:
    """Several runs side by side."""
    from litesnn.search.run.comparison import Comparison

    show_comparison(Comparison.of(runs), json_output)


def show_comparison(comparison: Comparison, json_output: bool) -> None:
    """Runs side by side, as a table and in words, or as JSON."""
    if json_output:
        print_json(comparison.document())
        return
    from litesnn.display.runs import comparison_notes, comparison_table

    console = stdout_console()
    console.print(comparison_table(comparison))
    for line in comparison_notes(comparison):
        console.print(assembled(line))

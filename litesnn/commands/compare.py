"""`litesnn compare RUN...`: searches and trainings side by side, as a table, a page, JSON or CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from litesnn.base.terminal import assembled
from litesnn.commands.consoles import stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import JsonOption
from litesnn.commands.places import output_places
from litesnn.commands.run_options import show_comparison

SUFFIXES = (".html", ".csv", ".json")


def compare_command(
    runs: Annotated[
        list[Path],
        typer.Argument(
            help="Folders of searches, trained genotypes (.json), or folders that hold several, as a sweep's."
        ),
    ],
    outputs: Annotated[
        list[Path] | None,
        typer.Option(
            "--output", "-o", help="Also write a page (.html), a table (.csv) or all of it (.json); repeat it for more."
        ),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Put runs side by side: what came of each, the settings that differ, their time, and of several seeds mean and spread.

    Runs that are under way can be compared too.
    """
    with errors_to_exit():
        from litesnn.base.output import write_atomically
        from litesnn.base.output_kinds import COMPARISON, COMPARISON_TABLE, PAGE
        from litesnn.search.run.comparison import Comparison
        from litesnn.search.run.found import find_runs

        places = output_places(outputs or [], dict(zip(SUFFIXES, (PAGE, COMPARISON_TABLE, COMPARISON), strict=True)))
        comparison = Comparison.of([found for run in runs for found in find_runs(run)])
        if ".html" in places:
            from litesnn.display.run_page import render_comparison

            write_atomically(places[".html"], render_comparison(comparison).encode(), PAGE)
        if ".csv" in places:
            write_atomically(places[".csv"], comparison.csv().encode(), COMPARISON_TABLE)
        if ".json" in places:
            write_atomically(places[".json"], comparison.content(), COMPARISON)
        show_comparison(comparison, json_output)
        for place in () if json_output else places.values():
            stdout_console().print(assembled("written to ", (str(place), "bold")))

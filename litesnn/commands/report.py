"""`litesnn report PROGRAM|RUN -o FILE.html`: the report of a program, or of a search or training, as one page that opens offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import JsonOption


def report_command(
    program: Annotated[
        Path,
        typer.Argument(
            metavar="PROGRAM|RUN",
            help="A program directory; or the folder of a search, or a genotype that was trained, for the page of the run.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write, .html; NAME-PROFILE.html or NAME-run.html if left out."),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Write a program's report as one HTML file: floorplan, limits, populations, traffic, pipeline, verification, costs.

    It holds everything it needs and loads nothing. The same page stands in the program as report.html. Of a run: curves, time,
    machine, data, settings and what came of it, also while it is under way.
    """
    with errors_to_exit():
        from litesnn.base.output import check_file, write_atomically
        from litesnn.base.output_kinds import PAGE
        from litesnn.compiler.program import Program
        from litesnn.compiler.report import render_html
        from litesnn.search.run.files import is_run

        if output is not None:
            check_file(output, PAGE)
        if is_run(program):
            target, page = _run_page(program, output)
        else:
            report = Program.load(program).report
            target = output or Path(f"{report.name}-{report.profile}.html")
            page = render_html(report).encode()
        write_atomically(target, page, PAGE)
        if json_output:
            print_json({"output": str(target), "bytes": len(page)})
        else:
            stdout_console().print(assembled("report written to ", (str(target), "bold")))


def _run_page(path: Path, output: Path | None) -> tuple[Path, bytes]:
    from litesnn.base.errors import RunError
    from litesnn.display.run_page import render_run
    from litesnn.search.run.found import find_runs

    runs = find_runs(path)
    if len(runs) > 1:
        raise RunError(f"{path}: found {len(runs)} runs; allowed: one of them, or litesnn compare {path} for all")
    return output or Path(f"{runs[0].name}-run.html"), render_run(runs[0]).encode()

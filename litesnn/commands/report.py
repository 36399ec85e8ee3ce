"""`litesnn report PROGRAM -o FILE.html`: the report of a program as one page that opens offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import JsonOption


def report_command(
    program: Annotated[Path, typer.Argument(help="A program directory.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write, .html; NAME-PROFILE.html if left out.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Write a program's report as one HTML file: floorplan, limits, populations, traffic, pipeline, verification, costs.

    It holds everything it needs and loads nothing. The same page stands in the program as report.html.
    """
    with errors_to_exit():
        from litesnn.base.output import check_file, write_atomically
        from litesnn.base.output_kinds import PAGE
        from litesnn.compiler.program import Program
        from litesnn.compiler.report import render_html

        if output is not None:
            check_file(output, PAGE)
        report = Program.load(program).report
        target = output or Path(f"{report.name}-{report.profile}.html")
        page = render_html(report).encode()
        write_atomically(target, page, PAGE)
        if json_output:
            print_json({"output": str(target), "bytes": len(page)})
        else:
            stdout_console().print(assembled("report written to ", (str(target), "bold")))

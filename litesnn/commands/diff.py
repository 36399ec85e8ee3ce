"""`litesnn diff A B`: what differs between two genotypes or two programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import FINDINGS, errors_to_exit
from litesnn.commands.options import JsonOption
from litesnn.commands.short import short


def diff_command(
    first: Annotated[Path, typer.Argument(metavar="A", help="A genotype (.json) or a program directory.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another one.")],
    json_output: JsonOption = False,
) -> None:
    """Show what differs, by place: fields, tensors, populations, blocks, formats, delays, cores, costs.

    A genotype and a program are compared by what the program comes from. Exit code 0: equal, 1: different.
    """
    with short(), errors_to_exit():
        from litesnn.display.diff import show_differences
        from litesnn.jobs.diff import diff

        differences = diff(first, second)
        if json_output:
            print_json({"first": str(first), "second": str(second), **differences.document()})
        else:
            show_differences(stdout_console(), differences, str(first), str(second))
        if not differences.equal:
            raise typer.Exit(FINDINGS)

"""`litesnn diff A B`: what differs between two genotypes or two programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import FINDINGS, errors_to_exit
from litesnn.commands.options import JsonOption
from litesnn.commands.short import short

if TYPE_CHECKING:
    from litesnn.compiler.compare import Differences
    from litesnn.compiler.origin import Origin


def diff_command(
    first: Annotated[Path, typer.Argument(metavar="A", help="A genotype (.json) or a program directory.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another one.")],
    json_output: JsonOption = False,
) -> None:
    """Show what differs, by place: fields, tensors, populations, blocks, formats, delays, cores, costs.

    A genotype and a program are compared by what the program comes from. Exit code 0: equal, 1: different.
    """
    with short(), errors_to_exit():
        from litesnn.compiler.program import is_program
        from litesnn.display.diff import show_differences

        compare = _of_programs if is_program(first) and is_program(second) else _of_origins
        differences = compare(first, second)
        if json_output:
            print_json({"first": str(first), "second": str(second), **differences.document()})
        else:
            show_differences(stdout_console(), differences, str(first), str(second))
        if not differences.equal:
            raise typer.Exit(FINDINGS)


def _of_programs(first: Path, second: Path) -> Differences:
    from litesnn.compiler.compare import compare_programs
    from litesnn.compiler.program import Program

    return compare_programs(Program.load(first), Program.load(second))


def _of_origins(first: Path, second: Path) -> Differences:
    from litesnn.compiler.compare import compare_origins

    return compare_origins(_origin(first), _origin(second))


def _origin(path: Path) -> Origin:
    """What a program comes from, or a genotype itself."""
    from litesnn.compiler.program import is_program

    if is_program(path):
        from litesnn.compiler.program import Program

        return Program.load(path).origin
    from litesnn.compiler.genotype import load_genotype
    from litesnn.compiler.origin import GenotypeOrigin

    return GenotypeOrigin(load_genotype(path))

"""`litesnn info FILE`: what a genotype or program holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import JsonOption
from litesnn.commands.short import short


def info_command(
    path: Annotated[Path, typer.Argument(help="A genotype (.json) or a program directory.")],
    json_output: JsonOption = False,
) -> None:
    """Show a genotype (wiring, bits, pruning, training record) or a program (its report)."""
    with short(), errors_to_exit():
        from litesnn.compiler.program import is_program

        console = stdout_console()
        if is_program(path):
            from litesnn.compiler.program import Program
            from litesnn.compiler.report.panels.certificate import CertificatePanel
            from litesnn.display.report import show_panel, show_report

            program = Program.load(path)
            if json_output:
                print_json({**program.report.plain(), "format": "litesnn.program", "command": program.command})
            else:
                show_report(console, program.report)
                show_panel(console, CertificatePanel.of(program.report))
                console.print(f"made by: {program.command}", style="dim")
            return
        from litesnn.compiler.genotype import load_genotype
        from litesnn.display.genotype import genotype_document, show_genotype

        document = genotype_document(load_genotype(path))
        if json_output:
            print_json(document)
        else:
            show_genotype(console, document)

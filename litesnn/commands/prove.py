"""`litesnn prove PROGRAM`: equal to PyTorch for every input, by a certificate."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer

from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import FINDINGS, errors_to_exit
from litesnn.commands.options import JsonOption


def prove_command(
    program: Annotated[Path, typer.Argument(help="A program directory.")],
    witness: Annotated[
        Path | None,
        typer.Option(
            "--witness",
            help="Where a range is open: write an input that leaves a register here, if one is found (.npy).",
        ),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Prove, without a sample, that a program gives PyTorch's spikes and readout for every input.

    A small checker reads the wiring from genotype.json and the program's files by itself, and holds them against the integers that
    PyTorch folds: PROVED; NOT PROVED, where a register may be left or something is not known; REFUTED, where anything differs, with
    its place. Exit code 0: PROVED; 1: not.
    """
    with errors_to_exit():
        import numpy as np

        from litesnn.base.output import write_atomically
        from litesnn.compiler.report.panels.proof import ProofPanel
        from litesnn.display.report import show_panel
        from litesnn.jobs.prove import prove

        proved = prove(program)
        found = proved.section
        if witness is not None and proved.witnesses:
            buffer = BytesIO()
            np.save(buffer, proved.witnesses[0][None])
            write_atomically(witness, buffer.getvalue())
        if json_output:
            print_json(found.plain())
        else:
            console = stdout_console()
            show_panel(console, ProofPanel(found))
            console.print(f"trusted: {'; '.join(found.trusted)}")
        if found.word != "PROVED":
            raise typer.Exit(FINDINGS)

"""`litesnn export PROGRAM --to sanafe -o DIR`: a program for another tool."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from litesnn.commands.common import (
    DataDirOption,
    InputOption,
    JsonOption,
    SeedOption,
    errors_to_exit,
    print_json,
    stdout_console,
)


def export_command(
    program: Annotated[Path, typer.Argument(help="A program directory.")],
    to: Annotated[str, typer.Option(help="Format: sanafe.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write.")],
    input_path: InputOption = None,
    sample: Annotated[
        int, typer.Option(min=0, help="Which sample of the input is exported, where the format holds one.")
    ] = 0,
    data_dir: DataDirOption = None,
    seed: SeedOption = 0,
    json_output: JsonOption = False,
) -> None:
    """Write a program for another tool; what that tool computes differently is said in the files and here."""
    with errors_to_exit():
        from litesnn.compiler.program import Program
        from litesnn.errors import DataError
        from litesnn.exporters import exporter
        from litesnn.output import write_atomically
        from litesnn.samples import verification_samples

        export = exporter(to)
        loaded = Program.load(program)
        samples = verification_samples(loaded.genotype.spec, input_path=input_path, data_dir=data_dir, seed=seed)
        if sample >= len(samples.inputs):
            raise DataError(f"--sample: found {sample}; allowed: 0..{len(samples.inputs) - 1}")
        exported = export(loaded, samples.inputs[sample], f"number {sample} of {samples.origin.partition(':')[0]}")
        for name, content in exported.files.items():
            write_atomically(output / name, content)
        written = [str(output / name) for name in exported.files]
        if json_output:
            print_json({"to": to, "files": written, "notes": list(exported.notes)})
            return
        console = stdout_console()
        console.print(f"written: {', '.join(written)}", markup=False)
        for note in exported.notes:
            console.print(f"- {note}", markup=False)

"""`litesnn export PROGRAM --to nir|sanafe -o PATH`: a program for another tool."""

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
    to: Annotated[str, typer.Option(help="Format: nir, sanafe.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write, or a folder for formats of several files.")
    ],
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
        from litesnn.exporters import KINDS, WITH_SAMPLE, export_places, exporter
        from litesnn.output import check_file, write_atomically
        from litesnn.program_inputs import program_samples

        export = exporter(to)
        loaded = Program.load(program)
        places = export_places(to, loaded.name, output)
        for place in places.values():
            check_file(place, KINDS[to])
        if to in WITH_SAMPLE:
            samples = program_samples(loaded, input_path=input_path, data_dir=data_dir, seed=seed)
            if sample >= len(samples.inputs):
                raise DataError(f"--sample: found {sample}; allowed: 0..{len(samples.inputs) - 1}")
            origin = f"number {sample} of {samples.origin.partition(':')[0]}"
            exported = export(loaded, samples.inputs[sample], origin)
        else:
            exported = export(loaded)
        for name, content in exported.files.items():
            write_atomically(places[name], content, KINDS[to])
        written = [str(place) for place in places.values()]
        if json_output:
            print_json({"to": to, "files": written, "notes": list(exported.notes)})
            return
        console = stdout_console()
        console.print(f"written: {', '.join(written)}")
        for note in exported.notes:
            console.print(f"- {note}")

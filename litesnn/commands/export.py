"""`litesnn export PROGRAM --to nir|sanafe|image|verilog|genotype -o PATH`: a program for another tool or chip."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import DataDirOption, DatasetOption, InputOption, JsonOption, SeedOption


def export_command(
    program: Annotated[Path, typer.Argument(help="A program directory.")],
    to: Annotated[
        str,
        typer.Option(
            help="Format: nir, sanafe, image: what every core holds, for a loader of your own chip, verilog: cores that run it, "
            "or genotype: its weights as the chip holds them, which compress well."
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write, or a folder for formats of several files.")
    ],
    synthesize: Annotated[
        bool,
        typer.Option(
            "--synthesize",
            help="With --to verilog: run Yosys, and write what the chip takes of an FPGA to synthesis.json.",
        ),
    ] = False,
    input_path: InputOption = None,
    sample: Annotated[
        int, typer.Option(min=0, help="Which sample of the input is exported, where the format holds one.")
    ] = 0,
    dataset: DatasetOption = None,
    data_dir: DataDirOption = None,
    seed: SeedOption = 0,
    json_output: JsonOption = False,
) -> None:
    """Write a program for another tool or chip; what that computes differently is said in the files and here."""
    with errors_to_exit():
        from litesnn.jobs.export import export
        from litesnn.jobs.samples import SampleChoice

        choice = SampleChoice(input_path, None, data_dir, seed, dataset=dataset)
        exported = export(program, to, output, choice, sample=sample, synthesize=synthesize)
        written = [str(place) for place in exported.files]
        if json_output:
            print_json({"to": to, "files": written, "notes": list(exported.notes)})
            return
        console = stdout_console()
        console.print(f"written: {', '.join(written)}")
        for note in exported.notes:
            console.print(f"- {note}")

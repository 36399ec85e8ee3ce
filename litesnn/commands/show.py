"""`litesnn show PROGRAM --sample N`: one sample through the network, step by step, as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from litesnn.base.bars import EngineProgress
from litesnn.base.errors import DataError
from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import FINDINGS, errors_to_exit
from litesnn.commands.options import (
    DataDirOption,
    DatasetOption,
    DeviceOption,
    JsonOption,
    LabelsOption,
    LavaTimeoutOption,
    ModelsOption,
    SeedOption,
)
from litesnn.runtime.lava import LAVA_TIMEOUT


def show_command(
    program: Annotated[Path, typer.Argument(help="A program directory.")],
    sample: Annotated[
        int | None,
        typer.Option(min=0, help="Which sample, from 0 on; left out: the first, or where --against first parts."),
    ] = None,
    neurons: Annotated[
        list[str] | None,
        typer.Option(
            "--neuron",
            metavar="POPULATION:C,Y,X",
            help="Neuron to trace: channel, row, column; POPULATION alone is its liveliest one. Repeat it for more. Left out: "
            "where engines part, or the liveliest one.",
        ),
    ] = None,
    engines: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Engines to compare, of exact, pytorch, lava; exact always runs. Left out: with PyTorch where there is a genotype.",
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            help="Compare this trace too: a folder with trace.json, or a conformance pack. Its samples are shown."
        ),
    ] = None,
    input_path: Annotated[
        Path | None,
        typer.Option("--input", help="Samples: .npy, (N,C,H,W) or spikes (N,T,C,H,W); the data set's if left out."),
    ] = None,
    labels_path: LabelsOption = None,
    raw: Annotated[
        bool,
        typer.Option(
            "--raw", help="--input is as recorded (grey values 0..255, say): normalize and quantize it first."
        ),
    ] = False,
    dataset: DatasetOption = None,
    data_dir: DataDirOption = None,
    seed: SeedOption = 0,
    models: ModelsOption = "stock",
    lava_timeout: LavaTimeoutOption = LAVA_TIMEOUT,
    device: DeviceOption = "cpu",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write, .html; NAME-sampleN.html if left out.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Write one page about one sample: its spikes through the populations, membranes against thresholds, where engines part.

    The page holds everything it needs and loads nothing; of large networks rows stand for groups of neurons, so that it stays small.
    Exit code 1 if engines differ.
    """
    with errors_to_exit():
        from litesnn.base.output import check_file, write_atomically
        from litesnn.base.output_kinds import PAGE
        from litesnn.compiler.program import Program
        from litesnn.compiler.report.panels.verification import VerificationPanel
        from litesnn.display.report import show_panel
        from litesnn.display.trace_page.against import against_lines
        from litesnn.display.trace_page.page import render_trace
        from litesnn.jobs.samples import SampleChoice
        from litesnn.jobs.show.show import View, show

        loaded = Program.load(program)
        if against is not None and (input_path or labels_path or data_dir or dataset or raw):
            raise DataError(
                "--input, --labels, --raw, --dataset, --data-dir: found with --against; the trace says which inputs it is of"
            )
        named = "against" if against is not None and sample is None else f"sample{sample or 0}"
        target = output or Path(f"{loaded.name}-{named}.html")
        check_file(target, PAGE)
        view = View(
            sample=sample,
            neurons=tuple(neurons or ()),
            engines=None if engines is None else tuple(name.strip() for name in engines.split(",")),
            against=against,
            raw=raw,
            lava_models=models,
            lava_timeout=lava_timeout,
            device=device,
        )
        with EngineProgress() as progress:
            trace = show(loaded, SampleChoice(input_path, labels_path, data_dir, seed, dataset=dataset), view, progress)
        page = render_trace(trace).encode()
        write_atomically(target, page, PAGE)
        if json_output:
            print_json({"output": str(target), "bytes": len(page), **trace.plain()})
        else:
            order = [entry.population for entry in trace.populations]
            show_panel(stdout_console(), VerificationPanel.of_verification(trace.verification, order))
            for line in against_lines(trace.against):
                stdout_console().print(line)
            stdout_console().print(assembled("page written to ", (str(target), "bold")))
        if trace.differs:
            raise typer.Exit(FINDINGS)

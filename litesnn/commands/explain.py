"""`litesnn explain PROGRAM`: where accuracy went between the floating-point network and the chip."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import DataDirOption, DatasetOption, JsonOption, LabelsOption, SeedOption

SAMPLES = 512


def explain_command(
    program: Annotated[Path, typer.Argument(help="A program directory.")],
    input_path: Annotated[
        Path | None,
        typer.Option("--input", help="Samples: .npy, (N,C,H,W) or spikes (N,T,C,H,W); the data set's if left out."),
    ] = None,
    labels_path: LabelsOption = None,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="Samples before they are rounded: raw images, or real values in the file's unit."),
    ] = False,
    samples: Annotated[int, typer.Option(min=1, help="Take the first so many samples.")] = SAMPLES,
    no_trials: Annotated[bool, typer.Option("--no-trials", help="Do not try what would win accuracy back.")] = False,
    dataset: DatasetOption = None,
    data_dir: DataDirOption = None,
    seed: SeedOption = 0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Also write the report page with the waterfall in it, .html.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Say where accuracy went: from the floating-point network to the chip, one change at a time, alone and in sequence.

    Each row is a run with this change (weights to integers, decays, thresholds and biases, reset, input, registers); the first is the
    floating-point network's own, the last the program's, spike for spike. Then changes that may win something back are compiled and
    run. Without labels, agreement with the floating-point network's class stands for accuracy.
    """
    with errors_to_exit():
        from litesnn.base.output import check_file
        from litesnn.base.output_kinds import PAGE
        from litesnn.compiler.report.panels.explanation import ExplanationPanel
        from litesnn.display.report import show_panel
        from litesnn.jobs.explain.explain import explain
        from litesnn.jobs.samples import SampleChoice

        if output is not None:
            check_file(output, PAGE)
        choice = SampleChoice(input_path, labels_path, data_dir, seed, dataset=dataset)
        found = explain(program, choice, raw=raw, count=samples, trials=not no_trials)
        if output is not None:
            found.save(output)
        if json_output:
            written = {} if output is None else {"output": str(output)}
            print_json({"name": found.program.name, **found.section.plain(), **written})
            return
        show_panel(stdout_console(), ExplanationPanel(found.section))
        if output is not None:
            stdout_console().print(assembled("report written to ", (str(output), "bold")))

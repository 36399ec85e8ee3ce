"""`litesnn quantize GENOTYPE`: fewer weight bits for a trained genotype, edge by edge, as far as a drop of accuracy allows."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import (
    DataDirOption,
    DatasetOption,
    JsonOption,
    LabelsOption,
    ProfileOption,
    SetOption,
    chosen_profile,
)
from litesnn.commands.run_options import ResumeTrialsOption
from litesnn.commands.settings_options import NONE_GIVEN, Options, settings_options
from litesnn.compiler.need import Need


@settings_options(given=Options(Need, Need()))
def quantize_command(
    genotype: Annotated[Path, typer.Argument(help="A trained genotype, .json.")],
    given: Mapping[str, Any] = NONE_GIVEN,
    profile: ProfileOption = "loihi2",
    settings: SetOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Genotype to write; NAME-quantized.json if left out.")
    ] = None,
    input_path: Annotated[
        Path | None,
        typer.Option("--input", help="Measure on these integers instead: .npy, (N,C,H,W) or spikes (N,T,C,H,W)."),
    ] = None,
    labels_path: LabelsOption = None,
    dataset: DatasetOption = None,
    data_dir: DataDirOption = None,
    resume: ResumeTrialsOption = False,
    json_output: JsonOption = False,
) -> None:
    """Give every edge of a trained genotype the bits that it needs: the least memory, as encoded, within --max-drop.

    Each edge is tried alone at every width, then bits are lowered together, measured on one half of the samples; the other half, which
    had no part in the choice, says what was lost. Samples are those held out of the genotype's data set, or --input and --labels.
    Nothing is trained: fine-tune with `litesnn train OUTPUT`, or compile.
    """
    with errors_to_exit():
        from litesnn.base.output import check_file
        from litesnn.base.output_kinds import TRIALS
        from litesnn.compiler.genotype import check_genotype_output, save_genotype
        from litesnn.display.by_need import show_lowered
        from litesnn.jobs.by_need.trials import trials_file
        from litesnn.jobs.quantize import quantize
        from litesnn.jobs.samples import SampleChoice

        target = output or Path(f"{genotype.stem}-quantized.json")
        check_genotype_output(target)
        check_file(trials_file(target), TRIALS)
        chip = chosen_profile(profile, settings)
        result = quantize(
            genotype,
            Need(**given),
            SampleChoice(input_path, labels_path, data_dir, dataset=dataset),
            profile=chip,
            trials=trials_file(target),
            resume=resume,
        )
        save_genotype(result.genotype.spec, result.genotype.trained, target)
        if json_output:
            print_json({"output": str(target), **result.record.model_dump(mode="json")})
            return
        console = stdout_console()
        show_lowered(console, result.record.bits, result.record.need)
        onwards = f"; compile it with: litesnn compile {shlex.quote(str(target))} --profile {chip.name}"
        console.print(assembled("written to ", (str(target), "bold"), onwards))

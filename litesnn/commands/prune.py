"""`litesnn prune GENOTYPE`: remove whole channels, by score, with everything that reads them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from litesnn.base.errors import PruningError
from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import JsonOption, LabelsOption, SetOption, chosen_profile
from litesnn.commands.run_options import ResumeTrialsOption
from litesnn.commands.settings_options import NONE_GIVEN, Options, settings_options
from litesnn.compiler.need import Need
from litesnn.search.methods.structured.settings import Scoring


@settings_options(given=Options(Scoring, Scoring()), need=Options(Need))
def prune_command(
    genotype: Annotated[Path, typer.Argument(help="A trained genotype, .json.")],
    given: Mapping[str, Any] = NONE_GIVEN,
    need: Mapping[str, Any] = NONE_GIVEN,
    rates: Annotated[
        str | None,
        typer.Option(
            help="Fraction of channels that goes: 0.5, or *=0.5,stem=0.1 (the last match counts), or a preset."
        ),
    ] = None,
    target_size: Annotated[
        str | None,
        typer.Option(help="Choose the rates that --rates leaves open for this model size: 20000, 20KB, 1.6MB, 16KiB."),
    ] = None,
    target_cores: Annotated[
        int | None, typer.Option(min=1, help="Choose them for this many cores, as estimated on --profile.")
    ] = None,
    max_cores: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Choose a rate for each group for this many cores of --profile: who holds most of what binds goes first.",
        ),
    ] = None,
    max_memory: Annotated[
        str | None,
        typer.Option(
            help="The same for this much synapse memory over all cores, as encoded on --profile: 400KiB, ...",
            metavar="SIZE",
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="Count cores before and after on this chip: a name or a .toml file.")
    ] = None,
    settings: SetOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Genotype to write; NAME-pruned.json if left out.")
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            help="Training samples of this data set, or of your own data, are scored; left out: the genotype's own."
        ),
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Folder with the data set's files (digits needs none).")] = None,
    input_path: Annotated[
        Path | None, typer.Option("--input", help="Score on these integers instead: .npy, (N,C,H,W) or (N,T,C,H,W).")
    ] = None,
    labels_path: LabelsOption = None,
    samples: Annotated[int, typer.Option(min=1, help="Samples to score on, drawn with --seed.")] = 640,
    inherit: Annotated[
        Literal["all", "weights"],
        typer.Option(help="all: only channels go. weights: normalization and readout begin anew (QP-SNN)."),
    ] = "all",
    recalibrate: Annotated[
        int,
        typer.Option(
            min=0,
            help="Measure the normalization of what is left on so many samples: far more accurate before it is fine-tuned; 0: inherited.",
        ),
    ] = 0,
    resume: ResumeTrialsOption = False,
    json_output: JsonOption = False,
) -> None:
    """Remove the lowest-scored channels of a trained genotype; what is left computes the same spikes, in fewer cores.

    Channels that meet at one membrane go together. Fine-tune with `litesnn train OUTPUT`, then compile.
    """
    with errors_to_exit():
        from litesnn.base.output import check_file
        from litesnn.base.output_kinds import TRIALS
        from litesnn.compiler.genotype import check_genotype_output, save_genotype
        from litesnn.display.pruning import pruning_document, pruning_table
        from litesnn.jobs.by_need.trials import trials_file
        from litesnn.jobs.prune import WITHOUT_NEED, prune
        from litesnn.jobs.samples import SampleChoice

        measured = "max_drop" in need
        if need and not measured:
            raise PruningError(WITHOUT_NEED)
        target = output or Path(f"{genotype.stem}-pruned.json")
        check_genotype_output(target)
        check_file(trials_file(target), TRIALS)
        result = prune(
            genotype,
            rates,
            SampleChoice(input_path, labels_path, data_dir, dataset=dataset),
            scoring=Scoring(**given),
            target_size=target_size,
            target_cores=target_cores,
            max_cores=max_cores,
            max_memory=max_memory,
            need=Need(**need) if measured else None,
            profile=None if profile is None else chosen_profile(profile, settings),
            count=samples,
            inherit=inherit,
            recalibrate=recalibrate,
            trials=trials_file(target),
            resume=resume,
        )
        save_genotype(result.genotype.spec, result.genotype.trained, target)
        if json_output:
            print_json(pruning_document(result, target))
        else:
            console = stdout_console()
            console.print(pruning_table(result))
            onwards = f"; fine-tune it with: litesnn train {shlex.quote(str(target))} --dataset NAME"
            console.print(assembled("written to ", (str(target), "bold"), onwards))

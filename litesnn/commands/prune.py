"""`litesnn prune GENOTYPE`: remove whole channels, by score, with everything that reads them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from litesnn.base.bars import EngineProgress, StepProgress
from litesnn.base.errors import PruningError
from litesnn.base.settings.sizes import ALLOWED, bytes_of
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
    resume: ResumeTrialsOption = False,
    json_output: JsonOption = False,
) -> None:
    """Remove the lowest-scored channels of a trained genotype; what is left computes the same spikes, in fewer cores.

    Channels that meet at one membrane go together. Fine-tune with `litesnn train OUTPUT`, then compile.
    """
    with errors_to_exit():
        from litesnn.base.output import check_file
        from litesnn.base.output_kinds import TRIALS
        from litesnn.compiler.genotype import check_genotype_output, load_genotype, save_genotype
        from litesnn.display.pruning import pruning_document, pruning_table
        from litesnn.jobs.by_need.channels import RatesByNeed
        from litesnn.jobs.by_need.halves import halved, measuring_samples
        from litesnn.jobs.by_need.trials import trials_file
        from litesnn.jobs.samples import SampleChoice
        from litesnn.jobs.scoring_samples import scoring_samples
        from litesnn.search.methods.structured import Goals, parse_rates, prune

        scoring = Scoring(**given)
        by_need = Need(**need) if "max_drop" in need else None
        if by_need is None and all(each is None for each in (rates, target_size, target_cores, max_cores, max_memory)):
            raise PruningError(
                "nothing says how much goes; give --rates, --target-size, --target-cores, --max-cores, --max-memory or --max-drop"
            )
        if by_need is None and (need or labels_path is not None or resume):
            raise PruningError(
                "--max-time, --labels and --resume: found without --max-drop; allowed with it, where rates are measured"
            )
        target = output or Path(f"{genotype.stem}-pruned.json")
        check_genotype_output(target)
        check_file(trials_file(target), TRIALS)
        patterns = () if rates is None else parse_rates(rates)
        goals = Goals(
            None if target_size is None else parse_size(target_size),
            target_cores,
            max_cores,
            None if max_memory is None else int(parse_size(max_memory, "--max-memory")),
        )
        chip = None if profile is None else chosen_profile(profile, settings)
        loaded = load_genotype(genotype)
        choose, chosen = None, None
        with EngineProgress() as progress, StepProgress("rates by need") as step:
            if by_need is not None:
                if chip is None:
                    raise PruningError(
                        "--max-drop: needs a chip to count memory on; add --profile, e.g. --profile loihi2"
                    )
                measured = SampleChoice(input_path, labels_path, data_dir, dataset=dataset)
                choose = RatesByNeed(
                    by_need,
                    chip,
                    halved(measuring_samples(loaded.spec, measured)),
                    step=step,
                    kept=trials_file(target),
                    resume=resume,
                )
            if scoring.needs_samples:
                among = choose.halves.chosen_on if choose is not None and input_path is not None else None
                chosen = scoring_samples(loaded.spec, dataset, data_dir, input_path, samples, scoring.seed, among)
            result = prune(
                loaded,
                scoring,
                patterns,
                None if chosen is None else chosen.inputs,
                goals=goals,
                choose=choose,
                profile=chip,
                inherit=inherit,
                dataset=None if chosen is None else chosen.origin,
                progress=lambda done, total: progress("scoring", done, total),
            )
        save_genotype(result.genotype.spec, result.genotype.trained, target)
        if json_output:
            print_json(pruning_document(result, target))
        else:
            console = stdout_console()
            console.print(pruning_table(result))
            onwards = f"; fine-tune it with: litesnn train {shlex.quote(str(target))} --dataset NAME"
            console.print(assembled("written to ", (str(target), "bold"), onwards))


def parse_size(text: str, option: str = "--target-size") -> float:
    """Bytes of `20000`, `20KB`, `1.6 MB`, `16KiB`.

    Raises
    ------
    PruningError
        For anything else.
    """
    size = bytes_of(text)
    if size is None:
        raise PruningError(f"{option}: found '{text}'; allowed: {ALLOWED}")
    return size

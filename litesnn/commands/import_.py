"""`litesnn import FILE -o DIR`: a network from elsewhere, as a program (.net, .nir) or as a genotype (published arrays)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from litesnn.base.bars import StepProgress
from litesnn.base.errors import NeedError
from litesnn.base.settings.words import from_options
from litesnn.commands.consoles import stdout_console
from litesnn.commands.deliver import (
    Job,
    ListPassesOption,
    Passes,
    PrintAfterOption,
    StopAfterOption,
    deliver,
    sample_choice,
)
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.import_options import given_options, importables, kind_of, with_format_options
from litesnn.commands.options import (
    InputOption,
    JsonOption,
    LabelsOption,
    LavaSamplesOption,
    LavaTimeoutOption,
    ModelsOption,
    NoLavaOption,
    PlacementOption,
    ProfileOption,
    RulesOption,
    SeedOption,
    SetOption,
    SignOption,
    chosen_profile,
)
from litesnn.runtime.lava import LAVA_TIMEOUT


@with_format_options
def import_command(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="; ".join(f"{kind.title} ({', '.join(kind.suffixes)})" for kind in importables()) + ".",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder to write; if left out, NAME-PROFILE, of arrays NAME."),
    ] = None,
    seed: SeedOption = 0,
    json_output: JsonOption = False,
    profile: ProfileOption = "loihi2",
    given_figures: SetOption = None,
    rules: RulesOption = None,
    sign: SignOption = "auto",
    placement: PlacementOption = "balanced",
    samples: LavaSamplesOption = 2,
    no_lava: NoLavaOption = False,
    models: ModelsOption = "stock",
    lava_timeout: LavaTimeoutOption = LAVA_TIMEOUT,
    input_path: InputOption = None,
    labels_path: LabelsOption = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="With --bits auto: do not measure again what an ended run has tried, as OUTPUT.trials has it.",
        ),
    ] = False,
    list_passes: ListPassesOption = False,
    print_after: PrintAfterOption = None,
    stop_after: StopAfterOption = None,
    **options: Any,
) -> None:
    """Import a network from elsewhere.

    A file of another tool becomes a program: quantized where it is not in integers, scheduled, checked, mapped, simulated, compared with
    Lava. Published arrays become a genotype; what the file does not hold comes from options with the papers' defaults, and without
    --weights it gets random ones, so that it compiles and can be costed.

    Exit code 0: fits, and all engines agree; with --samples 0 or --no-lava no engines are compared, which is said.
    1: a rule is broken (nothing is written) or messages differ (the program is written for inspection). 2: wrong usage, input or file.
    """
    with errors_to_exit():
        kind = kind_of(file)
        chosen = from_options(kind.options, given_options(context, kind, options))
        if kind.format is None:
            from litesnn.commands.import_published import import_arrays

            import_arrays(file, chosen, output or Path(file.stem), seed, json_output)
            return
        from litesnn.compiler.frontends.real.options import RealOptions
        from litesnn.compiler.origin.formats import read_network
        from litesnn.compiler.program import check_output

        target = chosen_profile(profile, given_figures, rules)
        directory = output or Path(f"{file.stem}-{target.name}")
        check_output(directory)
        job = Job(
            directory,
            target,
            sign,
            sample_choice(samples, input_path=input_path, labels_path=labels_path, seed=seed),
            lava_samples=0 if no_lava else samples,
            lava_models=models,
            lava_timeout=lava_timeout,
            placement=placement,
            passes=Passes(list_passes, tuple(print_after or ()), stop_after),
            json_output=json_output,
        )
        if not (isinstance(chosen, RealOptions) and chosen.bits.by_need):
            if resume:
                raise NeedError("--resume: found without --bits auto; allowed with it, where widths are measured")
            deliver(read_network(file, chosen), job)
            return
        from litesnn.base.output import check_file
        from litesnn.base.output_kinds import TRIALS
        from litesnn.jobs.by_need.files import read_by_need
        from litesnn.jobs.by_need.trials import trials_file

        kept = trials_file(directory)
        check_file(kept, TRIALS)
        with StepProgress("bits by need") as progress:
            origin = read_by_need(file, chosen, target, job.samples, progress, kept, resume)
        if not json_output:
            from litesnn.display.by_need import show_weights

            show_weights(stdout_console(), origin.record["bits_by_need"])
        deliver(origin, job)

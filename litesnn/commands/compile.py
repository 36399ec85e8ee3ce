"""`litesnn-compile NETWORK --profile loihi2`: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
from litesnn.commands.guard import LoneCommand
from litesnn.commands.options import (
    DataDirOption,
    DatasetOption,
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
from litesnn.commands.standing import HELP_NAMES
from litesnn.compiler.origin.formats import foreign_suffixes
from litesnn.runtime.lava import LAVA_TIMEOUT


def compile_command(
    network: Annotated[
        Path,
        typer.Argument(
            metavar="NETWORK",
            help=f"A trained genotype (.json), or a file of another tool ({foreign_suffixes()}); `litesnn import` has its options.",
        ),
    ],
    profile: ProfileOption = "loihi2",
    settings: SetOption = None,
    rules: RulesOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Program directory to write; NAME-PROFILE if left out.")
    ] = None,
    samples: LavaSamplesOption = 32,
    no_lava: NoLavaOption = False,
    models: ModelsOption = "stock",
    lava_timeout: LavaTimeoutOption = LAVA_TIMEOUT,
    sign: SignOption = "auto",
    placement: PlacementOption = "balanced",
    input_path: InputOption = None,
    labels_path: LabelsOption = None,
    dataset: DatasetOption = None,
    data_dir: DataDirOption = None,
    seed: SeedOption = 0,
    list_passes: ListPassesOption = False,
    print_after: PrintAfterOption = None,
    stop_after: StopAfterOption = None,
    json_output: JsonOption = False,
) -> None:
    """Compile a trained genotype: lower, check, schedule, simulate, verify against PyTorch and Lava, write the program.

    Exit code 0: fits, and every spike that was compared agrees; with --samples 0 none is, which is said. 1: a rule is broken (nothing
    is written) or spikes differ (the program is written for inspection). 2: wrong usage or input.
    """
    with errors_to_exit():
        from litesnn.compiler.program import check_output
        from litesnn.jobs.networks import read_origin

        origin = read_origin(network)
        target = chosen_profile(profile, settings, rules)
        directory = output or Path(f"{origin.name}-{target.name}")
        check_output(directory)
        choice = sample_choice(
            samples, input_path=input_path, labels_path=labels_path, data_dir=data_dir, seed=seed, dataset=dataset
        )
        job = Job(
            directory,
            target,
            sign,
            choice,
            lava_samples=0 if no_lava else samples,
            lava_models=models,
            lava_timeout=lava_timeout,
            placement=placement,
            passes=Passes(list_passes, tuple(print_after or ()), stop_after),
            json_output=json_output,
        )
        deliver(origin, job)


compile_app = typer.Typer(
    name="litesnn-compile", no_args_is_help=True, context_settings=HELP_NAMES, pretty_exceptions_enable=False
)
"""The command as a program by itself."""
compile_app.command(cls=LoneCommand, context_settings=HELP_NAMES)(compile_command)

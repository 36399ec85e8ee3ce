"""`litesnn-compile GENOTYPE --profile loihi2`: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from litesnn.commands.common import (
    FINDINGS,
    DataDirOption,
    EngineProgress,
    InputOption,
    JsonOption,
    LabelsOption,
    LavaSamplesOption,
    LavaTimeoutOption,
    ModelsOption,
    NoLavaOption,
    ProfileOption,
    SeedOption,
    SetOption,
    SignOption,
    chosen_profile,
    errors_to_exit,
    ignored_inputs,
    print_json,
    stdout_console,
    warn,
)
from litesnn.runtime.lava import LAVA_TIMEOUT
from litesnn.terminal import assembled

if TYPE_CHECKING:
    from litesnn.compiler.report import Report


def compile_command(
    genotype: Annotated[Path, typer.Argument(help="A trained genotype, .json.")],
    profile: ProfileOption = "loihi2",
    settings: SetOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Program directory to write; NAME-PROFILE if left out.")
    ] = None,
    samples: LavaSamplesOption = 32,
    no_lava: NoLavaOption = False,
    models: ModelsOption = "stock",
    lava_timeout: LavaTimeoutOption = LAVA_TIMEOUT,
    sign: SignOption = "auto",
    input_path: InputOption = None,
    labels_path: LabelsOption = None,
    data_dir: DataDirOption = None,
    seed: SeedOption = 0,
    json_output: JsonOption = False,
) -> None:
    """Compile a trained genotype: lower, check, schedule, simulate, verify against PyTorch and Lava, write the program.

    Exit code 0: fits, and every spike that was compared agrees; with --samples 0 none is, which is said. 1: a rule is broken (nothing
    is written) or spikes differ (the program is written for inspection). 2: wrong usage or input.
    """
    with errors_to_exit():
        from litesnn.compilation import compile
        from litesnn.compiler.genotype import load_genotype
        from litesnn.compiler.program import check_output
        from litesnn.samples import verification_samples

        loaded = load_genotype(genotype)
        target = chosen_profile(profile, settings)
        directory = output or Path(f"{loaded.spec.name}-{target.name}")
        check_output(directory)
        chosen = None
        if samples == 0:
            warn(ignored_inputs(input=input_path, labels=labels_path, data_dir=data_dir))
        else:
            chosen = verification_samples(
                loaded.spec, input_path=input_path, labels_path=labels_path, data_dir=data_dir, seed=seed
            )
        with EngineProgress() as progress:
            result = compile(
                loaded,
                target,
                sign=sign,
                samples=chosen,
                lava_samples=0 if no_lava else samples,
                lava_models=models,
                lava_timeout=lava_timeout,
                progress=progress,
            )
        if result.fits:
            result.program.save(directory)
        if json_output:
            print_json(_document(result.program.report, directory if result.fits else None))
        else:
            from litesnn.display.report import show_report

            console = stdout_console()
            show_report(console, result.program.report)
            written = assembled("program written to ", (str(directory), "bold"))
            console.print(written if result.fits else "a rule is broken: nothing was written")
        if not result.fits or result.equal is False:
            raise typer.Exit(FINDINGS)


def _document(report: Report, directory: Path | None) -> dict[str, Any]:
    parts = report.plain()
    verification = parts["verification"] or {}
    return {
        "name": report.name,
        "profile": report.profile,
        "program": None if directory is None else str(directory),
        **{
            key: verification.get(key)
            for key in (
                "mismatching_spikes",
                "mismatching_readouts",
                "compared_spikes",
                "compared_readouts",
                "silent_populations",
                "spike_counts",
                "accuracy",
                "samples",
                "common_samples",
                "common_accuracy",
            )
        },
        "cores": None if report.mapping is None else report.mapping.cores,
        **{name: parts[name] for name in ("network", "memory", "schedule", "findings")},
    }

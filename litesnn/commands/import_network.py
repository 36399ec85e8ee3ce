"""`litesnn import FILE.net -o DIR`: a network of another tool as a checked and verified program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from litesnn.commands.common import (
    FINDINGS,
    EngineProgress,
    InputOption,
    JsonOption,
    LabelsOption,
    LavaSamplesOption,
    ProfileOption,
    SeedOption,
    SetOption,
    chosen_profile,
    errors_to_exit,
    print_json,
    stdout_console,
)
from litesnn.errors import ImportFileError


def import_command(
    file: Annotated[Path, typer.Argument(help="A network of another tool: SLAYER / netx (.net).")],
    profile: ProfileOption = "loihi2",
    settings: SetOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Program directory to write; NAME-PROFILE if left out.")
    ] = None,
    timesteps: Annotated[
        int | None, typer.Option(min=1, help="Steps per sample; the file's own if left out, 16 where it has none.")
    ] = None,
    reset: Annotated[
        bool | None,
        typer.Option(
            "--reset/--isolated",
            help="Samples back to back with staggered resets, or each a run of its own; resets if both are the same.",
        ),
    ] = None,
    input_shape: Annotated[
        str | None, typer.Option("--input-shape", metavar="C,H,W", help="For files that do not say it.")
    ] = None,
    input_bits: Annotated[
        int, typer.Option("--input-bits", min=0, max=15, help="Width of graded input spikes; 0: binary spikes.")
    ] = 0,
    sign: Annotated[
        Literal["auto", "split", "mixed"],
        typer.Option(help="How weights of both signs are stored; auto takes the cheaper."),
    ] = "auto",
    samples: LavaSamplesOption = 2,
    input_path: InputOption = None,
    labels_path: LabelsOption = None,
    seed: SeedOption = 0,
    json_output: JsonOption = False,
) -> None:
    """Import a network: read, schedule, check, map, simulate, compare with Lava, write the program.

    Exit code 0: fits, and every message agrees. 1: a rule is broken (nothing is written) or messages differ (the program is
    written for inspection). 2: wrong usage, input or file.
    """
    with errors_to_exit():
        from litesnn.compiler.program import check_output
        from litesnn.importing import import_network, read_network

        target = chosen_profile(profile, settings)
        directory = output or Path(f"{file.stem}-{target.name}")
        check_output(directory)
        imported = read_network(
            file, timesteps=timesteps, input_shape=_shape(input_shape), input_bits=input_bits, reset=reset
        )
        with EngineProgress() as progress:
            result = import_network(
                imported,
                target,
                sign=sign,
                input_path=input_path,
                labels_path=labels_path,
                seed=seed,
                lava_samples=samples,
                progress=progress,
            )
        if result.fits:
            result.program.save(directory)
        report = result.program.report
        if json_output:
            print_json(_document(report, directory if result.fits else None))
        else:
            from litesnn.display.imported import layers_table
            from litesnn.display.report import show_report

            console = stdout_console()
            console.print(layers_table(report["imported"]))
            show_report(console, report)
            done = (
                f"program written to [bold]{directory}[/]" if result.fits else "a rule is broken: nothing was written"
            )
            console.print(done)
        if not (result.fits and result.equal):
            raise typer.Exit(FINDINGS)


def _shape(text: str | None) -> tuple[int, int, int] | None:
    if text is None:
        return None
    parts = text.split(",")
    if len(parts) != 3 or not all(part.strip().isdecimal() and 0 < int(part) <= 2**15 for part in parts):
        raise ImportFileError(f"--input-shape: found '{text}'; allowed: C,H,W, each within 1 .. {2**15}, e.g. 3,32,32")
    channels, height, width = (int(part) for part in parts)
    return (channels, height, width)


def _document(report: dict[str, Any], directory: Path | None) -> dict[str, Any]:
    verification = report["verification"]
    return {
        "name": report["name"],
        "profile": report["profile"],
        "program": None if directory is None else str(directory),
        "imported": report["imported"],
        "fidelity": report["fidelity"],
        "isolated": report["network"]["isolated"],
        **{key: verification[key] for key in ("mismatching_spikes", "mismatching_readouts", "spike_counts", "samples")},
        "cores": report["mapping"]["cores"] if "mapping" in report else None,
        "network": report["network"],
        "memory": report["memory"],
        "schedule": report["schedule"],
        "findings": report["findings"],
    }

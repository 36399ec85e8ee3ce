"""`litesnn search lightsnn|snasnet --dataset digits -o DIR`: find a cell with feedback by scoring untrained networks."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from litesnn.commands.common import JsonOption, errors_to_exit, print_json, show_registers, stdout_console
from litesnn.errors import SearchError
from litesnn.terminal import assembled

if TYPE_CHECKING:
    from litesnn.search.run.history import SearchResult

DatasetOption = Annotated[str, typer.Option(help="A data set that `litesnn train` knows, e.g. digits.")]
OutputOption = Annotated[
    Path, typer.Option("--output", "-o", help="Folder for genotype.json, history.json, report.html.")
]
DataDirOption = Annotated[Path | None, typer.Option(help="Folder with the data set's files (digits needs none).")]
FramesOption = Annotated[int | None, typer.Option(min=1, help="Event data: frames per sample, one for each step.")]
PresetOption = Annotated[
    str, typer.Option(help="tiny (minutes on a CPU), or the programs' settings: cifar10, cifar100, dvs.")
]
ChannelsOption = Annotated[int | None, typer.Option(help="Channels of the first cell while searching.")]
DeployChannelsOption = Annotated[int | None, typer.Option(help="Channels of the first cell in the genotype.")]
HiddenOption = Annotated[int | None, typer.Option(help="Neurons of the dense hidden layer; 0: none.")]
BatchSizeOption = Annotated[int | None, typer.Option(help="Samples of a batch that a candidate is scored on.")]
SettingsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="Any other setting of `litesnn docs search-lightsnn`, e.g. skips=spikes."
    ),
]
SeedOption = Annotated[int | None, typer.Option(help="The same seed and threads give the same result on one CPU.")]
ThreadsOption = Annotated[int | None, typer.Option(help="CPU threads; 0 leaves the choice to torch.")]
DeviceOption = Annotated[str, typer.Option(help="cpu, cuda, cuda:1, ...")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on from OUTPUT/search.checkpoint if there is one.")]


def lightsnn_command(
    dataset: DatasetOption,
    output: OutputOption,
    data_dir: DataDirOption = None,
    frames: FramesOption = None,
    preset: PresetOption = "tiny",
    channels: ChannelsOption = None,
    deploy_channels: DeployChannelsOption = None,
    hidden: HiddenOption = None,
    batch_size: BatchSizeOption = None,
    settings: SettingsOption = None,
    seed: SeedOption = None,
    threads: ThreadsOption = None,
    device: DeviceOption = "cpu",
    resume: ResumeOption = False,
    json_output: JsonOption = False,
) -> None:
    """LightSNN: prune a network of all candidate operations by the score of what is left; 60 evaluations, no training.

    Writes an untrained genotype.json for `litesnn train`, history.json with every score, and report.html. Labels and the test set are
    not looked at. A checkpoint is written after every group of evaluations and removed at the end.
    """
    given = _given(channels, deploy_channels, hidden, batch_size, seed, threads)
    _run("lightsnn", preset, given, settings, dataset, output, data_dir, frames, device, resume, json_output)


def snasnet_command(
    dataset: DatasetOption,
    output: OutputOption,
    data_dir: DataDirOption = None,
    frames: FramesOption = None,
    preset: PresetOption = "tiny",
    candidates: Annotated[int | None, typer.Option(help="Random cells to score (5000 in the paper).")] = None,
    forward_only: Annotated[
        bool, typer.Option("--forward-only", help="Cells without feedback; otherwise each pair has a random direction.")
    ] = False,
    channels: ChannelsOption = None,
    deploy_channels: DeployChannelsOption = None,
    hidden: HiddenOption = None,
    batch_size: BatchSizeOption = None,
    settings: SettingsOption = None,
    seed: SeedOption = None,
    threads: ThreadsOption = None,
    device: DeviceOption = "cpu",
    resume: ResumeOption = False,
    json_output: JsonOption = False,
) -> None:
    """SNASNet: score random cells and keep the best; no training. Files and options as for lightsnn."""
    given = _given(channels, deploy_channels, hidden, batch_size, seed, threads)
    given |= {"candidates": candidates} if candidates is not None else {}
    given |= {"feedback": False} if forward_only else {}
    _run("snasnet", preset, given, settings, dataset, output, data_dir, frames, device, resume, json_output)


def _given(
    channels: int | None,
    deploy_channels: int | None,
    hidden: int | None,
    batch_size: int | None,
    seed: int | None,
    threads: int | None,
) -> dict[str, Any]:
    options = {
        "channels": channels,
        "deploy_channels": deploy_channels,
        "hidden": hidden,
        "batch_size": batch_size,
        "seed": seed,
        "threads": threads,
    }
    return {name: value for name, value in options.items() if value is not None}


def _run(
    method: str,
    preset_name: str,
    given: dict[str, Any],
    assignments: list[str] | None,
    dataset: str,
    output: Path,
    data_dir: Path | None,
    frames: int | None,
    device: str,
    resume: bool,
    json_output: bool,
) -> None:
    with errors_to_exit():
        from litesnn.compiler.genotype import EventFrames
        from litesnn.display.cell_search_page import render_cell_search
        from litesnn.output import write_atomically
        from litesnn.output_kinds import PAGE
        from litesnn.search.data import load_dataset
        from litesnn.search.methods.light import preset, search_cell
        from litesnn.search.run.output import check_search_output
        from litesnn.search.settings.overrides import assigned, with_settings

        changes = {**given, **assigned(assignments or [], "skips=spikes")}
        if changes.get("method", method) != method:
            raise SearchError(f"--set method: found '{changes['method']}'; it is the name of the command, {method}")
        chosen = with_settings(preset(method, preset_name), changes)
        check_search_output(output)
        data = load_dataset(dataset, data_dir, None if frames is None else EventFrames(frames=frames))
        result = search_cell(data, output, chosen, device=device, resume=resume, progress=not json_output)
        page = render_cell_search(result.history, result.genotype)
        write_atomically(output / "report.html", page.encode(), PAGE)
    if json_output:
        print_json({"output": str(result.path), **result.history})
    else:
        _show(result)


def _show(result: SearchResult) -> None:
    history, console = result.history, stdout_console()
    console.print(f"found for {history['dataset']} after {history['evaluations']} evaluations:")
    for name, operation in history["decoded"]["deployed"].items():
        if operation != "zeroize":
            console.print(f"  x{name.replace('<-', ' <- x')}: {operation}")
    for note in history["decoded"]["notes"]:
        console.print(f"  note: {note}")
    train = f"litesnn train {shlex.quote(str(result.path))} --dataset ..."
    written = assembled(
        "written to ", (str(result.path), "bold"), f", with history.json and report.html; next: {train}"
    )
    console.print(written)
    show_registers(result.path)

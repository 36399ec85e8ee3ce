"""`litesnn search litesnn --dataset digits -o DIR`: find an architecture, its bits and its time steps."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from litesnn.commands.common import (
    JsonOption,
    PrecisionOption,
    errors_to_exit,
    print_json,
    show_registers,
    stdout_console,
)
from litesnn.commands.guard import ShownCommand, ShownGroup
from litesnn.commands.search_cell import lightsnn_command, snasnet_command
from litesnn.terminal import assembled

search_app = typer.Typer(
    cls=ShownGroup, no_args_is_help=True, help="Search an architecture for a data set; the genotype is then trained."
)

search_app.command("lightsnn", cls=ShownCommand, no_args_is_help=True)(lightsnn_command)
search_app.command("snasnet", cls=ShownCommand, no_args_is_help=True)(snasnet_command)


@search_app.command("litesnn", cls=ShownCommand, no_args_is_help=True)
def litesnn_command(
    dataset: Annotated[str, typer.Option(help="A data set that `litesnn train` knows, e.g. digits.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for genotype.json, history.json, report.html.")
    ],
    data_dir: Annotated[Path | None, typer.Option(help="Folder with the data set's files (digits needs none).")] = None,
    preset: Annotated[
        str, typer.Option(help="tiny (minutes on a CPU), or the paper's small, medium, large, gsc.")
    ] = "tiny",
    cost: Annotated[str | None, typer.Option(help="What memory and operations cost: paper, loihi1 or loihi2.")] = None,
    lambda_mem: Annotated[float | None, typer.Option(help="Price of a bit of memory.")] = None,
    lambda_comp: Annotated[float | None, typer.Option(help="Price of a bit-operation.")] = None,
    lambda_cores: Annotated[float | None, typer.Option(help="Price of a core of the chip that --cost names.")] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Epochs; psi's warm-up is shortened where it would take them all.")
    ] = None,
    channels: Annotated[int | None, typer.Option(help="Channels of the stem while searching.")] = None,
    deploy_channels: Annotated[int | None, typer.Option(help="Channels of the stem in the genotype.")] = None,
    samples: Annotated[int | None, typer.Option(help="Training samples to use; 0: all.")] = None,
    sequential: Annotated[
        bool,
        typer.Option("--sequential", help="Architecture, pruning, bits and T one after the other (A + P + Q + T)."),
    ] = False,
    same_batch: Annotated[
        bool, typer.Option("--same-batch", help="Both steps on the same batch, as the authors' program does.")
    ] = False,
    sweep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MEM:COMP", help="One search per pair of lambdas, with a table; `figure3` for the paper's."
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Any other setting of `litesnn docs search`, e.g. bits=1,2,4."
        ),
    ] = None,
    precision: PrecisionOption = "32",
    seed: Annotated[int | None, typer.Option(help="The same seed and threads give the same result on one CPU.")] = None,
    threads: Annotated[int | None, typer.Option(help="CPU threads; 0 leaves the choice to torch.")] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:1, ...")] = "cpu",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from OUTPUT/search.checkpoint if there is one.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """LitE-SNN: operations, weight bits, pruning and time steps in one joint optimization with their cost.

    Writes an untrained genotype.json for `litesnn train`, history.json with every epoch, and report.html. The test set is not
    looked at. A checkpoint is written after every epoch and removed at the end. `torchrun --nproc-per-node N -m litesnn search ...`
    shares every batch among N processes.
    """
    with errors_to_exit():
        from litesnn.search.methods.lite import FIGURE_3, parse_pair, search_genotype
        from litesnn.search.methods.lite import sweep as run_sweep
        from litesnn.search.run.ranks import is_first_process

        given = {
            "cost": cost,
            "lambda_mem": lambda_mem,
            "lambda_comp": lambda_comp,
            "lambda_cores": lambda_cores,
            "epochs": epochs,
            "channels": channels,
            "deploy_channels": deploy_channels,
            "samples": samples,
            "precision": precision,
            "seed": seed,
            "threads": threads,
            "sequential": sequential or None,
            "held_out": False if same_batch else None,
        }
        chosen = _settings(preset, {name: v for name, v in given.items() if v is not None}, settings or [])
        options: dict[str, Any] = {
            "data_dir": data_dir,
            "device": device,
            "resume": resume,
            "progress": not json_output,
        }
        if sweep:
            pairs = list(FIGURE_3) if sweep == ["figure3"] else [parse_pair(text) for text in sweep]
            points = run_sweep(dataset, output, chosen, pairs, **options)
            if is_first_process():
                _show_sweep(points, output, json_output)
            return
        from litesnn.display.search_page import render_search
        from litesnn.output import write_atomically
        from litesnn.output_kinds import PAGE

        result = search_genotype(dataset, output, chosen, **options)
        if not is_first_process():
            return
        write_atomically(output / "report.html", render_search(result.history).encode(), PAGE)
        if json_output:
            print_json({"output": str(result.path), **result.history})
        else:
            _show(result.history, result.path)


def _settings(preset_name: str, given: dict[str, Any], assignments: list[str]) -> Any:
    from litesnn.search.methods.lite import preset, with_settings
    from litesnn.search.settings.overrides import assigned

    changes = {**given, **assigned(assignments, "bits=1,2,4")}
    settings = preset(preset_name)
    if "epochs" in given and "warm_up" not in changes:
        changes["warm_up"] = max(min(settings.warm_up, given["epochs"] - 1), 0)
    return with_settings(settings, changes)


def _show(history: dict[str, Any], path: Path) -> None:
    from litesnn.compiler.report.numbers import si

    last, decoded = history["epochs"][-1], history["decoded"]
    console = stdout_console()
    accuracy = last["accuracy"][decoded["timesteps"] - 1]
    console.print(
        f"found for {history['dataset']} after {last['epoch']} epochs: T = {decoded['timesteps']}, "
        f"bits per cell {' '.join(map(str, decoded['bits']))}, {si(last['decoded']['model_size'], 'B')}, "
        f"supernet accuracy {accuracy:.2%}"
    )
    for edge in decoded["edges"]:
        console.print(f"  {edge}")
    settings = history["settings"]
    onwards = f" --sequential {settings['timesteps']}" if settings["sequential"] else ""
    train = f"litesnn train {shlex.quote(str(path))} --dataset ...{onwards}"
    console.print(assembled("written to ", (str(path), "bold"), f", with history.json and report.html; next: {train}"))
    show_registers(path)


def _show_sweep(points: Any, output: Path, json_output: bool) -> None:
    from dataclasses import asdict

    from rich import box
    from rich.table import Table

    from litesnn.compiler.report.numbers import si

    if json_output:
        print_json({"output": str(output / "sweep.json"), "points": [asdict(point) for point in points]})
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("lambda mem", "lambda comp", "accuracy", "model size", "Bit-SynOps", "bits per cell", "T", "folder"):
        table.add_column(column)
    for point in points:
        table.add_row(
            f"{point.lambda_mem:g}",
            f"{point.lambda_comp:g}",
            f"{point.accuracy:.2%}",
            si(point.model_size, "B"),
            si(point.bit_syn_ops, ""),
            " ".join(map(str, point.bits)),
            str(point.timesteps),
            point.folder,
        )
    stdout_console().print(table)

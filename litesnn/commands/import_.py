"""`litesnn import FILE -o DIR`: a network from elsewhere becomes a genotype."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from litesnn.commands.common import JsonOption, errors_to_exit, print_json, stdout_console


def import_command(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="Published arrays: pasted text, .py, .md, .json, .npy, .npz.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write: genotype.json and its weights.")],
    kind: Annotated[
        str | None, typer.Option(help="litesnn, spikedhs, snasnet, lightsnn, autosnn; recognized if left out.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the genotype; the file's name if left out.")] = None,
    weights: Annotated[
        Path | None, typer.Option(help="State dict of the released code: torch.save of tensors, or .safetensors.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of random weights, where no --weights are given.")] = 0,
    untrained: Annotated[bool, typer.Option("--untrained", help="Write no random weights.")] = False,
    array: Annotated[str | None, typer.Option(help="The one array to read, where a file has several.")] = None,
    input_shape: Annotated[str | None, typer.Option(metavar="C,H,W", help="Input: channels, height, width.")] = None,
    encoding: Annotated[Literal["direct", "spikes"] | None, typer.Option(help="Of the input.")] = None,
    classes: Annotated[int | None, typer.Option(min=1, help="Number of classes.")] = None,
    channels: Annotated[int | None, typer.Option(min=1, help="Channels of a node of the first cell.")] = None,
    timesteps: Annotated[int | None, typer.Option(min=1, help="Steps per sample.")] = None,
    decay: Annotated[float | None, typer.Option(help="Fraction of the membrane kept per step.")] = None,
    threshold: Annotated[float | None, typer.Option(help="Of the neurons, for inputs that are not scaled.")] = None,
    bits: Annotated[int | None, typer.Option(min=1, max=8, help="Weight bits, where the arrays give none.")] = None,
    keep: Annotated[float | None, typer.Option(help="Fraction of weights kept, per tensor.")] = None,
    norm: Annotated[
        Literal["node", "edge"] | None, typer.Option(help="edge: as published; node: deploys exactly.")
    ] = None,
    skip: Annotated[
        Literal["conv", "identity"] | None,
        typer.Option(help="LitE-SNN, SpikeDHS: skips as the code or the paper has them."),
    ] = None,
    downsample: Annotated[
        Literal["nearest", "stride"] | None, typer.Option(help="LitE-SNN, SpikeDHS: reducing cells.")
    ] = None,
    hidden: Annotated[int | None, typer.Option(min=1, help="SNASNet, LightSNN: neurons of the hidden layer.")] = None,
    operations: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="LightSNN: candidate operations in the order of the columns.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Import a network from elsewhere as a genotype; what the file does not hold comes from options with the papers' defaults.

    Without --weights the genotype gets random ones, so that it compiles and can be costed; train it for answers.
    """
    with errors_to_exit():
        from litesnn.compiler.genotype import save_genotype
        from litesnn.importers import ImportRequest, read_network

        given: dict[str, Any] = {
            "input_shape": None if input_shape is None else _shape(input_shape),
            "encoding": encoding,
            "classes": classes,
            "channels": channels,
            "timesteps": timesteps,
            "decay": decay,
            "threshold": threshold,
            "bits": bits,
            "keep": keep,
            "norm": norm,
            "skip": skip,
            "downsample": downsample,
            "hidden": hidden,
            "operations": None if operations is None else tuple(part.strip() for part in operations.split(",")),
        }
        settings = {key: value for key, value in given.items() if value is not None}
        request = ImportRequest(path, kind, name, weights, None if untrained else seed, array, settings)
        imported = read_network(request)
        target = output / "genotype.json"
        written = save_genotype(imported.genotype, imported.tensors, target)
        document = {
            "genotype": str(target),
            "name": written.name,
            "origin": imported.origin,
            "weights": None if written.weights is None else str(output / written.weights.file),
            "notes": list(imported.notes),
        }
        if json_output:
            print_json(document)
            return
        console = stdout_console()
        console.print(f"[bold]{written.name}[/] from {imported.origin}, written to [bold]{target}[/]")
        for note in imported.notes:
            console.print(f"- {note}", markup=False)


def _shape(text: str) -> tuple[int, ...]:
    from litesnn.errors import GenotypeError

    parts = text.split(",")
    if len(parts) != 3 or not all(part.strip().isdecimal() and int(part) > 0 for part in parts):
        raise GenotypeError(f"--input-shape: found '{text}'; allowed: channels,height,width, e.g. 3,32,32")
    return tuple(int(part) for part in parts)

"""`litesnn new resnet20 --bits 4 --dataset cifar10 -o FILE`: an untrained genotype of a known network."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, say_notes, show_registers, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import JsonOption
from litesnn.commands.settings_options import NONE_GIVEN, Options, settings_options
from litesnn.search.networks.choices import NetworkChoices, QuantizerChoices
from litesnn.search.settings.own_data import EventChoices, OwnData, SoundChoices


@settings_options(
    own=Options(OwnData),
    events=Options(EventChoices, left_out=("frames",)),
    sounds=Options(SoundChoices),
    chosen=Options(NetworkChoices, NetworkChoices()),
    quantizer=Options(QuantizerChoices, QuantizerChoices()),
)
def new_command(
    network: Annotated[str, typer.Argument(help="resnet8, resnet20, vgg16 or vggsnn.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Genotype to write, .json.")],
    dataset: Annotated[
        str | None,
        typer.Option(
            help="Take input and classes from this data set: a name, e.g. cifar10, digits, or your own (`litesnn docs own-data`)."
        ),
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder with its files (CIFAR, digits and events need none).")
    ] = None,
    own: Mapping[str, Any] = NONE_GIVEN,
    events: Mapping[str, Any] = NONE_GIVEN,
    sounds: Mapping[str, Any] = NONE_GIVEN,
    input_shape: Annotated[
        str | None, typer.Option(metavar="CxHxW", help="Shape of the input, without --dataset.")
    ] = None,
    encoding: Annotated[
        Literal["direct", "spikes"],
        typer.Option(help="Of an input given by its shape: graded values or binary spikes."),
    ] = "direct",
    classes: Annotated[int | None, typer.Option(help="Number of classes, without --dataset.")] = None,
    bits: Annotated[
        int | None, typer.Option(help="Bits of a weight; left out: 4, or the fewer that no input can overflow.")
    ] = None,
    first_last: Annotated[
        str,
        typer.Option(
            metavar="BITS|proved|float",
            help="First layer and readout. proved: 8, or the fewer that no input can overflow on any shipped chip; float: as "
            "published, not to be deployed.",
        ),
    ] = "proved",
    chosen: Mapping[str, Any] = NONE_GIVEN,
    quantizer: Mapping[str, Any] = NONE_GIVEN,
    json_output: JsonOption = False,
) -> None:
    """Write an untrained genotype of a known network: QP-SNN's ResNet20, VGG-16 and VGGSNN (resnet8: one block per stage)."""
    with errors_to_exit():
        from litesnn.compiler.genotype import check_genotype_output, resolve, save_genotype
        from litesnn.compiler.rules.untrained_rules import documents
        from litesnn.jobs.new import new_genotype

        check_genotype_output(output, weights=False)
        made = new_genotype(
            network,
            dataset,
            NetworkChoices(**chosen),
            data_dir=data_dir,
            own=OwnData(**own),
            events=EventChoices(**events),
            sounds=SoundChoices(**sounds),
            input_shape=input_shape,
            encoding=encoding,
            classes=classes,
            bits=bits,
            first_last=first_last,
            quantizer=QuantizerChoices(**quantizer),
            on_data=lambda given: say_notes(given.notes),
        )
        genotype = save_genotype(made, None, output)
        if json_output:
            registers = documents(genotype)
            print_json(
                {
                    "output": str(output),
                    **genotype.model_dump(mode="json", exclude_none=True),
                    **({"registers": registers} if registers else {}),
                }
            )
        else:
            populations = len(resolve(genotype).nodes)
            written = f"{genotype.name}: {populations} spiking populations, {genotype.head.classes} classes, T = {genotype.timesteps}; written to "
            train = f"; train it with litesnn train {shlex.quote(str(output))} --dataset {dataset or 'NAME'}"
            stdout_console().print(assembled(written, (str(output), "bold"), train))
            show_registers(output)

"""`litesnn import FILE -o DIR`: a network from elsewhere, as a program (.net, .nir) or as a genotype (published arrays)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from litesnn.commands.common import (
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
    warn,
)
from litesnn.commands.import_options import (
    ARRAYS,
    ARRAYS_PANEL,
    NET,
    NIR_PANEL,
    SLAYER_PANEL,
    kind_of,
    refuse_foreign_options,
    shape_of,
    whole_bits,
)
from litesnn.runtime.lava import LAVA_TIMEOUT


def import_command(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="SLAYER / netx (.net), NIR (.nir), or published arrays: pasted text, .py, .md, .json, .npy, .npz.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder to write; if left out, NAME-PROFILE, of arrays NAME."),
    ] = None,
    timesteps: Annotated[int | None, typer.Option(min=1, help="Steps per sample; what the file says, or 16.")] = None,
    input_shape: Annotated[
        str | None, typer.Option(metavar="C,H,W", help="Channels, height, width, where the file does not say it.")
    ] = None,
    encoding: Annotated[
        Literal["direct", "spikes"] | None,
        typer.Option(help="Input of .nir and arrays: integers held for all steps, or spikes per step."),
    ] = None,
    bits: Annotated[
        str | None, typer.Option(help="Weight bits of .nir and arrays; of .nir also by node: 8,conv1=4.")
    ] = None,
    seed: SeedOption = 0,
    json_output: JsonOption = False,
    profile: ProfileOption = "loihi2",
    given_figures: SetOption = None,
    sign: SignOption = "auto",
    samples: LavaSamplesOption = 2,
    no_lava: NoLavaOption = False,
    models: ModelsOption = "stock",
    lava_timeout: LavaTimeoutOption = LAVA_TIMEOUT,
    input_path: InputOption = None,
    labels_path: LabelsOption = None,
    isolated: Annotated[
        bool | None,
        typer.Option(
            "--isolated/--reset",
            help="Each sample a run of its own, or back to back with staggered resets; resets if both are the same.",
            rich_help_panel=SLAYER_PANEL,
        ),
    ] = None,
    input_bits: Annotated[
        int,
        typer.Option(min=0, max=15, help="Width of graded input spikes; 0: binary.", rich_help_panel=SLAYER_PANEL),
    ] = 0,
    scale: Annotated[
        Literal["max", "percentile", "mse"],
        typer.Option(
            help="Weight step: from the largest weight, a percentile, or the least squared error.",
            rich_help_panel=NIR_PANEL,
        ),
    ] = "max",
    percentile: Annotated[
        float, typer.Option(help="For --scale percentile: of the weights' magnitudes.", rich_help_panel=NIR_PANEL)
    ] = 99.9,
    dt: Annotated[
        float | None,
        typer.Option(
            help="Time step in the file's unit of time; snnTorch 1e-4, norse 1e-6, sinabs 1.", rich_help_panel=NIR_PANEL
        ),
    ] = None,
    decay_rule: Annotated[
        Literal["euler", "exponential"] | None,
        typer.Option(
            help="Decay per step: 1 - dt/tau (snnTorch, norse; assumed if left out) or exp(-dt/tau) (sinabs).",
            rich_help_panel=NIR_PANEL,
        ),
    ] = None,
    reset_kind: Annotated[
        Literal["zero", "subtract"] | None,
        typer.Option(
            help="How the framework resets its neurons, where the file does not say; zero, to v_reset, is assumed.",
            rich_help_panel=NIR_PANEL,
        ),
    ] = None,
    spike_at: Annotated[
        bool | None,
        typer.Option(
            "--spike-at/--spike-above",
            help="Neurons spike at the threshold too (SpikingJelly, sinabs), or only above it, which is assumed if left out.",
            rich_help_panel=NIR_PANEL,
        ),
    ] = None,
    approximate: Annotated[
        bool,
        typer.Option(
            "--approximate",
            help="Take reset by subtraction as reset to zero instead of refusing it.",
            rich_help_panel=NIR_PANEL,
        ),
    ] = False,
    input_range: Annotated[
        str, typer.Option(metavar="LOW..HIGH", help="For --encoding direct: the integers.", rich_help_panel=NIR_PANEL)
    ] = "-128..127",
    input_scale: Annotated[
        float, typer.Option(help="For --encoding direct: what the integer 1 is worth.", rich_help_panel=NIR_PANEL)
    ] = 1.0,
    kind: Annotated[
        str | None,
        typer.Option(
            help="litesnn, spikedhs, snasnet, lightsnn, autosnn; recognized if left out.", rich_help_panel=ARRAYS_PANEL
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="Name of the genotype; the file's name if left out.", rich_help_panel=ARRAYS_PANEL),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            help="State dict of the released code: torch.save of tensors, or .safetensors.",
            rich_help_panel=ARRAYS_PANEL,
        ),
    ] = None,
    untrained: Annotated[
        bool, typer.Option("--untrained", help="Write no random weights.", rich_help_panel=ARRAYS_PANEL)
    ] = False,
    array: Annotated[
        str | None,
        typer.Option(help="The one array to read, where a file has several.", rich_help_panel=ARRAYS_PANEL),
    ] = None,
    classes: Annotated[int | None, typer.Option(min=1, help="Number of classes.", rich_help_panel=ARRAYS_PANEL)] = None,
    channels: Annotated[
        int | None, typer.Option(min=1, help="Channels of a node of the first cell.", rich_help_panel=ARRAYS_PANEL)
    ] = None,
    decay: Annotated[
        float | None, typer.Option(help="Fraction of the membrane kept per step.", rich_help_panel=ARRAYS_PANEL)
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(help="Of the neurons, for inputs that are not scaled.", rich_help_panel=ARRAYS_PANEL),
    ] = None,
    keep: Annotated[
        float | None, typer.Option(help="Fraction of weights kept, per tensor.", rich_help_panel=ARRAYS_PANEL)
    ] = None,
    norm: Annotated[
        Literal["node", "edge"] | None,
        typer.Option(help="edge: as published; node: deploys exactly.", rich_help_panel=ARRAYS_PANEL),
    ] = None,
    skip: Annotated[
        Literal["conv", "identity"] | None,
        typer.Option(help="LitE-SNN, SpikeDHS: skips as the code or the paper has them.", rich_help_panel=ARRAYS_PANEL),
    ] = None,
    downsample: Annotated[
        Literal["nearest", "stride"] | None,
        typer.Option(help="LitE-SNN, SpikeDHS: reducing cells.", rich_help_panel=ARRAYS_PANEL),
    ] = None,
    hidden: Annotated[
        int | None,
        typer.Option(min=1, help="SNASNet, LightSNN: neurons of the hidden layer.", rich_help_panel=ARRAYS_PANEL),
    ] = None,
    operations: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,...",
            help="LightSNN: candidate operations in the order of the columns.",
            rich_help_panel=ARRAYS_PANEL,
        ),
    ] = None,
) -> None:
    """Import a network from elsewhere.

    A .net or .nir file becomes a program: quantized where it is not in integers, scheduled, checked, mapped, simulated, compared with
    Lava. Published arrays become a genotype; what the file does not hold comes from options with the papers' defaults, and without
    --weights it gets random ones, so that it compiles and can be costed.

    Exit code 0: fits, and all engines agree; with --samples 0 or --no-lava no engines are compared, which is said.
    1: a rule is broken (nothing is written) or messages differ (the program is written for inspection). 2: wrong usage, input or file.
    """
    with errors_to_exit():
        found = kind_of(file)
        refuse_foreign_options(context, found)
        shape = shape_of(input_shape)
        if found == ARRAYS:
            from litesnn.commands.import_published import check_arrays_output, write_arrays
            from litesnn.search.published import import_published

            given = {
                "input_shape": shape,
                "encoding": encoding,
                "classes": classes,
                "channels": channels,
                "timesteps": timesteps,
                "decay": decay,
                "threshold": threshold,
                "bits": None if bits is None else whole_bits(bits),
                "keep": keep,
                "norm": norm,
                "skip": skip,
                "downsample": downsample,
                "hidden": hidden,
                "operations": None if operations is None else tuple(part.strip() for part in operations.split(",")),
            }
            folder = output or Path(file.stem)
            check_arrays_output(folder)
            settled = {key: value for key, value in given.items() if value is not None}
            arrays = import_published(
                file,
                settled,
                kind=kind,
                array=array,
                name=name,
                weights=weights,
                seed=None if untrained else seed,
            )
            write_arrays(arrays, folder, json_output)
            return
        from litesnn.commands.import_program import Job, import_program
        from litesnn.compiler.program import check_output
        from litesnn.importing import read_network

        target = chosen_profile(profile, given_figures)
        directory = output or Path(f"{file.stem}-{target.name}")
        check_output(directory)
        if found == NET:
            reset = None if isolated is None else not isolated
            network = read_network(file, timesteps=timesteps, input_shape=shape, input_bits=input_bits, reset=reset)
        else:
            from litesnn.commands.nir_options import nir_options

            options = nir_options(
                timesteps=timesteps,
                bits=bits,
                scale=scale,
                percentile=percentile,
                dt=dt,
                decay=decay_rule,
                reset=reset_kind,
                spike_at=spike_at,
                approximate=approximate,
                encoding=encoding,
                input_range=input_range,
                input_scale=input_scale,
                input_shape=shape,
            )
            network = read_network(file, options=options)
        if samples == 0:
            warn(ignored_inputs(input=input_path, labels=labels_path))
        job = Job(
            directory,
            target,
            sign,
            lava_samples=0 if no_lava else samples,
            simulate=samples != 0,
            lava_models=models,
            lava_timeout=lava_timeout,
            input_path=input_path,
            labels_path=labels_path,
            seed=seed,
            json_output=json_output,
        )
        import_program(network, job)

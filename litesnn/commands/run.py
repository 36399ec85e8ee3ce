"""`litesnn run PROGRAM --input X.npy -o Y.npz`: simulate a program on a user's integers."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from litesnn.base.bars import EngineProgress
from litesnn.base.errors import DataError
from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import (
    DataDirOption,
    DatasetOption,
    DeviceOption,
    JsonOption,
    LavaTimeoutOption,
    ModelsOption,
)
from litesnn.runtime.lava import LAVA_TIMEOUT


def run_command(
    program: Annotated[Path, typer.Argument(help="A program directory.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write, .npz.")],
    input_path: Annotated[
        Path | None,
        typer.Option("--input", help="Integers, .npy: graded (N,C,H,W), held for T steps, or per step (N,T,C,H,W)."),
    ] = None,
    dataset: DatasetOption = None,
    data_dir: DataDirOption = None,
    raw: Annotated[
        bool,
        typer.Option(
            "--raw", help="The input is as recorded (grey values 0..255, say): normalize and quantize it first."
        ),
    ] = False,
    simulator: Annotated[Literal["exact", "lava"], typer.Option(help="Which simulator runs it.")] = "exact",
    models: ModelsOption = "stock",
    lava_timeout: LavaTimeoutOption = LAVA_TIMEOUT,
    record: Annotated[
        list[str] | None, typer.Option(help="Population whose spikes, u and v are kept; repeat it, or give 'all'.")
    ] = None,
    device: DeviceOption = "cpu",
    profile_time: Annotated[
        bool, typer.Option("--profile-time", help="Show where the exact simulator spent its time, per population.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Simulate a program; write `readout` (N, classes) and, for recorded populations, NAME.spikes, NAME.u, NAME.v.

    Arrays of recorded populations are (N, T, C, H, W) with path delays removed; u and v are the chip's integers after each step.
    Where channels were removed, C counts those that are left, and NAME.channels has their numbers in the genotype.
    """
    with errors_to_exit():
        if simulator != "exact" and (profile_time or device != "cpu"):
            found = " and ".join(["--profile-time"] * profile_time + ["--device"] * (device != "cpu"))
            raise DataError(f"{found}: found with --simulator {simulator}; allowed with --simulator exact only")
        import numpy as np

        from litesnn.base.output import check_file, write_atomically
        from litesnn.base.output_kinds import RECORDING
        from litesnn.compiler.program import Program
        from litesnn.compiler.rules.range_rules import seen_findings
        from litesnn.jobs.run import dataset_input, program_input, recorded_arrays, run
        from litesnn.jobs.samples import read_array
        from litesnn.runtime.exact import RunTiming

        check_file(output, RECORDING)
        loaded = Program.load(program)
        if input_path is not None:
            if dataset is not None or data_dir is not None:
                raise DataError("found --input and --dataset or --data-dir; allowed: one of them")
            accepted, labels = program_input(loaded, read_array(input_path), raw), None
        else:
            if raw or (dataset is None and data_dir is None):
                raise DataError(
                    "nothing says what runs; give --input X.npy, or --dataset with the data that the genotype was made for"
                )
            accepted, labels = dataset_input(loaded, dataset, data_dir)
        inputs = accepted.inputs
        wanted = record or []
        names = [population.name for population in loaded.graph.membranes] if "all" in wanted else wanted
        timing = RunTiming() if profile_time else None
        with EngineProgress() as progress:
            trace = run(
                loaded.graph,
                inputs,
                names,
                simulator=simulator,
                device=device,
                timing=timing,
                lava_models=models,
                lava_timeout=lava_timeout,
                progress=progress,
            )
        arrays: dict[str, Any] = recorded_arrays(loaded.graph, trace, names)
        findings = seen_findings(loaded.graph, loaded.origin.range_advice, trace.registers, len(inputs))
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        write_atomically(output, buffer.getvalue(), RECORDING)
        document = {
            "simulator": simulator,
            "samples": len(inputs),
            "input_note": accepted.note or None,
            "predictions": trace.predictions.tolist(),
            **({} if labels is None else {"accuracy": float(np.mean(trace.predictions == labels))}),
            "spike_counts": {name: int(np.count_nonzero(spikes)) for name, spikes in trace.spikes.items()},
            "findings": [finding.document() for finding in findings],
            "output": str(output),
            "arrays": {name: list(array.shape) for name, array in arrays.items()},
            **({} if timing is None else {"timing": timing.document(), "engine": timing.engine}),
        }
        if json_output:
            print_json(document)
        else:
            console = stdout_console()
            written = f"{len(inputs)} samples in the {simulator} simulator, written to "
            console.print(assembled(written, (str(output), "bold"), ":"))
            if accepted.note:
                console.print(f"input: {accepted.note}", markup=False)
            if labels is not None:
                console.print(f"  accuracy {document['accuracy']:.2%}")
            for name, array in arrays.items():
                console.print(f"  {name}  {array.dtype} {array.shape}")
            if findings:
                from litesnn.compiler.report.panels.findings import FindingsPanel
                from litesnn.display.report import show_panel

                show_panel(console, FindingsPanel.of_findings(findings))
            if timing is not None:
                from litesnn.display.timing import timing_table

                console.print(timing_table(timing.document(), len(inputs), timing.engine))

"""`litesnn run PROGRAM --input X.npy -o Y.npz`: simulate a program on a user's integers."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from litesnn.commands.common import (
    DeviceOption,
    EngineProgress,
    JsonOption,
    LavaTimeoutOption,
    ModelsOption,
    errors_to_exit,
    print_json,
    stdout_console,
)
from litesnn.errors import DataError
from litesnn.runtime.lava import LAVA_TIMEOUT
from litesnn.terminal import assembled

if TYPE_CHECKING:
    import numpy as np

    from litesnn.compiler.graph import Graph
    from litesnn.runtime.exact import RunTiming
    from litesnn.runtime.lava import Models
    from litesnn.runtime.trace import Trace


def run_command(
    program: Annotated[Path, typer.Argument(help="A program directory.")],
    input_path: Annotated[
        Path,
        typer.Option("--input", help="Integers, .npy: graded (N,C,H,W), held for T steps, or per step (N,T,C,H,W)."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write, .npz.")],
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
            raise DataError(
                f"--simulator {simulator}: found with --profile-time or --device; allowed: both with --simulator exact only"
            )
        import numpy as np

        from litesnn.compiler.program import Program
        from litesnn.compiler.rules.range_rules import seen_findings
        from litesnn.compiler.weight_facts import given
        from litesnn.output import check_file, write_atomically
        from litesnn.output_kinds import RECORDING
        from litesnn.program_inputs import program_input
        from litesnn.samples import read_array

        check_file(output, RECORDING)
        loaded = Program.load(program)
        inputs = program_input(loaded, read_array(input_path))
        names = _recorded(loaded.graph, record or [])
        timing = _new_timing() if profile_time else None
        with EngineProgress() as progress:
            if simulator == "exact":
                trace = _simulate_exact(loaded.graph, inputs, names, progress, device, timing)
            else:
                trace = _simulate_lava(loaded.graph, inputs, names, models, lava_timeout, progress)
        arrays: dict[str, Any] = _arrays(loaded.graph, trace, names)
        findings = seen_findings(loaded.graph, given(loaded.origin), trace.registers, len(inputs))
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        write_atomically(output, buffer.getvalue(), RECORDING)
        document = {
            "simulator": simulator,
            "samples": len(inputs),
            "predictions": trace.predictions.tolist(),
            "spike_counts": {name: int(np.count_nonzero(spikes)) for name, spikes in trace.spikes.items()},
            "findings": [finding.document() for finding in findings],
            "output": str(output),
            "arrays": {name: list(array.shape) for name, array in arrays.items()},
            **({} if timing is None else {"timing": timing.document()}),
        }
        if json_output:
            print_json(document)
        else:
            console = stdout_console()
            written = f"{len(inputs)} samples in the {simulator} simulator, written to "
            console.print(assembled(written, (str(output), "bold"), ":"))
            for name, array in arrays.items():
                console.print(f"  {name}  {array.dtype} {array.shape}")
            if findings:
                from litesnn.compiler.report.panels.findings import FindingsPanel
                from litesnn.display.report import show_panel

                show_panel(console, FindingsPanel.of_findings(findings))
            if timing is not None:
                from litesnn.display.timing import timing_table

                console.print(timing_table(timing.document(), len(inputs)))


def _recorded(graph: Graph, names: list[str]) -> list[str]:
    return [population.name for population in graph.membranes] if "all" in names else names


def _new_timing() -> RunTiming:
    from litesnn.runtime.exact import RunTiming

    return RunTiming()


def _simulate_exact(
    graph: Graph, inputs: Any, names: list[str], progress: EngineProgress, device: str, timing: RunTiming | None
) -> Trace:
    from litesnn.runtime.exact import simulate

    return simulate(
        graph,
        inputs,
        record=_sending(graph, names),
        record_states=names,
        device=device,
        timing=timing,
        progress=lambda done, total: progress("exact", done, total),
    )


def _simulate_lava(
    graph: Graph, inputs: Any, names: list[str], models: Models, timeout: float, progress: EngineProgress
) -> Trace:
    from litesnn.runtime.lava import run_lava

    return run_lava(
        graph,
        inputs,
        record=_sending(graph, names),
        record_states=names,
        models=models,
        timeout=timeout,
        progress=lambda done, total: progress("lava", done, total),
    )


def _sending(graph: Graph, names: list[str]) -> list[str]:
    """The named populations that send something; unknown names stay in, for the simulator to refuse."""

    return [name for name in names if name not in graph.network or graph[name].sends != "nothing"]


def _arrays(graph: Graph, trace: Trace, names: list[str]) -> dict[str, np.ndarray[Any, Any]]:
    import numpy as np

    arrays: dict[str, np.ndarray[Any, Any]] = {"readout": trace.readout}
    for name in names:
        population = graph[name]
        if len(population.channels) < population.genotype_channels:
            arrays[f"{name}.channels"] = np.array(population.channels)
        if name in trace.spikes:
            arrays[f"{name}.spikes"] = trace.spikes[name]
        arrays[f"{name}.u"] = trace.currents[name]
        arrays[f"{name}.v"] = trace.membranes[name]
    return arrays

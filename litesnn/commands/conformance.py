"""`litesnn conformance PROGRAM`: a pack that others can run against, and the trace of somebody else against ours."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from litesnn.base.errors import DataError
from litesnn.base.terminal import assembled
from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import FINDINGS, errors_to_exit
from litesnn.commands.options import DataDirOption, DatasetOption, DeviceOption, JsonOption, SeedOption

if TYPE_CHECKING:
    from litesnn.jobs.conformance.pack import ConformancePack
    from litesnn.runtime.traces import TraceComparison

PACK_SAMPLES = 16


def conformance_command(
    program: Annotated[Path, typer.Argument(help="A program directory.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder to write the pack to.")] = None,
    against: Annotated[
        Path | None,
        typer.Option(help="Compare this trace with ours: a folder with trace.json, or a pack with arrays replaced."),
    ] = None,
    input_path: Annotated[
        Path | None, typer.Option("--input", help="Of the pack: integers, .npy, (N,C,H,W) or spikes (N,T,C,H,W).")
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=1, help=f"First samples that are traced ({PACK_SAMPLES}), or compared (all).")
    ] = None,
    populations: Annotated[
        list[str] | None,
        typer.Option("--populations", help="Population that is traced or compared; repeat it. All if left out."),
    ] = None,
    dataset: DatasetOption = None,
    data_dir: DataDirOption = None,
    seed: SeedOption = 0,
    device: DeviceOption = "cpu",
    json_output: JsonOption = False,
) -> None:
    """Write a program's integers, inputs, spikes, u and v as plain files that any simulator or chip can be held against.

    The folder has .npy arrays, one manifest.json and a README.md with the equations. With --against, the trace that another simulator
    gave is compared instead, and the first difference is named with its likely cause. Exit code 1: it differs, or nothing was compared.
    """
    with errors_to_exit():
        if (output is None) == (against is None):
            found = "both" if output is not None else "neither"
            raise DataError(f"found {found} of -o and --against; allowed: one of them")
        if against is None:
            assert output is not None
            from litesnn.jobs.conformance.job import conformance_pack
            from litesnn.jobs.samples import SampleChoice

            choice = SampleChoice(input_path, None, data_dir, seed, dataset=dataset)
            pack = conformance_pack(program, output, choice, count=samples, populations=populations, device=device)
            _show(pack, json_output)
            return
        if input_path is not None or data_dir is not None or dataset is not None:
            raise DataError(
                "--input, --dataset and --data-dir: found with --against; the trace says which inputs it is of"
            )
        from litesnn.jobs.conformance.job import compare_trace

        result = compare_trace(program, against, count=samples, populations=populations, device=device)
        if json_output:
            print_json(_document(result))
        else:
            from litesnn.display.conformance import comparison_lines

            for line in comparison_lines(_document(result)):
                stdout_console().print(line)
        if not result.equal:
            raise typer.Exit(FINDINGS)


def _show(pack: ConformancePack, json_output: bool) -> None:
    written = asdict(pack)
    place, of = str(written.pop("path")), written.pop("origin")
    if json_output:
        print_json({"output": place, "of": of, **written})
        return
    said = (
        f": {pack.samples} sample(s) of {pack.timesteps} step(s), {len(pack.populations)} population(s), {pack.files} files, "
        f"{pack.bytes / 2**20:,.1f} MiB; README.md says how to read them"
    )
    stdout_console().print(assembled("written: ", (place, "bold"), said))
    stdout_console().print(f"samples: the first {pack.samples} of {of}")


def _document(result: TraceComparison) -> dict[str, Any]:
    return {
        "equal": result.equal,
        "samples": result.samples,
        "timesteps": result.timesteps,
        "compared_values": result.values,
        "differing_values": result.differing,
        "compared_readouts": result.readouts,
        "differing_readouts": result.differing_readouts,
        "registers": [asdict(row) for row in result.registers],
        "left_out": list(result.left_out),
        "first": None if result.first is None else asdict(result.first),
    }

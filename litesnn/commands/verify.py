"""`litesnn verify PROGRAM`: PyTorch against exact against Lava, and against its SystemVerilog cores, for a program that was compiled before."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from litesnn.base.bars import EngineProgress
from litesnn.commands.consoles import print_json, stdout_console, warn
from litesnn.commands.exits import FINDINGS, errors_to_exit
from litesnn.commands.options import (
    DataDirOption,
    DatasetOption,
    DeviceOption,
    EnginesOption,
    InputOption,
    JsonOption,
    LabelsOption,
    LavaSamplesOption,
    LavaTimeoutOption,
    ModelsOption,
    NoLavaOption,
    SeedOption,
    chosen_engines,
    ignored_inputs,
)
from litesnn.commands.parts_options import MergeOption, PartOption, WorkersOption, chosen_plan, show_share
from litesnn.runtime.lava import LAVA_TIMEOUT


def verify_command(
    program: Annotated[Path, typer.Argument(help="A program directory.")],
    samples: LavaSamplesOption = 32,
    no_lava: NoLavaOption = False,
    engines: EnginesOption = None,
    models: ModelsOption = "stock",
    lava_timeout: LavaTimeoutOption = LAVA_TIMEOUT,
    input_path: InputOption = None,
    labels_path: LabelsOption = None,
    dataset: DatasetOption = None,
    data_dir: DataDirOption = None,
    seed: SeedOption = 0,
    device: DeviceOption = "cpu",
    workers: WorkersOption = None,
    parts: Annotated[
        Path | None,
        typer.Option(
            "--parts",
            metavar="DIR",
            help="Verify 256 samples at a time, and keep what is done in this folder until all are: a later run goes on from it.",
        ),
    ] = None,
    part: PartOption = None,
    merge: MergeOption = False,
    json_output: JsonOption = False,
) -> None:
    """Verify a program spike for spike: against the PyTorch model of its genotype; an imported one, exact simulator against Lava.

    Reports mismatching spikes per population and time step and, where there are any, the first divergence with both membranes
    and the likely cause. Exit code 0: all spikes agree; 1: they do not, a register was left, or nothing was compared (--samples 0;
    --no-lava where no PyTorch model exists).
    """
    with errors_to_exit():
        from litesnn.base.errors import PartsError
        from litesnn.compiler.program import Program
        from litesnn.compiler.rules.range_rules import seen_findings
        from litesnn.jobs.samples import SampleChoice
        from litesnn.jobs.testbench.base import testbench
        from litesnn.jobs.verify import verify
        from litesnn.jobs.verify_parts import verify_in_parts
        from litesnn.runtime.verify import Verification

        compared = chosen_engines(engines, no_lava)
        plan = chosen_plan(workers, part, merge)
        if parts is None and (part or merge):
            raise PartsError("--part and --merge: found without --parts DIR; allowed with it, where parts are kept")
        if "rtl" in compared and (workers is not None or parts is not None):
            raise PartsError(
                "--engines rtl: found with --workers or --parts; allowed where all samples are verified in one"
            )
        loaded = Program.load(program)
        choice = SampleChoice(input_path, labels_path, data_dir, seed, dataset=dataset)
        lava_samples = samples if "lava" in compared else 0
        if samples == 0:
            warn(ignored_inputs(input=input_path, labels=labels_path, data_dir=data_dir, dataset=dataset))
            result = Verification(note="no samples: --samples 0 simulates nothing")
        elif workers is not None or parts is not None:
            with EngineProgress() as progress:
                found = verify_in_parts(
                    program,
                    choice,
                    plan,
                    parts,
                    lava_samples=lava_samples,
                    lava_models=models,
                    lava_timeout=lava_timeout,
                    device=device,
                    progress=progress,
                )
            if found is None:
                show_share(plan, str(parts))
                return
            result = found
        else:
            chosen = testbench(loaded.origin).samples(choice, lambda: loaded.graph)
            rtl = None
            if "rtl" in compared:
                from litesnn.jobs.rtl import RtlEngine

                rtl = RtlEngine.of(loaded)
            with EngineProgress() as progress:
                result = verify(
                    loaded.graph,
                    loaded.origin,
                    chosen,
                    lava_samples=lava_samples,
                    lava_models=models,
                    lava_timeout=lava_timeout,
                    rtl=rtl,
                    rtl_samples=samples,
                    device=device,
                    progress=progress,
                )
        simulated = result.samples.get("exact", 0)
        findings = list(seen_findings(loaded.graph, loaded.origin.range_advice, result.registers, simulated))
        if json_output:
            print_json({**result.document().plain(), "findings": [finding.document() for finding in findings]})
        else:
            from litesnn.compiler.report.panels.findings import FindingsPanel
            from litesnn.compiler.report.panels.verification import VerificationPanel
            from litesnn.display.report import show_panel

            show_panel(stdout_console(), VerificationPanel.of_verification(result.document()))
            if findings:
                show_panel(stdout_console(), FindingsPanel.of_findings(findings))
        if findings or not result.equal:
            raise typer.Exit(FINDINGS)

"""A network of another tool, read from its file -> a checked and verified program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from litesnn.commands.common import FINDINGS, EngineProgress, print_json, stdout_console

if TYPE_CHECKING:
    from litesnn.compiler.passes import SignHandling
    from litesnn.compiler.profile import Profile
    from litesnn.compiler.report import Report
    from litesnn.importing import Network
    from litesnn.runtime.lava import Models


@dataclass(frozen=True)
class Job:
    """Where to, for which chip, and what to verify with; see `import_network`."""

    directory: Path
    profile: Profile
    sign: SignHandling
    lava_samples: int | None
    simulate: bool
    lava_models: Models
    lava_timeout: float
    input_path: Path | None
    labels_path: Path | None
    seed: int
    json_output: bool


def import_program(network: Network, job: Job) -> None:
    """Compile, verify and write it; exit code 1 if a rule is broken (nothing is written) or messages differ."""
    from litesnn.importing import import_network

    with EngineProgress() as progress:
        result = import_network(
            network,
            job.profile,
            sign=job.sign,
            input_path=job.input_path,
            labels_path=job.labels_path,
            seed=job.seed,
            lava_samples=job.lava_samples,
            lava_models=job.lava_models,
            lava_timeout=job.lava_timeout,
            simulate=job.simulate,
            progress=progress,
        )
    if result.fits:
        result.program.save(job.directory)
    report = result.program.report
    if job.json_output:
        print_json(_document(report, job.directory if result.fits else None))
    else:
        from litesnn.display.imported import show_import

        show_import(stdout_console(), report, str(job.directory) if result.fits else None)
    if not result.fits or result.equal is False:
        raise typer.Exit(FINDINGS)


def _document(report: Report, directory: Path | None) -> dict[str, Any]:
    parts = report.plain()
    verification = parts["verification"] or {}
    compared = (
        "mismatching_spikes",
        "mismatching_readouts",
        "compared_spikes",
        "compared_readouts",
        "silent_populations",
        "spike_counts",
        "samples",
    )
    return {
        "name": report.name,
        "profile": report.profile,
        "program": None if directory is None else str(directory),
        "imported": parts["imported"],
        "fidelity": parts["fidelity"],
        "isolated": report.network.isolated,
        **{key: verification.get(key) for key in compared},
        "cores": None if report.mapping is None else report.mapping.cores,
        **{name: parts[name] for name in ("network", "memory", "schedule", "findings")},
    }

"""What `compile` and `import` share: a network that was read -> a checked, verified and written program, shown or as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from litesnn.base.bars import EngineProgress
from litesnn.commands.consoles import print_json, stdout_console, warn
from litesnn.commands.exits import FINDINGS
from litesnn.commands.options import ignored_inputs

if TYPE_CHECKING:
    from litesnn.compiler.graph import Graph
    from litesnn.compiler.mapping.objective_names import ObjectiveName
    from litesnn.compiler.origin import Origin
    from litesnn.compiler.passes import SignHandling
    from litesnn.compiler.profile import Profile
    from litesnn.compiler.report import Report
    from litesnn.jobs.samples import SampleChoice
    from litesnn.runtime.lava import Models

ListPassesOption = Annotated[
    bool, typer.Option("--list-passes", help="Print the names of this network's passes, in order, and stop.")
]
PrintAfterOption = Annotated[
    list[str] | None,
    typer.Option("--print-after", metavar="PASS", help="Print the graph after this pass; repeat it for more."),
]
StopAfterOption = Annotated[
    str | None,
    typer.Option("--stop-after", metavar="PASS", help="Print the graph after this pass and stop; nothing is written."),
]


@dataclass(frozen=True)
class Passes:
    """What of the passes is shown."""

    listed: bool = False
    printed: tuple[str, ...] = ()
    last: str | None = None


@dataclass(frozen=True)
class Job:
    """Where to, for which chip, and what to verify with; see `compile`. Without `samples` nothing is simulated."""

    directory: Path
    profile: Profile
    sign: SignHandling
    samples: SampleChoice | None
    lava_samples: int | None
    lava_models: Models
    lava_timeout: float
    placement: ObjectiveName
    passes: Passes
    json_output: bool


def sample_choice(count: int | None, **given: Any) -> SampleChoice | None:
    """The samples of a command; None with `--samples 0`, which reads none: what was given for nothing is warned of.

    `given` are the fields of `SampleChoice`.
    """
    from litesnn.jobs.samples import SampleChoice

    if count != 0:
        return SampleChoice(**given)
    warn(ignored_inputs(**{name.removesuffix("_path"): path for name, path in given.items() if name != "seed"}))
    return None


def deliver(origin: Origin, job: Job) -> None:
    """Compile, verify and write it; exit code 1 if a rule is broken (nothing is written) or engines differ."""
    shown = _Shown(job)
    if shown.instead(origin):
        return
    from litesnn.jobs.compile import compile

    with EngineProgress() as progress:
        result = compile(
            origin,
            job.profile,
            sign=job.sign,
            samples=job.samples,
            lava_samples=job.lava_samples,
            lava_models=job.lava_models,
            lava_timeout=job.lava_timeout,
            placement=job.placement,
            progress=progress,
            watch=shown.watch,
        )
    if result.fits:
        result.program.save(job.directory)
    report = result.program.report
    if job.json_output:
        print_json({**_document(report, job.directory if result.fits else None), **shown.document()})
    else:
        from litesnn.display.compiled import show_compiled

        show_compiled(stdout_console(), report, str(job.directory) if result.fits else None)
    if not result.fits or result.equal is False:
        raise typer.Exit(FINDINGS)


class _Shown:
    """Prints graphs after the passes that were asked for, or keeps them for the one JSON object."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.kept: list[dict[str, Any]] = []

    def instead(self, origin: Origin) -> bool:
        """Whether the passes are all that was asked for, and then they are printed; refuses names that no pass has."""
        job, wanted = self.job, self.job.passes
        pipeline = origin.pipeline(job.profile, job.sign)
        for name in (*wanted.printed, *([] if wanted.last is None else [wanted.last])):
            pipeline.check_name(name)
        if wanted.listed:
            if job.json_output:
                print_json({"passes": list(pipeline.names)})
            else:
                stdout_console().print("\n".join(pipeline.names))
            return True
        if wanted.last is None:
            return False
        pipeline.up_to(wanted.last).run(watch=self.watch)
        if job.json_output:
            print_json(self.document())
        else:
            stdout_console().print(f"stopped after {wanted.last}: nothing was written")
        return True

    def watch(self, name: str, graph: Graph) -> None:
        """Show the graph after a pass that was asked for."""
        if name not in self.job.passes.printed and name != self.job.passes.last:
            return
        from litesnn.display.graph import graph_document, show_graph

        if self.job.json_output:
            self.kept.append({"pass": name, **graph_document(graph)})
        else:
            show_graph(stdout_console(), name, graph)

    def document(self) -> dict[str, Any]:
        """The graphs for JSON, where some were asked for."""
        return {"passes": self.kept} if self.kept else {}


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
        "accuracy",
        "samples",
        "common_samples",
        "common_accuracy",
    )
    return {
        "name": report.name,
        "profile": report.profile,
        "program": None if directory is None else str(directory),
        "isolated": report.network.isolated,
        **{key: verification.get(key) for key in compared},
        "proof": parts.get("proof"),
        "cores": None if report.mapping is None else report.mapping.cores,
        "rules": None if report.mapping is None else report.mapping.rules,
        "by_rules": None if parts["mapping"] is None else parts["mapping"]["by_rules"],
        **{name: parts[name] for name in ("imported", "fidelity", "network", "memory", "schedule", "findings")},
    }

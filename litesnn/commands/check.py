"""`litesnn check GENOTYPE|PROGRAM --profile P`: fidelity labels, schedule and every rule, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from litesnn.commands.common import (
    FINDINGS,
    JsonOption,
    ProfileOption,
    SetOption,
    chosen_profile,
    errors_to_exit,
    print_json,
    stdout_console,
)

if TYPE_CHECKING:
    from litesnn.compiler.profile import Profile


def check_command(
    path: Annotated[Path, typer.Argument(help="A trained genotype (.json) or a program directory.")],
    profile: ProfileOption = "loihi2",
    settings: SetOption = None,
    certificate: Annotated[bool, typer.Option("--certificate", help="Show the table of arrival times.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Check a genotype or program against a profile: all findings at once, with headroom, and how faithful each step is.

    Exit code 1 if a rule is broken.
    """
    with errors_to_exit():
        report = _report(path, chosen_profile(profile, settings))
        if json_output:
            print_json(
                {
                    key: report[key]
                    for key in ("name", "profile", "findings", "fidelity", "schedule", "certificate", "ranges")
                }
            )
        else:
            from litesnn.display.report import certificate_table, fidelity_table, findings_table

            console = stdout_console()
            console.print(f"[bold]{report['name']}[/] against [bold]{report['profile']}[/]")
            console.print(fidelity_table(report["fidelity"]))
            if certificate:
                console.print(certificate_table(report))
            console.print(findings_table(report["findings"]))
        if any(finding["severity"] == "error" for finding in report["findings"]):
            raise typer.Exit(FINDINGS)


def _report(path: Path, target: Profile) -> dict[str, Any]:
    from litesnn.compilation import try_mapping
    from litesnn.compiler.genotype import load_genotype
    from litesnn.compiler.mapping import Mapping
    from litesnn.compiler.pipeline import compile_graph
    from litesnn.compiler.program import Program, is_program
    from litesnn.compiler.report import build_report
    from litesnn.compiler.rules import check_rules

    if is_program(path):
        # A program is checked as it stands: its graph may have been compiled for another profile.
        program = Program.load(path)
        graph, loaded = program.graph, program.genotype
    else:
        loaded = load_genotype(path)
        graph = compile_graph(loaded, target)
    mapping = try_mapping(graph, target)
    findings = check_rules(graph, target, mapping)
    placed = mapping if isinstance(mapping, Mapping) else None
    return build_report(graph, loaded, target, findings, None, mapping=placed)

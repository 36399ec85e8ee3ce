"""`litesnn check GENOTYPE|PROGRAM --profile P`: fidelity labels, schedule and every rule, before anything is written."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from litesnn.commands.common import FINDINGS, JsonOption, ProfileOption, errors_to_exit, print_json, stdout_console


def check_command(
    path: Annotated[Path, typer.Argument(help="A trained genotype (.json) or a program directory.")],
    profile: ProfileOption = "loihi2",
    certificate: Annotated[bool, typer.Option("--certificate", help="Show the table of arrival times.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Check a genotype or program against a profile: all findings at once, with headroom, and how faithful each step is.

    Exit code 1 if a rule is broken.
    """
    with errors_to_exit():
        report = _report(path, profile)
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


def _report(path: Path, profile: str) -> dict[str, Any]:
    from litesnn.compiler.genotype import load_genotype
    from litesnn.compiler.pipeline import compile_graph
    from litesnn.compiler.profile import load_profile
    from litesnn.compiler.program import Program, is_program
    from litesnn.compiler.report import build_report
    from litesnn.compiler.rules import check_rules

    target = load_profile(profile)
    if is_program(path):
        # A program is checked as it stands: its graph may have been compiled for another profile.
        program = Program.load(path)
        graph, loaded = program.graph, program.genotype
    else:
        loaded = load_genotype(path)
        graph = compile_graph(loaded, target)
    findings = check_rules(graph, target)
    report = build_report(graph, loaded, target, findings, None)
    assert report["findings"] == [asdict(finding) for finding in findings]
    return report

"""`litesnn check GENOTYPE|PROGRAM --profile P`: fidelity labels, schedule and every rule, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from litesnn.base.bars import StepProgress
from litesnn.base.terminal import assembled, styled
from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import FINDINGS, errors_to_exit
from litesnn.commands.options import JsonOption, ProfileOption, RulesOption, SetOption, SignOption, chosen_profile
from litesnn.compiler.origin.formats import foreign_suffixes

if TYPE_CHECKING:
    from rich.text import Text

    from litesnn.compiler.fixes import Plan
    from litesnn.compiler.report import Report
    from litesnn.jobs.check import Check

REPORTED = {"name", "profile", "findings", "fidelity", "schedule", "certificate", "ranges"}


def check_command(
    path: Annotated[
        Path,
        typer.Argument(
            help=f"A genotype (.json), trained or not, a file of another tool ({foreign_suffixes()}), or a program."
        ),
    ],
    profile: ProfileOption = "loihi2",
    settings: SetOption = None,
    rules: RulesOption = None,
    sign: SignOption = "auto",
    fix_seconds: Annotated[
        float, typer.Option("--fix-seconds", min=0, help="Time to look for fixes that work; 0 for none.")
    ] = 20.0,
    no_fixes: Annotated[bool, typer.Option("--no-fixes", help="Do not look for fixes.")] = False,
    fixed: Annotated[
        Path | None, typer.Option("--fixed", help="Write the genotype with all fixes applied, to be trained again.")
    ] = None,
    certificate: Annotated[bool, typer.Option("--certificate", help="Show the table of arrival times.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Check a genotype or program against a profile: all findings at once, with headroom and fixes that were checked to work.

    An untrained genotype is checked by its shapes, bits and input range. Exit code 1 if a rule is broken.
    """
    with errors_to_exit():
        from litesnn.base.errors import OutputError
        from litesnn.jobs.check import check

        target = chosen_profile(profile, settings, rules)
        seconds = 0.0 if no_fixes else fix_seconds
        if fixed is not None and seconds <= 0:
            off = "--no-fixes" if no_fixes else "--fix-seconds 0"
            raise OutputError(f"--fixed: needs fixes to be looked for; leave out {off}")
        if fixed is not None:
            from litesnn.compiler.genotype import check_genotype_output

            check_genotype_output(fixed)
        with StepProgress("trying fixes") as progress:
            result = check(path, target, sign=sign, fix_seconds=seconds, progress=progress)
        report = _report(result)
        plan = _plan_document(result.plan)
        console = stdout_console()
        if json_output:
            shown_parts = {name: part for name, part in report.plain().items() if name in REPORTED}
            print_json({**shown_parts, "plan": plan, "trained": result.trained})
        else:
            from litesnn.compiler.report.panels.certificate import CertificatePanel
            from litesnn.compiler.report.panels.fidelity import FidelityPanel
            from litesnn.compiler.report.panels.findings import FindingsPanel
            from litesnn.display.report import plan_lines, show_panel

            console.print(assembled((report.name, "bold"), " against ", (report.profile, "bold")))
            if not result.trained:
                console.print(
                    "not trained: memory and cores are those of random weights, accumulators those of the largest weights and inputs"
                )
            show_panel(console, FidelityPanel.of(report))
            if certificate:
                show_panel(console, CertificatePanel.of(report))
            show_panel(console, FindingsPanel.of(report))
            if plan is not None:
                console.print(plan_lines(plan))
        if fixed is not None:
            said = _write_fixed(result.plan, fixed)
            if not json_output:
                console.print(said)
        if not result.fits:
            raise typer.Exit(FINDINGS)


def _report(result: Check) -> Report:
    from litesnn.compiler.report import Made, build_report

    checked = result.checked
    return build_report(
        Made(
            graph=checked.graph,
            origin=result.origin,
            profile=checked.subject.profile,
            findings=checked.findings,
        )
    )


def _plan_document(plan: Plan | None) -> dict[str, Any] | None:
    """The plan as the command prints it; `left` are the rules that stay broken."""
    if plan is None:
        return None
    return {
        "passes": plan.passes,
        "fixes": [vars(fix.remedy()) for fix in plan.fixes],
        "left": [{"code": finding.code, "place": finding.place} for finding in plan.result.errors],
    }


def _write_fixed(plan: Plan | None, path: Path) -> Text:
    """Write the plan's genotype, unless settings alone fix everything; what was done, for a person."""
    from litesnn.compiler.genotype import save_genotype

    edits = [fix for fix in plan.fixes if fix.retrain] if plan is not None else []
    if plan is None or not edits:
        return styled("no fix changes the genotype: none was written")
    genotype = plan.result.subject.genotype
    assert genotype is not None, "what was edited is a genotype"
    save_genotype(genotype.spec, genotype.trained, path)
    return assembled(f"genotype with {len(edits)} change(s) written to ", (str(path), "bold"), "; train it again")

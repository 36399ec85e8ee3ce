"""The rule check as users call it: a network or a program against a profile, with fixes that were checked to work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from litesnn.base.bars import step_progress
from litesnn.base.cards.card import Card, Figure, Rows
from litesnn.base.cards.shown import Shown
from litesnn.compiler.fixes import SECONDS, Plan, make_plan, with_remedies
from litesnn.compiler.origin import Origin
from litesnn.compiler.passes import SignHandling
from litesnn.compiler.profile import load_profile
from litesnn.compiler.profile.load import AnyProfile
from litesnn.compiler.program import Program
from litesnn.compiler.program.given import AnyProgram
from litesnn.compiler.report.card import findings_table
from litesnn.compiler.rules import Checked, Finding, Subject
from litesnn.compiler.rules import check as check_subject
from litesnn.jobs.networks import Network, network_or_program, origin_of


@dataclass(frozen=True, repr=False)
class Check(Shown):
    """Every finding, and the plan that fixes all errors together; None where there is no error or no fix for any.

    `origin` is where what was checked comes from; with random weights where it is not `trained`.
    """

    checked: Checked
    origin: Origin
    plan: Plan | None = None
    trained: bool = True

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of all rules, worst first."""
        return self.checked.findings

    @property
    def fits(self) -> bool:
        """Whether no rule is broken."""
        return not self.checked.errors

    def card(self) -> Card:
        """See `Shown`: whether it fits, what does not hold, and what fixes it."""
        profile = self.checked.subject.profile.name
        broken, warned = (
            [found for found in self.findings if found.severity == severity] for severity in ("error", "warning")
        )
        held = len(self.findings) - len(broken) - len(warned)
        fixes = self.plan.fixes if self.plan is not None else ()
        remedies = [fix.remedy() for fix in fixes]
        return Card(
            kind="Check",
            title=f"{self.origin.name} on {profile}",
            answer=f"Fits {profile}" if self.fits else f"Does not fit {profile}: {broken[0].message}",
            detail="" if self.trained else "Not trained: memory and cores are those of random weights.",
            state="good" if self.fits else "bad",
            figures=(
                Figure("errors", str(len(broken)), state="bad" if broken else "good"),
                Figure("warnings", str(len(warned))),
                Figure("rules that hold", str(held)),
                *([Figure("fixes", str(len(fixes)), "checked to work together")] if fixes else []),
            ),
            tables=(
                findings_table(self.findings),
                Rows.of(
                    "what fixes it", ("option", "change"), ((r.command, r.description) for r in remedies), len(fixes)
                ),
            ),
        )


def check(
    network: Network | AnyProgram,
    profile: AnyProfile = "loihi2",
    *,
    sign: SignHandling = "auto",
    fix_seconds: float = SECONDS,
    progress: Callable[[str], None] | bool = True,
) -> Check:
    """Check a network against a profile: all findings at once, and for those that are not ok the cheapest fix that works.

    Parameters
    ----------
    network : a genotype, a file of another tool or a program, as a path or loaded; the graph of a program is checked as it stands
    profile : name of a shipped profile, path of a TOML file, or a loaded profile
    sign : how weights of both signs are stored when it is compiled
    fix_seconds : time to look for fixes, 0 for none; a network without findings takes none of it
    progress : True shows what is tried where somebody looks; or called with the description of every fix before it is tried

    Raises
    ------
    LiteSNNError
        For a malformed network, or a wrong profile. An untrained genotype is checked with random weights, without fixes. Broken limits of the chip are findings.
    """
    target, given = load_profile(profile), network_or_program(network)
    origin, graph = (given.origin, given.graph) if isinstance(given, Program) else (origin_of(given), None)
    if graph is None and origin.genotype is None:
        graph = origin.pipeline(target, sign).run()
    checked = check_subject(
        Subject(profile=target, genotype=origin.genotype, graph=graph, sign=sign, advice=origin.range_advice)
    )
    if not origin.trained:  # fixes edit weights
        return Check(checked, origin.with_weights(), trained=False)
    if fix_seconds <= 0:
        return Check(checked, origin)
    with step_progress(progress, "trying fixes") as told:
        remedied = with_remedies(checked, fix_seconds, told)
    return Check(remedied.checked, origin, make_plan(remedied))

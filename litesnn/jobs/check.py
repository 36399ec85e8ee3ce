"""The rule check as users call it: a network or a program against a profile, with fixes that were checked to work."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from litesnn.compiler.fixes import SECONDS, Plan, make_plan, with_remedies
from litesnn.compiler.origin import Origin
from litesnn.compiler.passes import SignHandling
from litesnn.compiler.profile import Profile, load_profile
from litesnn.compiler.program import Program, is_program
from litesnn.compiler.rules import Checked, Finding, Subject
from litesnn.compiler.rules import check as check_subject
from litesnn.jobs.networks import Network, origin_of


@dataclass(frozen=True)
class Check:
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


def check(
    network: Network | Program,
    profile: str | os.PathLike[str] | Profile = "loihi2",
    *,
    sign: SignHandling = "auto",
    fix_seconds: float = SECONDS,
    progress: Callable[[str], None] | None = None,
) -> Check:
    """Check a network against a profile: all findings at once, and for those that are not ok the cheapest fix that works.

    Parameters
    ----------
    network : a genotype, a file of another tool or a program, as a path or loaded; the graph of a program is checked as it stands
    profile : name of a shipped profile, path of a TOML file, or a loaded profile
    sign : how weights of both signs are stored when it is compiled
    fix_seconds : time to look for fixes, 0 for none; a network without findings takes none of it
    progress : called with the description of every fix before it is tried

    Raises
    ------
    LiteSNNError
        For a malformed network, or a wrong profile. An untrained genotype is checked with random weights, without fixes. Broken limits of the chip are findings.
    """
    target = profile if isinstance(profile, Profile) else load_profile(profile)
    if isinstance(network, str | os.PathLike) and is_program(Path(network)):
        network = Program.load(network)
    origin, graph = (network.origin, network.graph) if isinstance(network, Program) else (origin_of(network), None)
    if graph is None and origin.genotype is None:
        graph = origin.pipeline(target, sign).run()
    checked = check_subject(
        Subject(profile=target, genotype=origin.genotype, graph=graph, sign=sign, advice=origin.range_advice)
    )
    if not origin.trained:  # fixes edit weights
        return Check(checked, origin.with_weights(), trained=False)
    if fix_seconds <= 0:
        return Check(checked, origin)
    remedied = with_remedies(checked, fix_seconds, progress)
    return Check(remedied.checked, origin, make_plan(remedied))

"""The main job: genotype and profile in, a checked and verified program out."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from litesnn.compiler.fixes import with_remedies
from litesnn.compiler.genotype import LoadedGenotype, load_genotype
from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping import Mapping
from litesnn.compiler.passes import SignHandling
from litesnn.compiler.pipeline import compile_graph
from litesnn.compiler.profile import Profile, load_profile
from litesnn.compiler.program import Program
from litesnn.compiler.report import Made, build_report
from litesnn.compiler.report.sections.mapping import SimulationEntry
from litesnn.compiler.rules import Checked, Finding, Subject, check_rules, try_mapping
from litesnn.compiler.rules.finding import worst_first
from litesnn.compiler.rules.listed import broken_rules
from litesnn.compiler.rules.range_rules import left_registers, with_seen
from litesnn.compiler.weight_facts import Origin, given
from litesnn.engines import Progress
from litesnn.runtime.lava import LAVA_TIMEOUT, Models
from litesnn.runtime.mapped import MappedCheck, check_mapping
from litesnn.runtime.verify import Verification
from litesnn.runtime.verify.verify import ACTIVITY_ENGINE
from litesnn.samples import Samples
from litesnn.verification import LAVA_SAMPLES, verify

MAPPED_SAMPLES = 32


@dataclass(frozen=True)
class Compilation:
    """A compiled program with what the rules and the verification say about it."""

    program: Program
    findings: tuple[Finding, ...]
    verification: Verification | None
    mapped: MappedCheck | None = None

    @property
    def equal(self) -> bool | None:
        """Whether all engines agree, the mapped simulation included where it was run; None where no engines were compared."""
        if self.mapped is not None and not self.mapped.equal:
            return False
        return None if self.verification is None else self.verification.equal

    @property
    def fits(self) -> bool:
        """Whether no rule found an error."""
        return all(finding.severity != "error" for finding in self.findings)


def compile(
    genotype: str | os.PathLike[str] | LoadedGenotype,
    profile: str | os.PathLike[str] | Profile = "loihi2",
    *,
    sign: SignHandling = "auto",
    samples: Samples | None = None,
    lava_samples: int | None = LAVA_SAMPLES,
    lava_models: Models = "stock",
    lava_timeout: float = LAVA_TIMEOUT,
    progress: Progress | None = None,
) -> Compilation:
    """Compile a trained genotype, check it against the profile's rules and, given samples, verify it.

    Parameters
    ----------
    genotype : path of a genotype file, or one that is loaded
    profile : name of a shipped profile, path of a TOML file, or a loaded profile
    sign : how weights of both signs are stored: `split`, `mixed`, or `auto` (the cheaper one as encoded)
    samples : verification inputs (`litesnn.samples.verification_samples`); None simulates nothing: no
        spikes are compared, and there are no figures of traffic and energy
    lava_samples, lava_models, lava_timeout : how many of them go through Lava (None: all), with whose models, and how many
        seconds it may give no sign of life; see `verify`

    Raises
    ------
    LiteSNNError
        For anything wrong with the genotype, the profile or the backend. A program that breaks a rule is returned, not raised;
        if the rule is one of the graph, it is not simulated.
    """
    loaded = genotype if isinstance(genotype, LoadedGenotype) else load_genotype(genotype)
    target = profile if isinstance(profile, Profile) else load_profile(profile)
    graph = compile_graph(loaded, target, sign)
    verification = None
    if samples is not None and not broken_rules(graph, target):
        verification = verify(
            graph,
            loaded,
            samples,
            lava_samples=lava_samples,
            lava_models=lava_models,
            lava_timeout=lava_timeout,
            progress=progress,
        )
    simulated = samples_option(samples is not None, lava_samples, lava_models)
    command = f"litesnn-compile {shlex.quote(_name(genotype))} --profile {target.name} --sign {sign} {simulated}"
    return assemble(graph, loaded, target, command, samples, verification, sign)


def assemble(
    graph: Graph,
    origin: Origin,
    target: Profile,
    command: str,
    samples: Samples | None,
    verification: Verification | None,
    sign: SignHandling = "auto",
) -> Compilation:
    """Map a compiled graph, check it against the rules, and make the program with its report.

    Parameters
    ----------
    origin : the genotype or file the graph came from
    samples, verification : what was verified, for the mapped simulation and the costs; None where nothing was
    sign : how the graph stores weights of both signs, for fixes that compile again
    """
    activity = verification.activity if verification else None
    rates = None if activity is None else {name: n / activity.samples for name, n in activity.events.items()}
    mapping = try_mapping(graph, target, rates)
    placed = mapping if isinstance(mapping, Mapping) else None
    made_from = given(origin)
    findings = tuple(check_rules(graph, target, mapping, made_from))
    seen = verification.registers if verification else {}
    if left_registers(seen) or any(finding.severity == "error" for finding in findings):
        genotype, compiled = (origin, None) if isinstance(origin, LoadedGenotype) else (None, graph)
        subject = Subject(target, genotype, compiled, sign, made_from)
        findings = with_remedies(Checked(subject, graph, mapping, findings)).checked.findings
    if verification is not None:
        # After the remedies, which have to prove a register, not only to make it hold for these samples.
        simulated = verification.samples.get(ACTIVITY_ENGINE, 0)
        findings = tuple(worst_first(with_seen(findings, graph, seen, simulated)))
    mapped = None
    if placed is not None and samples is not None:
        mapped = check_mapping(graph, placed, target, samples.inputs[:MAPPED_SAMPLES])
    made = Made(
        graph=graph,
        origin=origin,
        profile=target,
        findings=findings,
        verification=verification.document() if verification else None,
        command=command,
        mapping=placed,
        simulation=None if mapped is None else SimulationEntry.model_validate(mapped),
        activity=activity,
    )
    report = build_report(made)
    return Compilation(Program(graph, origin, target, command, report, placed), findings, verification, mapped)


def samples_option(simulated: bool, lava_samples: int | None, lava_models: Models) -> str:
    """How a command line says what is simulated; a command of a report is made so, and stands without paths."""
    if not simulated:
        return "--samples 0"
    if lava_samples == 0:
        return "--no-lava"
    models = "" if lava_models == "stock" else f" --models {lava_models}"
    return f"--samples {'all' if lava_samples is None else lava_samples}{models}"


def _name(genotype: str | os.PathLike[str] | LoadedGenotype) -> str:
    return genotype.spec.name if isinstance(genotype, LoadedGenotype) else Path(genotype).name

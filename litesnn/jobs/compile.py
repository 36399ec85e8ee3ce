"""The main job: a network and a profile in, a checked and verified program out."""

from __future__ import annotations

from functools import cache

from litesnn.base.bars import engine_progress
from litesnn.compiler.encoding import EncodedCost
from litesnn.compiler.fixes import with_remedies
from litesnn.compiler.graph import Graph
from litesnn.compiler.image import build_image, image_files
from litesnn.compiler.mapping import Mapping
from litesnn.compiler.mapping.objective import Objective
from litesnn.compiler.mapping.objective_names import BALANCED, ObjectiveName
from litesnn.compiler.origin import Origin
from litesnn.compiler.passes import SignHandling
from litesnn.compiler.pipeline import Watch
from litesnn.compiler.profile import Profile, load_profile
from litesnn.compiler.profile.load import AnyProfile
from litesnn.compiler.program.program import assembled, deployed_files
from litesnn.compiler.report import Made, build_report
from litesnn.compiler.report.sections.mapping import SimulationEntry
from litesnn.compiler.rule_counts import rule_counts
from litesnn.compiler.rules import Checked, Subject, check_rules, try_mapping
from litesnn.compiler.rules.finding import worst_first
from litesnn.compiler.rules.listed import broken_rules
from litesnn.compiler.rules.range_rules import left_registers, with_seen
from litesnn.jobs.command_words import compile_words, samples_option
from litesnn.jobs.compilation import Compilation
from litesnn.jobs.engines import Progress
from litesnn.jobs.float_comparison import compared
from litesnn.jobs.networks import Network, origin_of
from litesnn.jobs.prove import proof_of
from litesnn.jobs.samples import OWN_SAMPLES, AnyArray, SampleChoice, Samples, choice_of
from litesnn.jobs.testbench.base import testbench
from litesnn.jobs.verify import LAVA_SAMPLES, verify
from litesnn.runtime.lava import LAVA_TIMEOUT, Models
from litesnn.runtime.mapped import check_image
from litesnn.runtime.verify import Verification
from litesnn.runtime.verify.verify import ACTIVITY_ENGINE

MAPPED_SAMPLES = 32


def compile(
    network: Network,
    profile: AnyProfile = "loihi2",
    *,
    sign: SignHandling = "auto",
    samples: Samples | SampleChoice | AnyArray | None = OWN_SAMPLES,
    lava_samples: int | None = LAVA_SAMPLES,
    lava_models: Models = "stock",
    lava_timeout: float = LAVA_TIMEOUT,
    placement: ObjectiveName = BALANCED,
    progress: Progress | bool = True,
    watch: Watch | None = None,
) -> Compilation:
    """Compile a network, check it against the profile's rules and verify it: what `litesnn compile` does, but for writing it.

    A network of real values that was rounded is compared with its own run in floating point too.

    Parameters
    ----------
    network : a trained genotype, or a file of another tool: as a path or loaded
    profile : name of a shipped profile, path of a TOML file, or a loaded profile
    sign : how weights of both signs are stored: `split`, `mixed`, or `auto` (the cheaper one as encoded)
    samples : verification inputs, or what to take for them: an array or its .npy file, `SampleChoice`; the network's own where left
        out. None simulates nothing: no spikes are compared, and there are no figures of traffic and energy
    lava_samples, lava_models, lava_timeout : how many of them go through Lava (None: all), with whose models, and how many
        seconds it may give no sign of life; see `verify`
    placement : what the places of cores are chosen for: `balanced` (nearly the fewest hops, a calm busiest link), `hops`,
        `busiest-link`, or `energy-delay` by the profile's figures
    progress : True shows bars where somebody looks; or called with (engine, done, total)
    watch : called with the name of every pass and the graph that it gave

    Raises
    ------
    LiteSNNError
        For anything wrong with the network, the profile, the samples or the backend. A program that breaks a rule is returned, not
        raised; if the rule is one of the graph, it is not simulated.
    """
    origin = origin_of(network)
    target = load_profile(profile)
    Objective.of(placement, target)
    bench = testbench(origin)

    @cache
    def compiled() -> Graph:
        return origin.pipeline(target, sign).run(watch=watch)

    wanted = choice_of(samples)
    chosen = bench.samples(wanted, compiled) if isinstance(wanted, SampleChoice) else wanted
    graph = compiled()
    if chosen is not None:
        origin = compared(origin, graph, chosen)
    verification = None
    if chosen is not None and not broken_rules(graph, target):
        with engine_progress(progress) as told:
            verification = verify(
                graph,
                origin,
                chosen,
                lava_samples=lava_samples,
                lava_models=lava_models,
                lava_timeout=lava_timeout,
                progress=told or False,
            )
    command = compile_words(
        origin, target, sign, placement, samples_option(chosen is not None, lava_samples, lava_models)
    )
    return assemble(graph, origin, target, command, chosen, verification, sign, placement)


def import_network(
    network: Network,
    profile: AnyProfile = "loihi2",
    *,
    input_path: AnyArray | None = None,
    labels_path: AnyArray | None = None,
    seed: int = 0,
    simulate: bool = True,
    sign: SignHandling = "auto",
    lava_samples: int | None = 2,
    lava_models: Models = "stock",
    lava_timeout: float = LAVA_TIMEOUT,
    placement: ObjectiveName = BALANCED,
    progress: Progress | bool = True,
) -> Compilation:
    """`compile` with samples as `litesnn import` chooses them: a user's arrays, or seeded random inputs.

    Parameters
    ----------
    input_path, labels_path, seed : see `SampleChoice`
    simulate : False simulates nothing, whatever the samples
    """
    return compile(
        network,
        profile,
        sign=sign,
        samples=SampleChoice(input_path, labels_path, None, seed) if simulate else None,
        lava_samples=lava_samples,
        lava_models=lava_models,
        lava_timeout=lava_timeout,
        placement=placement,
        progress=progress,
    )


def assemble(
    graph: Graph,
    origin: Origin,
    target: Profile,
    command: str,
    samples: Samples | None,
    verification: Verification | None,
    sign: SignHandling = "auto",
    placement: ObjectiveName = BALANCED,
) -> Compilation:
    """Map a compiled graph, check it against the rules, and make the program with its report.

    Parameters
    ----------
    origin : where the graph came from
    samples, verification : what was verified, for the mapped simulation and the costs; None where nothing was
    sign : how the graph stores weights of both signs, for fixes that compile again
    placement : see `compile`
    """
    activity = verification.activity if verification else None
    rates = None if activity is None else {name: n / activity.samples for name, n in activity.events.items()}
    mapping = try_mapping(graph, target, rates, objective=placement)
    placed = mapping if isinstance(mapping, Mapping) else None
    findings = tuple(check_rules(graph, target, mapping, origin.range_advice))
    seen = verification.registers if verification else {}
    if left_registers(seen) or any(finding.severity == "error" for finding in findings):
        compiled = graph if origin.genotype is None else None
        subject = Subject(
            profile=target, genotype=origin.genotype, graph=compiled, sign=sign, advice=origin.range_advice
        )
        findings = with_remedies(Checked(subject, graph, mapping, findings)).checked.findings
    if verification is not None:
        # After the remedies, which have to prove a register, not only to make it hold for these samples.
        simulated = verification.samples.get(ACTIVITY_ENGINE, 0)
        findings = tuple(worst_first(with_seen(findings, graph, seen, simulated)))
    image, mapped = None, None
    costs: list[dict[str, EncodedCost]] = []
    if placed is not None:
        image = build_image(graph, placed, target, origin.name, watch=lambda memory: costs.append(memory.costs))
    stored = {} if image is None else image_files(image)
    if image is not None and samples is not None:
        mapped = check_image(graph, image, samples.inputs[:MAPPED_SAMPLES], stored)
    deployed = deployed_files(graph, origin, target, placed, stored)
    made = Made(
        graph=graph,
        origin=origin,
        profile=target,
        findings=findings,
        verification=verification.document() if verification else None,
        command=command,
        mapping=placed,
        core_costs=costs,
        simulation=None if mapped is None else SimulationEntry.model_validate(mapped),
        activity=activity,
        rule_counts=() if placed is None else rule_counts(graph, target),
        proof=proof_of(deployed, origin.genotype).section,
    )
    program = assembled(
        deployed,
        graph=graph,
        origin=origin,
        profile=target,
        command=command,
        report=build_report(made),
        mapping=placed,
        image=image,
    )
    return Compilation(
        program,
        findings,
        verification,
        mapped,
    )

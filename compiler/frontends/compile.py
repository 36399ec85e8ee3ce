"""Compiling an imported network: weight formats, schedule and range proofs, as for a genotype, without its lowering."""

from __future__ import annotations

from litesnn.compiler.frontends.imported import Imported
from litesnn.compiler.graph import Graph
from litesnn.compiler.passes import (
    AssignFormats,
    BalanceDelays,
    FitBiases,
    Pass,
    PlaceOnHost,
    ProveRanges,
    ScheduleIsolated,
    ShareFormats,
    SignHandling,
    StaggerResets,
)
from litesnn.compiler.profile import Profile


def imported_passes(graph: Graph, profile: Profile, sign: SignHandling = "auto") -> list[Pass]:
    """The passes of an imported network, in order. Nothing is removed: every layer can be compared with its origin."""
    streamed = [BalanceDelays(profile.delay_max, relay_bits=profile.weight_bits[0]), StaggerResets()]
    return [
        FitBiases(profile),
        PlaceOnHost(profile.payload_bits),
        AssignFormats(profile, sign),
        ShareFormats(profile),
        *([ScheduleIsolated()] if graph.isolated else streamed),
        ProveRanges(profile),
    ]


def compile_imported(imported: Imported, profile: Profile, sign: SignHandling = "auto") -> Graph:
    """Schedule an imported network and give its weights formats of the profile; an exported program has both already.

    Raises
    ------
    CompileError
        If it cannot run on this profile.
    GraphError
        If a pass broke an invariant (a bug), naming the pass.
    """
    graph = imported.graph
    if graph.schedule is not None:
        graph.validate("import")
        return graph
    for step in imported_passes(graph, profile, sign):
        graph = step.apply(graph)
        graph.validate(step.name)
    return graph

"""The pipeline: a trained genotype and a profile in, a scheduled integer graph out. One line per pass."""

from __future__ import annotations

from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import Graph
from litesnn.compiler.lower import lower
from litesnn.compiler.passes import (
    AssignFormats,
    BalanceDelays,
    FitBiases,
    FoldNormalization,
    IsolateFeedback,
    Pass,
    PlaceOnHost,
    ProveRanges,
    RemoveDead,
    SignHandling,
    StaggerResets,
)
from litesnn.compiler.profile import Profile


def passes(profile: Profile, sign: SignHandling = "auto") -> list[Pass]:
    """The passes of a compilation, in order."""
    return [
        FoldNormalization(),
        FitBiases(profile),
        RemoveDead(),
        PlaceOnHost(profile.payload_bits),
        AssignFormats(profile, sign),
        BalanceDelays(profile.delay_max, relay_bits=profile.weight_bits[0]),
        IsolateFeedback(bool(profile.neuron.programmable.value)),
        StaggerResets(),
        ProveRanges(profile),
    ]


def compile_graph(loaded: LoadedGenotype, profile: Profile, sign: SignHandling = "auto") -> Graph:
    """Compile a trained genotype to a graph of integers for a profile.

    Raises
    ------
    GenotypeError, CompileError
        If the genotype is untrained or cannot be lowered for this profile.
    GraphError
        If a pass broke an invariant (a bug), naming the pass.
    """
    graph = lower(loaded)
    graph.validate("lower")
    for step in passes(profile, sign):
        graph = step.apply(graph)
        graph.validate(step.name)
    return graph

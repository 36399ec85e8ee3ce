"""A genotype as an origin: lowered from its topology and tensors, counted by its masks, kept with its bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from math import ceil, log2
from shlex import quote
from typing import TYPE_CHECKING, Any, ClassVar

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.compiler.genotype.card import loaded_card
from litesnn.compiler.origin.base import Origin

if TYPE_CHECKING:
    from litesnn.compiler.estimate import Estimate
    from litesnn.compiler.genotype import LoadedGenotype
    from litesnn.compiler.graph import Graph, Range
    from litesnn.compiler.origin.facts import WeightFacts
    from litesnn.compiler.passes import SignHandling
    from litesnn.compiler.pipeline import Pipeline
    from litesnn.compiler.profile import Profile

GENOTYPE = "genotype/genotype.json"


class GenotypeOrigin(Shown, Origin):
    """A genotype, with or without weights.

    Parameters
    ----------
    loaded : the genotype
    file : name of its file, for the command that made a program; its own name where None
    """

    kind: ClassVar[str] = "genotype"

    def __init__(self, loaded: LoadedGenotype, file: str | None = None) -> None:
        training = loaded.spec.training
        self.loaded, self.file = loaded, file
        self.genotype, self.name = loaded, loaded.spec.name
        self.seed = None if training is None else training.seed

    def pipeline(self, profile: Profile, sign: SignHandling = "auto") -> Pipeline:
        """See `Origin`."""
        from litesnn.compiler.lower import lower
        from litesnn.compiler.passes import (
            AssignFormats,
            BalanceDelays,
            FitBiases,
            FoldNormalization,
            IsolateFeedback,
            PlaceOnHost,
            PlainNeurons,
            ProveRanges,
            RemoveDead,
            StaggerResets,
        )
        from litesnn.compiler.pipeline import Pipeline

        passes = (
            FoldNormalization(),
            PlainNeurons(),
            FitBiases(profile),
            RemoveDead(),
            PlaceOnHost(profile.payload_bits),
            AssignFormats(profile, sign),
            BalanceDelays(profile.delay_max, relay_bits=profile.weight_bits[0]),
            IsolateFeedback(bool(profile.neuron.programmable.value)),
            StaggerResets(),
            ProveRanges(profile),
        )
        return Pipeline("lower", partial(lower, self.loaded), passes)

    def card(self) -> Card:
        """See `Shown`: the genotype's."""
        return replace(loaded_card(self.loaded), kind="GenotypeOrigin")

    @property
    def trained(self) -> bool:
        """See `Origin`."""
        return self.loaded.tensors is not None

    def with_weights(self) -> Origin:
        """See `Origin`."""
        from litesnn.compiler.stand_in import with_random_weights

        return self if self.trained else GenotypeOrigin(with_random_weights(self.loaded), self.file)

    def estimate(self, profile: Profile, rate: float, seed: int = 0, *, by_rules: bool = False) -> Estimate:
        """See `Origin`."""
        from litesnn.compiler.estimate import estimate

        return estimate(self.loaded, profile, rate=rate, seed=seed, by_rules=by_rules)

    def weight_facts(self, graph: Graph) -> WeightFacts:
        """See `Origin`."""
        from litesnn.compiler.origin.facts import genotype_facts

        return genotype_facts(self.loaded)

    def files(self) -> dict[str, bytes]:
        """See `Origin`."""
        file, document, weights = self.loaded.as_files
        return {GENOTYPE: document, f"genotype/{file}": weights}

    def described(self) -> dict[str, Any]:
        """See `Origin`."""
        return {"name": self.name, "source_format": "genotype"}

    def paper_counts(self, spikes: Mapping[str, float]) -> dict[str, Any]:
        """See `Origin`."""
        from litesnn.compiler.accounting import paper_counts

        return paper_counts(self.loaded, spikes).document()

    def misfits(self, graph: Graph) -> Iterator[tuple[str, Any, Any]]:
        """A genotype says what enters, for how long, and how many classes there are."""
        if len(graph.sources) != 1:
            return
        spec, source = self.loaded.spec, graph.sources[0]
        for what, found, wanted in (
            ("timesteps", graph.timesteps, spec.timesteps),
            ("input channels", source.genotype_channels, spec.input.shape[0]),
            ("input height and width", source.shape[1:], tuple(spec.input.shape[1:])),
            ("classes", graph.output.genotype_channels, spec.head.classes),
        ):
            if found != wanted:
                yield what, found, wanted

    def range_advice(self, graph: Graph, proof: Range) -> str:
        """See `Origin`."""
        return membrane_advice(graph, proof)

    def command(self) -> tuple[str, str]:
        """See `Origin`."""
        return f"litesnn-compile {quote(self.file or self.name)}", ""


def compile_graph(loaded: LoadedGenotype, profile: Profile, sign: SignHandling = "auto") -> Graph:
    """Compile a trained genotype to a graph of integers for a profile.

    Raises
    ------
    GenotypeError, CompileError
        If the genotype is untrained or cannot be lowered for this profile.
    GraphError
        If a pass broke an invariant (a bug), naming the pass.
    """
    return GenotypeOrigin(loaded).pipeline(profile, sign).run()


def membrane_advice(graph: Graph, proof: Range) -> str:
    """What a genotype can change where a register may be left: a coarser membrane unit, fewer inputs, fewer bits."""
    over = bits_over(proof)
    others = "prune its fan-in, or use fewer bits"
    # Of the edges that meet at a membrane one has the shift membrane_exp, and the others more.
    finest = min((block.exponent for block in graph.into(proof.population)), default=0)
    if graph[proof.population].sends == "nothing" or finest == 0:
        return others
    return f"lower its membrane_exp by {min(over, finest)}, {others}"


def bits_over(proof: Range) -> int:
    """By how many bits a register is too narrow."""
    return ceil(log2(max(abs(proof.low), abs(proof.high)) / proof.limit))

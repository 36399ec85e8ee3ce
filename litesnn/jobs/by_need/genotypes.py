"""Weight bits of a trained genotype by measured need: edges that lose little get fewer, without training again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.compiler.genotype import BitsRecord, LoadedGenotype
from litesnn.compiler.genotype.edit import edited
from litesnn.compiler.genotype.fewer_bits import with_fewer_bits
from litesnn.compiler.graph import Graph
from litesnn.compiler.need import Need
from litesnn.compiler.origin import GenotypeOrigin
from litesnn.compiler.profile import Profile
from litesnn.jobs.by_need.choose import Chosen, Steps, choose
from litesnn.jobs.by_need.halves import halved, tried_with
from litesnn.jobs.by_need.measured import Choice, Measured
from litesnn.jobs.by_need.trials import Trials
from litesnn.jobs.card import lowered_card
from litesnn.jobs.samples import Samples


@dataclass(frozen=True, repr=False)
class FewerBits(Shown):
    """The genotype with its last `BitsRecord`, and all that was measured."""

    genotype: LoadedGenotype
    record: BitsRecord
    found: Chosen

    def card(self) -> Card:
        """See `Shown`: bits before and after, and what they cost."""
        return lowered_card(self)


def fewer_bits(
    loaded: LoadedGenotype,
    profile: Profile,
    samples: Samples,
    need: Need,
    step: Steps = lambda said: None,
    kept: Path | None = None,
    resume: bool = False,
) -> FewerBits:
    """Choose the bits of every edge that has weights.

    Parameters
    ----------
    kept : where trials are kept until the choice is made
    resume : go on from those that an earlier run left there

    Raises
    ------
    GenotypeError
        Without weights.
    NeedError
        For too few samples, one bit everywhere, and a genotype that does not fit the chip.
    """
    loaded.trained  # noqa: B018 - refuses an untrained genotype
    edges = [edge for edge in loaded.topology.edges() if edge.weighted]
    levels = {edge.name: [(bits,) for bits in range(edge.bits, 0, -1)] for edge in edges}

    def graph_at(choice: Choice) -> Graph:
        lowered = with_fewer_bits(loaded, {name: bits for name, (bits,) in choice.items()})
        return GenotypeOrigin(lowered).pipeline(profile).run()

    halves = halved(samples)
    trials = None if kept is None else Trials.kept(kept, tried_with(GenotypeOrigin(loaded), profile, halves), resume)
    network = Measured(graph_at, profile, halves, trials=trials)
    found = choose(network, levels, need, lambda edge, level: f"{edge} at {level[0]} bits", step)
    network.trials.remove()
    bits = {edge.name: (edge.bits, found.choice[edge.name][0]) for edge in edges}
    lowered = {name: (before, after) for name, (before, after) in bits.items() if after < before}
    record = BitsRecord(bits=lowered, need=found.record(profile.name, samples.origin))
    made = with_fewer_bits(loaded, {name: after for name, (_, after) in lowered.items()})
    spec = made.spec.model_copy(update={"lowered_bits": (*(loaded.spec.lowered_bits or ()), record)})
    return FewerBits(edited(spec, made.trained), record, found)

"""How many channels every group keeps by measured need: accuracy without fine-tuning, memory as encoded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from litesnn.compiler.estimate import estimate_graph
from litesnn.compiler.genotype import NeedRecord
from litesnn.compiler.graph import Graph
from litesnn.compiler.need import Need
from litesnn.compiler.origin import GenotypeOrigin
from litesnn.compiler.profile import Profile
from litesnn.jobs.by_need.choose import Steps, choose
from litesnn.jobs.by_need.halves import Halves, tried_with
from litesnn.jobs.by_need.measured import Choice, Level, Measured, classes_of
from litesnn.jobs.by_need.trials import Trials
from litesnn.search.methods.structured import ScoredChannels, kept_count

TRIED = 10  # rates: tenths of the channels


@dataclass(frozen=True)
class RatesByNeed:
    """Chooses the rates that are open, as `prune` asks for it.

    Attributes
    ----------
    halves : samples to measure on; those of the reporting half should not have been scored
    step : called with what is tried next
    kept : where trials are kept until the choice is made
    resume : go on from those that an earlier run left there
    """

    need: Need
    profile: Profile
    halves: Halves
    step: Steps = lambda said: None
    kept: Path | None = None
    resume: bool = False

    def __call__(
        self, channels: ScoredChannels, named: Sequence[float | None]
    ) -> tuple[Sequence[float], NeedRecord | None]:
        """The rates, and what all of them cost, those that were given too.

        Raises
        ------
        NeedError
            Where no rate is open, the rates that are given lose more than the drop, and for a genotype that does not fit the chip.
        """
        given = [0.0 if rate is None else rate for rate in named]
        index = {group.name: position for position, group in enumerate(channels.groups)}
        rates: dict[str, dict[Level, float]] = {}
        for group, rate in zip(channels.groups, named, strict=True):
            if rate is None and group.removable:
                ways = [tenth / TRIED for tenth in reversed(range(TRIED))]  # of equal counts the smallest rate says it
                found = {(kept_count(len(group.sets), way),): way for way in ways}
                rates[group.name] = dict(sorted(found.items(), reverse=True))

        def rates_at(choice: Choice) -> list[float]:
            chosen = list(given)
            for name, level in choice.items():
                chosen[index[name]] = rates[name][level]
            return chosen

        def graph_at(choice: Choice) -> Graph:
            return GenotypeOrigin(channels.pruned(rates_at(choice))).pipeline(self.profile).run()

        def named_as(name: str, level: Level) -> str:
            return f"{name}: {level[0]} of {len(channels.groups[index[name]].sets)} channels"

        whole = GenotypeOrigin(channels.loaded).pipeline(self.profile).run()
        reference = classes_of(whole, self.halves.samples.inputs)
        network = Measured(
            graph_at, self.profile, self.halves, reference=reference, trials=self._trials(channels, named)
        )
        levels = {name: list(ways) for name, ways in rates.items()}
        chosen = choose(network, levels, self.need, named_as, self.step)
        network.trials.remove()
        record = chosen.record(self.profile.name, self.halves.samples.origin)
        words = estimate_graph(whole, self.profile).synapse_words, chosen.words[1]
        return rates_at(chosen.choice), record.model_copy(update={"words": words})

    def _trials(self, channels: ScoredChannels, named: Sequence[float | None]) -> Trials | None:
        """Which channels go first is part of what they follow from, and so are the rates that were given."""
        if self.kept is None:
            return None
        order = [
            f"{name} {score.astype('<f8').tobytes().hex()}".encode() for name, score in sorted(channels.scores.items())
        ]
        parts = (
            *tried_with(GenotypeOrigin(channels.loaded), self.profile, self.halves),
            repr(list(named)).encode(),
            *order,
        )
        return Trials.kept(self.kept, parts, self.resume)

"""One structured pruning from scores to the smaller genotype with its record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import PruningError
from litesnn.compiler.genotype import LoadedGenotype, NeedRecord, PruningRecord
from litesnn.compiler.genotype.edit import edited
from litesnn.compiler.profile import Profile
from litesnn.search.methods.structured.card import pruning_card
from litesnn.search.methods.structured.criteria import Progress
from litesnn.search.methods.structured.filling import Filling
from litesnn.search.methods.structured.goals import Costs, Goals, measure, smallest_rate
from litesnn.search.methods.structured.groups import ChannelGroup, channel_groups
from litesnn.search.methods.structured.rates import Patterns, group_rates
from litesnn.search.methods.structured.recalibrate import recalibrated
from litesnn.search.methods.structured.scored import Inherit, Rates, ScoredChannels
from litesnn.search.methods.structured.select import Kept, group_scores
from litesnn.search.methods.structured.settings import Scoring

ChooseRates = Callable[[ScoredChannels, Sequence[float | None]], tuple[Rates, NeedRecord | None]]
"""Rates for the groups that have none yet, and what is to be recorded of a choice by measured need."""


@dataclass(frozen=True)
class GroupResult:
    """What became of one group: sets of channels before and after, its rate, and the range of its sets' scores."""

    group: ChannelGroup
    before: int
    after: int
    rate: float
    lowest: float
    highest: float


@dataclass(frozen=True, repr=False)
class PruningResult(Shown):
    """The smaller genotype, in memory; its last `PruningRecord`, the groups, the channels of every node that stayed, and the resource by
    which groups got rates of their own (empty where they did not)."""

    genotype: LoadedGenotype
    record: PruningRecord
    groups: tuple[GroupResult, ...]
    kept: Kept
    binds: str = ""

    def card(self) -> Card:
        """See `Shown`: channels before and after, group by group, and what that saves."""
        return pruning_card(self)


def prune(
    loaded: LoadedGenotype,
    scoring: Scoring,
    rates: Patterns | str = (),
    inputs: npt.NDArray[np.generic] | None = None,
    *,
    goals: Goals | None = None,
    choose: ChooseRates | None = None,
    profile: Profile | None = None,
    inherit: Inherit = "all",
    statistics: npt.NDArray[np.generic] | None = None,
    dataset: str | None = None,
    progress: Progress | None = None,
) -> PruningResult:
    """Score the channels of a trained genotype and remove the lowest of every group.

    Parameters
    ----------
    rates : as `parse_rates` gives them; groups that no pattern names get the smallest rates that reach the goals, or what `choose` says
    inputs : samples for `svs` and `sca`: integers (N, C, H, W) or spikes (N, T, C, H, W)
    choose : called instead of looking for goals
    profile : what cores are counted on
    inherit : `all`, or `weights` as QP-SNN: normalization and readout begin anew
    statistics : samples from which the smaller network's normalization is recalibrated (`recalibrated`); none: it is inherited
    dataset : where the inputs are from, for the record

    Raises
    ------
    GenotypeError
        Without weights.
    DataError, PruningError
        For samples or rates that do not fit, and for goals out of reach.
    """
    goals = goals or Goals()
    if goals.on_chip and profile is None:
        raise PruningError(f"{goals.on_chip}: needs a chip to count on; add --profile, e.g. --profile loihi2")
    if choose is not None and (goals or inherit == "weights"):
        found = (
            "--target-size, --target-cores, --max-cores or --max-memory"
            if goals
            else "--inherit weights, whose network is useless until it is fine-tuned"
        )
        raise PruningError(f"--max-drop: found with {found}; allowed: rates by measured accuracy alone, all inherited")
    if statistics is not None and (choose is not None or inherit == "weights"):
        found = "--max-drop, whose rates are measured as inherited" if choose is not None else "--inherit weights"
        raise PruningError(f"--recalibrate: found with {found}; allowed: with rates or goals, all inherited")
    named = group_rates(channel_groups(loaded.topology), rates, None if goals or choose is not None else 0.0)
    channels = ScoredChannels.of(loaded, scoring, inputs, progress)
    need, binds = None, ""
    if choose is not None:
        chosen, need = choose(channels, named)
    else:
        chosen, binds = _with_smallest(goals, named, channels, profile, inherit, scoring.seed)
    groups, counts, kept = channels.groups, channels.counts(chosen), channels.kept(chosen)
    smaller = channels.pruned(chosen, inherit, scoring.seed)
    if statistics is not None:
        smaller = recalibrated(smaller, statistics, scoring.batch_size)
    before, after = measure(loaded, profile), measure(smaller, profile)
    record = PruningRecord(
        method=scoring.method,
        rates={group.name: rate for group, rate in zip(groups, chosen, strict=True) if group.removable},
        channels={node.name: (node.shape[0], len(kept[node.name])) for node in loaded.topology.nodes},
        inherit=inherit,
        model_size=(before.size, after.size),
        profile=None if profile is None else profile.name,
        cores=None if profile is None else (before.cores, after.cores),
        dataset=dataset if scoring.needs_samples else None,
        samples=len(inputs) if scoring.needs_samples and inputs is not None else None,
        seed=scoring.seed,
        need=need,
        recalibrated=None if statistics is None else len(statistics),
    )
    spec = smaller.spec.model_copy(update={"pruning": (*(loaded.spec.pruning or ()), record)})
    results = tuple(
        _result(group, count, rate, group_scores(group, channels.scores)[:, 0])
        for group, count, rate in zip(groups, counts, chosen, strict=True)
    )
    return PruningResult(edited(spec, smaller.trained), record, results, kept=kept, binds=binds)


def _with_smallest(
    goals: Goals,
    named: Sequence[float | None],
    channels: ScoredChannels,
    profile: Profile | None,
    inherit: Inherit,
    seed: int,
) -> tuple[list[float], str]:
    """The rates with the smallest that do in the place of those that are open, and what binds where each group has its own."""
    filling = None
    if goals.per_group:
        assert profile is not None
        filling = Filling.of(channels, named, profile, by_memory=goals.max_cores is None)

    def rates_at(depth: float) -> list[float]:
        return [depth if rate is None else rate for rate in named] if filling is None else filling.rates(depth)

    def costs_at(depth: float) -> Costs:
        return measure(channels.pruned(rates_at(depth), inherit, seed), profile)

    depth = smallest_rate(goals, lambda at: channels.counts(rates_at(at)), costs_at) if goals else 0.0
    return rates_at(depth), "" if filling is None else filling.binds


def _result(group: ChannelGroup, count: int, rate: float, scores: npt.NDArray[np.float64]) -> GroupResult:
    return GroupResult(
        group=group,
        before=len(group.sets),
        after=count,
        rate=rate,
        lowest=float(scores.min()),
        highest=float(scores.max()),
    )

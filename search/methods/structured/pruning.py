"""One structured pruning from scores to the smaller genotype with its record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import PruningError
from litesnn.compiler.genotype import LoadedGenotype, PruningRecord
from litesnn.compiler.genotype.edit import edited
from litesnn.compiler.profile import Profile
from litesnn.search.methods.structured.criteria import Progress, channel_scores
from litesnn.search.methods.structured.goals import Goals, measure, smallest_rate
from litesnn.search.methods.structured.groups import ChannelGroup, channel_groups
from litesnn.search.methods.structured.rates import Patterns, group_rates
from litesnn.search.methods.structured.remove import remove_channels
from litesnn.search.methods.structured.restart import restarted
from litesnn.search.methods.structured.select import Kept, group_scores, kept_channels, kept_counts
from litesnn.search.methods.structured.settings import Scoring

Inherit = Literal["all", "weights"]


@dataclass(frozen=True)
class GroupResult:
    """What became of one group: sets of channels before and after, its rate, and the range of its sets' scores."""

    group: ChannelGroup
    before: int
    after: int
    rate: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class PruningResult:
    """The smaller genotype, in memory; its last `PruningRecord`, the groups, and the channels of every node that stayed."""

    genotype: LoadedGenotype
    record: PruningRecord
    groups: tuple[GroupResult, ...]
    kept: Kept


def prune(
    loaded: LoadedGenotype,
    scoring: Scoring,
    rates: Patterns | str = (),
    inputs: npt.NDArray[np.generic] | None = None,
    *,
    goals: Goals | None = None,
    profile: Profile | None = None,
    inherit: Inherit = "all",
    dataset: str | None = None,
    progress: Progress | None = None,
) -> PruningResult:
    """Score the channels of a trained genotype and remove the lowest of every group.

    Parameters
    ----------
    rates : as `parse_rates` gives them; with goals, groups that no pattern names get the smallest rate that reaches them
    inputs : samples for `svs` and `sca`: integers (N, C, H, W) or spikes (N, T, C, H, W)
    profile : what cores are counted on
    inherit : `all`, or `weights` as QP-SNN: normalization and readout begin anew
    dataset : where the inputs are from, for the record

    Raises
    ------
    GenotypeError
        Without weights.
    DataError, PruningError
        For samples or rates that do not fit, and for goals out of reach.
    """
    goals = goals or Goals()
    if goals.cores is not None and profile is None:
        raise PruningError("--target-cores: needs a chip to count cores on; add --profile, e.g. --profile loihi2")
    groups = channel_groups(loaded.topology)
    named = group_rates(groups, rates, None if goals else 0.0)
    scores = channel_scores(loaded, scoring, inputs, progress)

    def rates_at(uniform: float) -> list[float]:
        return [uniform if rate is None else rate for rate in named]

    def counts_at(uniform: float) -> list[int]:
        return kept_counts(loaded.topology, groups, rates_at(uniform))

    def kept_at(uniform: float) -> Kept:
        return kept_channels(loaded.topology, groups, scores, counts_at(uniform))

    def pruned_at(uniform: float) -> LoadedGenotype:
        smaller = remove_channels(loaded, kept_at(uniform))
        return restarted(smaller, scoring.seed) if inherit == "weights" else smaller

    uniform = smallest_rate(goals, counts_at, lambda rate: measure(pruned_at(rate), profile)) if goals else 0.0
    chosen, counts, kept, smaller = rates_at(uniform), counts_at(uniform), kept_at(uniform), pruned_at(uniform)
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
    )
    spec = smaller.spec.model_copy(update={"pruning": (*(loaded.spec.pruning or ()), record)})
    results = tuple(
        _result(group, count, rate, group_scores(group, scores)[:, 0])
        for group, count, rate in zip(groups, counts, chosen, strict=True)
    )
    return PruningResult(edited(spec, smaller.trained), record, results, kept)


def _result(group: ChannelGroup, count: int, rate: float, scores: npt.NDArray[np.float64]) -> GroupResult:
    return GroupResult(
        group=group,
        before=len(group.sets),
        after=count,
        rate=rate,
        lowest=float(scores.min()),
        highest=float(scores.max()),
    )

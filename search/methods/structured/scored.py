"""A genotype whose channels are scored: what is left of it at any rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from litesnn.compiler.genotype import LoadedGenotype
from litesnn.search.methods.structured.criteria import Progress, Scores, channel_scores
from litesnn.search.methods.structured.groups import ChannelGroup, channel_groups
from litesnn.search.methods.structured.remove import remove_channels
from litesnn.search.methods.structured.restart import restarted
from litesnn.search.methods.structured.select import Kept, kept_channels, kept_counts
from litesnn.search.methods.structured.settings import Scoring

Inherit = Literal["all", "weights"]
Rates = Sequence[float]
"""One per group, in their order."""


@dataclass(frozen=True)
class ScoredChannels:
    """The groups of channels of a trained genotype, and the score of every channel."""

    loaded: LoadedGenotype
    groups: tuple[ChannelGroup, ...]
    scores: dict[str, Scores]

    @classmethod
    def of(
        cls,
        loaded: LoadedGenotype,
        scoring: Scoring,
        inputs: npt.NDArray[np.generic] | None = None,
        progress: Progress | None = None,
    ) -> ScoredChannels:
        """Score all channels; parameters and errors as of `channel_scores`."""
        return cls(loaded, channel_groups(loaded.topology), channel_scores(loaded, scoring, inputs, progress))

    def counts(self, rates: Rates) -> list[int]:
        """Sets of channels left in each group."""
        return kept_counts(self.loaded.topology, self.groups, rates)

    def kept(self, rates: Rates) -> Kept:
        """Channels left of each population."""
        return kept_channels(self.loaded.topology, self.groups, self.scores, self.counts(rates))

    def pruned(self, rates: Rates, inherit: Inherit = "all", seed: int = 0) -> LoadedGenotype:
        """The genotype with those channels; `seed` of a readout that begins anew (`inherit`: "weights")."""
        smaller = remove_channels(self.loaded, self.kept(rates))
        return restarted(smaller, seed) if inherit == "weights" else smaller

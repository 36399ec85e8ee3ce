"""Run-length lists (compression code 1): the first target stands in the prefix, every synapse carries the step to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from litesnn.compiler.encoding.entries import Bools, Encoding, Entries, Fields, cut, make_entries
from litesnn.compiler.encoding.rule import ListRule
from litesnn.compiler.encoding.runs import Runs


@dataclass(frozen=True)
class RunLength(Encoding):
    """A step of 2^`max_skip` or more starts a new entry; the skip width is that of the entry's largest step.

    The first synapse of an entry has step 0 (NxTF synapse_compression.py).
    """

    max_skip: int = 5
    name: ClassVar[str] = "run-length"
    code: ClassVar[int] = 1

    @classmethod
    def variants(cls, rule: ListRule) -> tuple[RunLength, ...]:
        """Steps of the widths there are."""
        return tuple(cls(bits) for bits in (5, 4, 3, 2) if bits in rule.skip_widths)

    def entries(self, runs: Runs, rule: ListRule) -> Entries:
        """See `Encoding.entries`."""
        first, count = cut(runs.starts | (runs.gaps >= 2**self.max_skip), rule.entry_synapses)
        gaps = runs.gaps.copy()
        gaps[first] = 0
        largest, longer = np.zeros_like(first), np.flatnonzero(count > 1)
        largest[longer] = np.maximum.reduceat(gaps, first[longer])
        base = runs.targets[first].astype(np.int64)
        return make_entries(runs, first, count, count, base, base, largest)

    def worth(self, runs: Runs, rule: ListRule) -> Bools:
        """See `Encoding.worth`: where it cuts where the next wider step does not, and that may pay against the widest.

        Every cut pays a header and a prefix, and saves skip bits at most; but runs cut for their length are cut
        elsewhere.
        """
        wider = [other.max_skip for other in self.variants(rule) if other.max_skip > self.max_skip]
        if not wider:
            return super().worth(runs, rule)
        cuts = runs.gap_counts[:, self.max_skip + 1 :]
        price = cuts[:, : max(wider) - self.max_skip].sum(axis=1) * (rule.header_bits + rule.index_widths[0])
        saved = runs.lengths * (rule.skip_widths[-1] - rule.skip_widths[0])
        differs: Bools = cuts[:, : min(wider) - self.max_skip].any(axis=1)
        pays: Bools = (price < saved) | (runs.lengths > rule.entry_synapses)
        return differs & pays

    def fields(self, rule: ListRule) -> Fields:
        """See `Encoding.fields`."""
        return Fields(prefix=True, skips=True)

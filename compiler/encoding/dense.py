"""Dense lists (compression code 3): consecutive targets from the prefix on, missing ones stored as weight 0.

NxTF has two: `dense1` starts an entry at every gap, `dense2` fills every gap with zeros. `break-even` fills the gaps whose
zeros cost less than a new entry. On Loihi 2 dense lists pay index bits per synapse and have no prefix (`dense_index`).
Lists of fully connected layers may hold all targets (`AxonLists.whole`): then nothing is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding.entries import (
    Bools,
    Encoding,
    Entries,
    Fields,
    cut,
    make_entries,
)
from litesnn.compiler.encoding.rule import ListRule, bit_length
from litesnn.compiler.encoding.runs import Runs

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Dense(Encoding):
    """`gaps`: what happens at a missing target: a new entry (`split`), zeros (`fill`), or the cheaper (`break-even`)."""

    gaps: Literal["split", "fill", "break-even"] = "break-even"
    name: ClassVar[str] = "dense"
    code: ClassVar[int] = 3
    placed: ClassVar[bool] = True
    of_rows: ClassVar[str | None] = "shared-kernel"

    @classmethod
    def variants(cls, rule: ListRule) -> tuple[Encoding, ...]:
        """No cuts in lists that have an index anyway."""
        return (cls("fill"),) if rule.dense_index else (cls("fill"), cls("break-even"), cls("split"))

    def entries(self, runs: Runs, rule: ListRule) -> Entries:
        """See `Encoding.entries`."""
        if runs.whole:
            return _whole(runs, rule)
        if self.gaps == "split":
            first, count = cut(runs.starts | (runs.gaps > 1), rule.entry_synapses)
        else:
            first, count = _cut_by_span(runs, self._starts(runs, rule), rule.entry_synapses)
        base, stored = runs.targets[first].astype(np.int64), _spans(runs, first, count)
        return make_entries(runs, first, count, stored, base, base + stored - 1 if rule.dense_index else base)

    def fields(self, rule: ListRule) -> Fields:
        """See `Encoding.fields`."""
        return Fields(prefix=not rule.dense_index, indices=rule.dense_index)

    def worth(self, runs: Runs, rule: ListRule) -> Bools:
        """See `Encoding.worth`: where gaps are too wide to be filled, or where filling the others may cost more.

        Zeros cost more than cuts only where delays are widened, or where a segment is cut for its span anyway.
        """
        if self.gaps == "fill" or runs.whole:
            return np.full(len(runs), self.gaps == "fill")
        wide = runs.gaps > _affordable(runs, rule)
        if self.gaps == "break-even":
            return runs.count(wide) > 0
        filled = (runs.gaps > 1) & ~wide
        cuts, zeros = runs.count(filled), runs.count(filled, runs.gaps - 1)
        price, saved = cuts * (rule.header_bits + rule.index_widths[0]), zeros * (runs.weight_bits + runs.widest_delay)
        first, count = cut(runs.starts | wide, len(runs.targets))
        cut_for_span = np.zeros(len(runs), bool)
        cut_for_span[runs.owner[first[_spans(runs, first, count) > rule.entry_synapses]]] = True
        pays: Bools = (price < saved) | cut_for_span
        return (cuts > 0) & pays

    def _starts(self, runs: Runs, rule: ListRule) -> Bools:
        """Where segments start whose gaps are filled."""
        return runs.starts if self.gaps == "fill" else runs.starts | (runs.gaps > _affordable(runs, rule))


def _affordable(runs: Runs, rule: ListRule) -> Ints:
    """The widest gap before each synapse whose zeros cost no more than a cut."""
    return np.repeat(1 + (rule.header_bits + rule.index_widths[0]) // runs.synapse_bits, runs.lengths)


def _spans(runs: Runs, first: Ints, count: Ints) -> Ints:
    """Targets that some segments cover."""
    spans: Ints = runs.targets[first + count - 1].astype(np.int64) - runs.targets[first] + 1
    return spans


def _whole(runs: Runs, rule: ListRule) -> Entries:
    """All targets of every run, the zeros at its ends and runs of nothing but zeros included."""
    width, span = runs.width, min(rule.entry_synapses, runs.width)
    numbers, bases = np.arange(len(runs)), np.arange(0, width, span)
    keys = runs.owner * width + runs.targets
    first = np.searchsorted(keys, (numbers[:, None] * width + bases).ravel())
    base = np.tile(bases, len(numbers))
    stored = np.minimum(span, width - base)
    last = base + stored - 1
    return Entries(
        run=np.repeat(numbers, len(bases)),
        first=first,
        synapses=np.diff(first, append=len(keys)),
        stored=stored,
        base=base,
        index_need=bit_length(last if rule.dense_index else base),
        skip_need=np.zeros_like(base),
    )


def _cut_by_span(runs: Runs, starts: Bools, span: int) -> tuple[Ints, Ints]:
    """Segments, cut further into entries that cover at most `span` targets, each as far as it goes: (first, length)."""
    first, count = cut(starts, len(runs.targets))
    long = np.flatnonzero(_spans(runs, first, count) > span)
    if not len(long):
        return first, count
    stride = runs.width + 1
    keys = runs.owner * (2 * stride) + runs.targets
    starts, active = starts.copy(), first[long]
    last = active + count[long] - 1
    while len(active):
        following = np.searchsorted(keys, keys[active] + min(span, stride))
        inside = following <= last
        active, last = following[inside], last[inside]
        starts[active] = True
    return cut(starts, len(runs.targets))

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
    Encoding,
    Entries,
    Layout,
    Widths,
    make_entries,
    plain_layout,
    run_starts,
    synapse_bits,
)
from litesnn.compiler.encoding.lists import AxonLists
from litesnn.compiler.encoding.rule import ListRule, bit_length

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

    def entries(self, lists: AxonLists, rule: ListRule) -> Entries:
        """See `Encoding.entries`."""
        if lists.whole:
            return _whole(lists, rule)
        starts = run_starts(lists)
        if self.gaps == "split":
            starts |= lists.gaps() > 1
        elif self.gaps == "break-even":
            per_zero = synapse_bits(lists)[lists.run_formats]
            affordable = 1 + (rule.header_bits + rule.index_widths[0]) // per_zero
            starts |= lists.gaps() > np.repeat(affordable, lists.run_lengths)
        first, end = _cut_by_span(lists.targets, starts, rule.entry_synapses)
        base, last = (lists.targets[i].astype(np.int64) for i in (first, end - 1))
        return make_entries(lists, first, end - first, last - base + 1, base, last if rule.dense_index else base)

    def layout(self, entries: Entries, rule: ListRule, widths: Widths) -> Layout:
        """See `Encoding.layout`."""
        return plain_layout(entries, widths, prefix=not rule.dense_index, index=rule.dense_index)


def _whole(lists: AxonLists, rule: ListRule) -> Entries:
    """All targets of every run, the zeros at its ends and runs of nothing but zeros included."""
    width, span = lists.width, min(rule.entry_synapses, lists.width)
    runs, bases = np.arange(len(lists.indptr) - 1), np.arange(0, width, span)
    keys = np.repeat(runs, lists.run_lengths) * width + lists.targets
    first = np.searchsorted(keys, (runs[:, None] * width + bases).ravel())
    base = np.tile(bases, len(runs))
    stored = np.minimum(span, width - base)
    last = base + stored - 1
    return Entries(
        run=np.repeat(runs, len(bases)),
        first=first,
        synapses=np.diff(first, append=len(keys)),
        stored=stored,
        base=base,
        index_need=bit_length(last if rule.dense_index else base),
        skip_need=np.zeros_like(base),
    )


def _cut_by_span(targets: npt.NDArray[np.int32], starts: npt.NDArray[np.bool_], span: int) -> tuple[Ints, Ints]:
    """Cut segments into entries that cover at most `span` targets, each as far as it goes: (first, one past last)."""
    segment = np.cumsum(starts) - 1
    stride = int(targets.max(initial=0)) + 1
    span = min(span, stride)
    keys = segment * (2 * stride) + targets
    active = np.flatnonzero(starts)
    firsts, ends = [], []
    while len(active):
        end = np.searchsorted(keys, keys[active] + span)
        firsts.append(active)
        ends.append(end)
        inside = end < len(targets)
        inside[inside] = segment[end[inside]] == segment[active[inside]]
        active = end[inside]
    if not firsts:
        return active, active
    first = np.concatenate(firsts)
    order = np.argsort(first)
    return first[order], np.concatenate(ends)[order]

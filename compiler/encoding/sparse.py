"""Sparse lists (compression code 0): every synapse carries the index of its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from litesnn.compiler.encoding.entries import (
    Encoding,
    Entries,
    Layout,
    Widths,
    cut,
    make_entries,
    plain_layout,
    run_starts,
)
from litesnn.compiler.encoding.lists import AxonLists
from litesnn.compiler.encoding.rule import ListRule


@dataclass(frozen=True)
class Sparse(Encoding):
    """Entries of as many synapses as fit; the index width is that of the entry's last target."""

    name: ClassVar[str] = "sparse"
    code: ClassVar[int] = 0

    def entries(self, lists: AxonLists, rule: ListRule) -> Entries:
        """See `Encoding.entries`."""
        first, count = cut(run_starts(lists), rule.entry_synapses)
        last = lists.targets[first + count - 1].astype(np.int64)
        return make_entries(lists, first, count, count, np.zeros_like(first), last)

    def layout(self, entries: Entries, rule: ListRule, widths: Widths) -> Layout:
        """See `Encoding.layout`."""
        return plain_layout(entries, widths, prefix=False, index=True)

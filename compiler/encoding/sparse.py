"""Sparse lists (compression code 0): every synapse carries the index of its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from litesnn.compiler.encoding.entries import (
    Encoding,
    Entries,
    Fields,
    cut,
    make_entries,
)
from litesnn.compiler.encoding.rule import ListRule
from litesnn.compiler.encoding.runs import Runs


@dataclass(frozen=True)
class Sparse(Encoding):
    """Entries of as many synapses as fit; the index width is that of the entry's last target."""

    name: ClassVar[str] = "sparse"
    code: ClassVar[int] = 0

    def entries(self, runs: Runs, rule: ListRule) -> Entries:
        """See `Encoding.entries`."""
        first, count = cut(runs.starts, rule.entry_synapses)
        last = runs.targets[first + count - 1].astype(np.int64)
        return make_entries(runs, first, count, count, np.zeros_like(first), last)

    def fields(self, rule: ListRule) -> Fields:
        """See `Encoding.fields`."""
        return Fields(indices=True)

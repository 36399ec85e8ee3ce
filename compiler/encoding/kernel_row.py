"""Rows of shared kernels (Loihi 2): per (source channel, ky, kx) the weights to all channels of the core, no indices.

Loihi 2 (docs/sources.md), INFERRED from the logs of Intel's compiler: `ceil((C * weight bits + header) / 64)` words per row.
"""

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
from litesnn.compiler.encoding.rule import UNLIMITED, ListRule


@dataclass(frozen=True)
class KernelRow(Encoding):
    """One entry per run, all targets in order, zeros included."""

    name: ClassVar[str] = "shared-kernel"
    code: ClassVar[int] = 4  # ours: Loihi 2's register map is not public
    placed: ClassVar[bool] = True

    def entries(self, lists: AxonLists, rule: ListRule) -> Entries:
        """See `Encoding.entries`."""
        first, count = cut(run_starts(lists), UNLIMITED)
        zero = np.zeros_like(first)
        return make_entries(lists, first, count, np.full_like(first, lists.width), zero, zero)

    def layout(self, entries: Entries, rule: ListRule, widths: Widths) -> Layout:
        """See `Encoding.layout`."""
        return plain_layout(entries, widths, prefix=False, index=False)

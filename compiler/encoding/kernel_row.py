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
    Fields,
    cut,
    make_entries,
)
from litesnn.compiler.encoding.rule import UNLIMITED, ListRule
from litesnn.compiler.encoding.runs import Runs


@dataclass(frozen=True)
class KernelRow(Encoding):
    """One entry per run, all targets in order, zeros included."""

    name: ClassVar[str] = "shared-kernel"
    code: ClassVar[int] = 4  # ours: Loihi 2's register map is not public
    placed: ClassVar[bool] = True

    def entries(self, runs: Runs, rule: ListRule) -> Entries:
        """See `Encoding.entries`."""
        first, count = cut(runs.starts, UNLIMITED)
        zero = np.zeros_like(first)
        return make_entries(runs, first, count, np.full_like(first, runs.width), zero, zero)

    def fields(self, rule: ListRule) -> Fields:
        """See `Encoding.fields`."""
        return Fields()

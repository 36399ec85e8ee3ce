"""Runs as encodings cut them: the synapses of many lists, with what all ways to cut them ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding.rule import bit_length

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Runs:
    """Runs of one or more groups of lists, one after the other; what is computed of them is not to be written to.

    Attributes
    ----------
    indptr : (runs + 1,) first synapse of each run
    targets : (synapses,) targets, strictly ascending within a run
    weight_bits, delay_bits : (runs,) bits per synapse
    widest_delay : bits that delays of other formats of the core may widen them to
    width : number of targets
    whole : whether dense entries span all targets, in every run
    """

    indptr: Ints
    targets: npt.NDArray[np.int32]
    weight_bits: Ints
    delay_bits: Ints
    widest_delay: int
    width: int
    whole: bool

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @property
    def synapse_bits(self) -> Ints:
        """Weight and delay bits per synapse of each run."""
        return self.weight_bits + self.delay_bits

    @cached_property
    def lengths(self) -> Ints:
        """Synapses of each run."""
        return np.diff(self.indptr)

    @cached_property
    def owner(self) -> Ints:
        """The run of each synapse."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @cached_property
    def starts(self) -> npt.NDArray[np.bool_]:
        """Whether each synapse is the first of its run."""
        starts = np.zeros(len(self.targets), bool)
        starts[self.indptr[:-1][self.lengths > 0]] = True
        return starts

    @cached_property
    def gaps(self) -> Ints:
        """Distance of each target from the one before it in its run; 0 for the first."""
        gaps = np.diff(self.targets, prepend=0).astype(np.int64)
        gaps[self.starts] = 0
        return gaps

    @cached_property
    def gap_counts(self) -> Ints:
        """Gaps of each run that need so many bits: (runs, bits)."""
        needs = bit_length(self.gaps)
        bits = int(needs.max(initial=0)) + 1
        return np.bincount(self.owner * bits + needs, minlength=len(self) * bits).reshape(len(self), bits)

    def count(self, marks: npt.NDArray[np.bool_], weights: Ints | None = None) -> Ints:
        """Marked synapses of each run, or the sum of their weights: (runs,)."""
        places = np.flatnonzero(marks)
        found = np.bincount(self.owner[places], None if weights is None else weights[places], len(self))
        return found.astype(np.int64)

    def some(self, numbers: Ints) -> tuple[Runs, Ints]:
        """Some runs, ascending, and their synapses among all."""
        kept = np.zeros(len(self), bool)
        kept[numbers] = True
        synapses = np.flatnonzero(kept[self.owner])
        part = replace(
            self,
            indptr=np.concatenate([[0], np.cumsum(self.lengths[numbers])]),
            targets=self.targets[synapses],
            weight_bits=self.weight_bits[numbers],
            delay_bits=self.delay_bits[numbers],
        )
        return part, synapses


def joined_runs(parts: Sequence[Runs], widest_delay: int) -> Runs:
    """The runs of parts that agree in width, where that matters, and in whether they are whole."""

    def joined(name: str) -> Ints:
        return np.concatenate([getattr(part, name) for part in parts])

    return Runs(
        indptr=np.concatenate([[0], np.cumsum(joined("lengths"))]),
        targets=np.concatenate([part.targets for part in parts]),
        weight_bits=joined("weight_bits"),
        delay_bits=joined("delay_bits"),
        widest_delay=widest_delay,
        width=max(part.width for part in parts),
        whole=parts[0].whole,
    )

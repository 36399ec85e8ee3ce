"""Runs as encodings cut them: the synapses of many lists, with what all ways to cut them ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Runs:
    """Runs of one or more groups of lists, one after the other; what is computed of them is not to be written to.

    Attributes
    ----------
    indptr : (runs + 1,) first synapse of each run
    targets : (synapses,) targets, strictly ascending within a run
    synapse_bits : (runs,) weight and delay bits per synapse
    width : number of targets
    whole : whether dense entries span all targets, in every run
    """

    indptr: Ints
    targets: npt.NDArray[np.int32]
    synapse_bits: Ints
    width: int
    whole: bool

    def __len__(self) -> int:
        return len(self.indptr) - 1

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


def joined_runs(parts: Sequence[Runs]) -> Runs:
    """The runs of parts that agree in width, where that matters, and in whether they are whole."""
    if len(parts) == 1:
        return parts[0]
    lengths = np.concatenate([part.lengths for part in parts])
    return Runs(
        indptr=np.concatenate([[0], np.cumsum(lengths)]),
        targets=np.concatenate([part.targets for part in parts]),
        synapse_bits=np.concatenate([part.synapse_bits for part in parts]),
        width=max(part.width for part in parts),
        whole=parts[0].whole,
    )

"""Axon lists as arrays: per source neuron (or kernel row) the targets and weight codes, grouped by weight format.

A *run* is the part of one list that has one format; run `list * formats + format` holds synapses `indptr[run]` up to
`indptr[run + 1]`, targets strictly ascending, codes never 0. Blocks of one source and target that differ in sign, weight
byte or delay are formats of the same lists: their entries stand in one list, one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix, spmatrix

from litesnn.compiler.encoding.rule import ListRule
from litesnn.compiler.encoding.runs import Runs
from litesnn.compiler.graph import SignMode, SynapseBlock

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
WeightRegister = tuple[int, SignMode, int, int]  # weight bits, sign mode, weight exponent, delay bits


@dataclass(frozen=True)
class ListFormat:
    """One weight format: bits per weight, sign mode, exponent of the format register, and the delay of its synapses.

    `delay_bits` are stored per synapse (0: none); `delay` is the value stored there, in steps.
    """

    weight_bits: int
    sign_mode: SignMode = "mixed"
    weight_exp: int = 0
    delay_bits: int = 0
    delay: int = 0

    @property
    def synapse_bits(self) -> int:
        """Bits per synapse besides its index."""
        return self.weight_bits + self.delay_bits

    @property
    def register(self) -> WeightRegister:
        """What the format register of the chip holds of it."""
        return (self.weight_bits, self.sign_mode, self.weight_exp, self.delay_bits)


def list_format(block: SynapseBlock, rule: ListRule) -> ListFormat:
    """The format of a block whose sign is handled; a delay too long for all widths takes the bits it needs (LSN-DELAY)."""
    assert block.format is not None, "formats are assigned by the sign pass"
    needed = block.delay.bit_length()
    width = next((width for width in rule.delay_widths if width >= needed), needed)
    return ListFormat(
        weight_bits=block.format.num_weight_bits,
        sign_mode=block.format.sign_mode,
        weight_exp=block.format.weight_exp,
        delay_bits=width,
        delay=block.delay,
    )


@dataclass(frozen=True, eq=False)
class AxonLists:
    """Many lists at once.

    Attributes
    ----------
    formats : the formats of the runs of every list
    indptr : (lists * formats + 1,) first synapse of each run
    targets : (synapses,) index of the target, from 0
    codes : (synapses,) weight codes, none of them 0
    width : number of targets
    atoms : this many lists after each other form a population list, stored at equal length; 1: every list for itself
    rows : the lists are the rows of shared kernels: addressed by position, so that an empty one takes a word, and
        dense ones span all targets without an index
    whole : every list is there, if without a synapse, and dense ones span all targets
    """

    formats: tuple[ListFormat, ...]
    indptr: Ints
    targets: Codes
    codes: Codes
    width: int
    atoms: int = 1
    rows: bool = False
    whole: bool = False

    def __len__(self) -> int:
        return (len(self.indptr) - 1) // max(1, len(self.formats))

    @cached_property
    def runs(self) -> Runs:
        """The runs of all lists, as encodings cut them."""
        weights, delays = (
            np.array([getattr(form, name) for form in self.formats], np.int64) for name in ("weight_bits", "delay_bits")
        )
        return Runs(
            indptr=self.indptr,
            targets=self.targets,
            weight_bits=np.tile(weights, len(self)),
            delay_bits=np.tile(delays, len(self)),
            widest_delay=int(delays.max(initial=0)),
            width=self.width,
            whole=self.whole,
        )

    @property
    def ideal_bits(self) -> int:
        """Weight bits of the synapses: what a search counts."""
        bits = np.array([f.weight_bits for f in self.formats], np.int64)
        return int(np.diff(self.indptr).reshape(len(self), -1).sum(axis=0) @ bits) if len(self) else 0


def lists_from_matrices(
    matrices: Sequence[spmatrix],
    formats: Sequence[ListFormat],
    atoms: int = 1,
    rows: bool = False,
    whole: bool = False,
) -> AxonLists:
    """Lists from one matrix of codes (targets, sources) per format; every source has a list, which may be empty."""
    columns = [_columns(matrix) for matrix in matrices]
    own = [(matrix.indptr.astype(np.int64), matrix.indices, matrix.data) for matrix in columns]
    return joined_lists(own, formats, matrices[0].shape[0], atoms, rows=rows, whole=whole)


def joined_lists(
    parts: Sequence[tuple[Ints, Codes, Codes]],
    formats: Sequence[ListFormat],
    width: int,
    atoms: int = 1,
    rows: bool = False,
    whole: bool = False,
) -> AxonLists:
    """Lists from those of each format: first synapse of every list, (lists + 1,), and targets and codes of all synapses."""
    counts = np.stack([np.diff(first) for first, _, _ in parts], axis=1)
    indptr: Ints = np.concatenate([[0], np.cumsum(counts.ravel())])
    targets, codes = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.int32)
    for number, (first, own_targets, own_codes) in enumerate(parts):
        starts = indptr[:-1].reshape(counts.shape)[:, number]
        places = np.repeat(starts - first[:-1], counts[:, number]) + np.arange(len(own_targets))
        targets[places], codes[places] = own_targets, own_codes
    return AxonLists(
        formats=tuple(formats),
        indptr=indptr,
        targets=targets,
        codes=codes,
        width=width,
        atoms=atoms,
        rows=rows,
        whole=whole,
    )


def _columns(matrix: spmatrix) -> csc_matrix:
    columns = csc_matrix(matrix)
    columns.sum_duplicates()
    if columns.nnz and not columns.data.all():
        columns = columns.copy()
        columns.eliminate_zeros()
    return columns

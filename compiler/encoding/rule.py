"""The memory rule of a profile, as plain numbers: how a chip lays out axon lists.

Loihi 1 is NxTF's rule (docs/sources.md, CONFIRMED): entries of at most 60 synapses packed back to back, each with a header
of 4 bits format and 6 bits count; prefix index for run-length and dense; and 6 bits that must stay free after the last
entry, which is NxTF's "one more word if bits % 64 is 0 or at least 59". Loihi 2 is the fit of its compiler's logs
(docs/sources.md, INFERRED): one header per list, 12 index bits, convolution rows without indices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from litesnn.compiler.profile import Profile, known

Ints = npt.NDArray[np.int64]
AxisName = Literal["channel", "row", "column"]
AXES: tuple[AxisName, AxisName, AxisName] = ("channel", "row", "column")
"""Axes of a slice from the outermost to the innermost, as its neurons are numbered on a core."""
UNLIMITED = 1 << 40
LENGTHS = np.frexp(np.arange(1 << 12, dtype=np.float64))[1].astype(np.int64)
"""Bits that small numbers need, as most are."""
FORMAT_BITS, COUNT_BITS = 4, 6  # of a header: NxTF data_structures.py, nengo-loihi block.py
IMAGE_FORMATS = 2**FORMAT_BITS - 1  # format 0 marks the end of a list


@dataclass(frozen=True)
class ListRule:
    """How lists are laid out; widths in bits, sorted.

    Attributes
    ----------
    header_bits : of every entry
    tail_bits : that must stay free after the last entry of a list
    entry_synapses : most synapses of one entry, `UNLIMITED` if there is no limit
    index_widths, skip_widths, delay_widths : what the format registers offer
    dense_index : whether dense lists pay index bits per synapse, as Loihi 2's do
    dense_whole : whether the lists of fully connected layers hold every source neuron's weight to every target, zeros and all
    encodings : allowed for lists, in the order of ties
    row_encodings : allowed for the rows of shared kernels
    row_powers : whether a kernel row holds a power of two of channels, so that others take several rows
    kernel_sharing : see `profile.synapses`; None: every kernel is unrolled
    formats : format registers of a core, at most
    neurons_per_core : targets that one list can reach
    base_alignment : population lists start at multiples of this target
    base_targets : and at one of so many first targets of a core; a multiple of `base_alignment`
    """

    profile: str
    header_bits: int
    tail_bits: int
    word_bits: int
    entry_synapses: int
    index_widths: tuple[int, ...]
    skip_widths: tuple[int, ...]
    delay_widths: tuple[int, ...]
    dense_index: bool
    dense_whole: bool
    encodings: tuple[str, ...]
    row_encodings: tuple[str, ...]
    row_powers: bool
    kernel_sharing: Literal["row", "population"] | None
    formats: int
    neurons_per_core: int
    base_alignment: int
    base_targets: int

    @classmethod
    def of(cls, profile: Profile) -> ListRule:
        """The rule of a profile; figures it does not know fall back to the plainest lists."""
        synapses, core = profile.synapses, profile.core
        skips = synapses.skip_widths.value or ()
        encodings = synapses.list_encodings.value or ("sparse",)
        index = known(synapses.index_bits, "synapses.index_bits", profile.name)
        alignment = synapses.population_base_alignment.value or 1
        bases = UNLIMITED if synapses.population_base_max.value is None else synapses.population_base_max.value + 1
        return cls(
            profile=profile.name,
            header_bits=known(synapses.list_header_bits, "synapses.list_header_bits", profile.name),
            tail_bits=synapses.list_tail_bits.value or 0,
            word_bits=core.word_bits.value or 64,
            entry_synapses=synapses.synapses_per_entry.value or UNLIMITED,
            index_widths=tuple(sorted(width for width in synapses.index_widths.value or (index,) if width <= index)),
            skip_widths=tuple(sorted(skips)),
            delay_widths=tuple(sorted(synapses.delay_widths.value or (0, profile.delay_max.bit_length()))),
            dense_index=bool(synapses.dense_index_per_synapse.value),
            dense_whole=synapses.dense_span.value == "targets",
            encodings=tuple(name for name in encodings if skips or name != "run-length"),
            row_encodings=tuple(synapses.kernel_row_encodings.value or ("dense",)),
            row_powers=synapses.kernel_row_channels.value == "power_of_two",
            kernel_sharing=synapses.kernel_sharing.value,
            formats=min(core.synapse_formats.value or IMAGE_FORMATS, IMAGE_FORMATS),
            neurons_per_core=known(profile.chip.neurons_per_core, "chip.neurons_per_core", profile.name),
            base_alignment=alignment,
            base_targets=max(1, bases // alignment) * alignment,
        )

    def words(self, bits: Ints) -> Ints:
        """Words of lists of so many bits; a list without bits does not exist."""
        words: Ints = np.where(bits > 0, -(-(bits + self.tail_bits) // self.word_bits), 0)
        return words

    def index_width(self, targets: int) -> int:
        """Bits of the index of one of so many targets; those of the widest where it holds fewer."""
        needed = (targets - 1).bit_length()
        return next((width for width in self.index_widths if width >= needed), self.index_widths[-1])

    def row_parts(self, channels: tuple[int, int]) -> list[tuple[int, int]]:
        """The channel ranges that kernel rows onto a range of channels hold: all of it, or powers of two, largest first."""
        first, last = channels
        if not self.row_powers:
            return [channels]
        parts = []
        while first < last:
            size = 1 << (last - first).bit_length() - 1
            parts.append((first, first + size))
            first += size
        return parts


def as_rule(target: Profile | ListRule) -> ListRule:
    """The rule of a profile, or the rule itself."""
    return target if isinstance(target, ListRule) else ListRule.of(target)


def bit_length(values: npt.NDArray[np.integer[npt.NBitBase]] | Ints) -> Ints:
    """Bits that each non-negative integer needs; 0 for 0."""
    if values.min(initial=0) >= 0 and values.max(initial=0) < len(LENGTHS):
        return LENGTHS[values]
    lengths: Ints = np.frexp(np.asarray(values, np.float64))[1].astype(np.int64)
    return lengths


def round_up(needed: Ints, widths: tuple[int, ...]) -> Ints:
    """The narrowest offered width that holds each needed one; `UNLIMITED` where there is none."""
    table = np.array([*widths, UNLIMITED], np.int64)
    return table[np.searchsorted(table, needed)]

"""Section `[synapses]`: formats, delays and how axon lists are stored. Widths in bits, delays in steps."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from litesnn.compiler.profile.figure import Cost, Count, CountOrZero, Fact, Figure, Flag, Limit, Section, optional
from litesnn.compiler.profile.ranges import Interval, Names, Whole, Widths

EncodingName = Literal["sparse", "run-length", "dense"]
Mantissas = Figure[Annotated[tuple[int, int], Interval(-(2**15), 2**15)]]
Encodings = Figure[Annotated[tuple[EncodingName, ...], Names(get_args(EncodingName))]]
IndexWidths = Figure[Annotated[tuple[int, ...], Widths(1, 32)]]
FieldWidths = Figure[Annotated[tuple[int, ...], Widths(0, 16)]]

NO_LEARNING = "learning only: programs are trained before they are compiled"
NOTHING_DROPPED = "programs store mantissas whose dropped bits are 0, so that both readings agree (docs/numbers.md)"


class Synapses(Section):
    """Synapse formats and the encoding of axon lists.

    `index_bits` is the widest index a list uses, `index_widths` what the register offers. A list is a chain of entries
    (header, then synapses); `list_tail_bits` must stay free after the last one. `kernel_sharing`: how one kernel serves
    many source neurons: `row`, a list per (source channel, ky, kx) (Loihi 2), or `population`, one per kind of position,
    all atoms (source channels) of equal length (Loihi 1). `kernel_row_encodings`: what a row may be encoded as, dense being
    all channels without an index; `kernel_row_channels`: how many channels one row holds, others take a row per power of two
    that adds up to them (36: 32 and 4). `dense_index_per_synapse`: dense lists that are no kernel rows pay index bits as well.
    `dense_span`: what the lists of fully connected layers cover: from the first synapse to the last, lists without any left
    out (`synapses`), or all targets on the core, for every source neuron (`targets`).
    `effective_weight_max` is in membrane units, 64 per unit of weight.
    """

    weight_bits: Annotated[
        Figure[Annotated[tuple[int, ...], Widths(1, 8)]], Limit("formats of weights and relays; LSN-WEIGHT-BITS")
    ]
    weight_exp_min: Annotated[Figure[Annotated[int, Whole(-16, 7)]], Limit("LSN-WEIGHT-EXP")]
    weight_exp_max: Annotated[Figure[Annotated[int, Whole(-7, 16)]], Limit("LSN-WEIGHT-EXP")]
    delay_max: Annotated[Figure[Annotated[int, Whole(0, 63)]], Limit("delays, relays; LSN-DELAY, LSN-RELAY")]
    index_bits: Annotated[
        Figure[Annotated[int, Whole(1, 32)]], Limit("targets that one list tells apart: memory, partition")
    ]
    list_header_bits: Annotated[Figure[Annotated[int, Whole(0, 64)]], Cost("memory of every list")]
    list_encodings: Annotated[Encodings, Cost("memory: which lists exist")] = optional()
    list_tail_bits: Annotated[Figure[Annotated[int, Whole(0, 64)]], Cost("memory of every list")] = optional()
    list_words_max: Annotated[Count, Limit("LSN-LIST-LENGTH, partition")] = optional()
    synapses_per_entry: Annotated[Count, Limit("memory: longer entries take another header")] = optional()
    index_widths: Annotated[IndexWidths, Limit("memory: an index takes the next width offered")] = optional()
    skip_widths: Annotated[Figure[Annotated[tuple[int, ...], Widths(1, 16)]], Limit("memory of run-length lists")] = (
        optional()
    )
    delay_widths: Annotated[FieldWidths, Limit("memory, longest delay: relays; LSN-DELAY")] = optional()
    tag_widths: Annotated[FieldWidths, Fact(NO_LEARNING)] = optional()
    dense_index_per_synapse: Annotated[Flag, Cost("memory of dense lists")] = optional()
    dense_span: Annotated[Figure[Literal["synapses", "targets"]], Cost("memory of dense layers")] = optional()
    kernel_sharing: Annotated[Figure[Literal["row", "population"]], Cost("memory and axons of kernels")] = optional()
    kernel_row_encodings: Annotated[Encodings, Cost("memory of kernel rows (kernel_sharing: row)")] = optional()
    kernel_row_channels: Annotated[
        Figure[Literal["any", "power_of_two"]], Cost("memory and axons of kernel rows (kernel_sharing: row)")
    ] = optional()
    index_offset_max: Annotated[CountOrZero, Fact("lists are stored with offset 0")] = optional()
    index_stride_max: Annotated[Count, Fact("lists are stored with stride 1")] = optional()
    population_base_max: Annotated[CountOrZero, Limit("lists of shared kernels (kernel_sharing: population)")] = (
        optional()
    )
    population_base_alignment: Annotated[Count, Limit("lists of shared kernels (kernel_sharing: population)")] = (
        optional()
    )
    population_margins: Annotated[Flag, Cost("memory of kernels where many chips are filled")] = optional()
    mixed_mantissa: Annotated[Mantissas, Limit("LSN-MANTISSA")] = optional()
    excitatory_mantissa: Annotated[Mantissas, Limit("LSN-MANTISSA")] = optional()
    inhibitory_mantissa: Annotated[Mantissas, Limit("LSN-MANTISSA")] = optional()
    mantissa_rounding: Annotated[Figure[Literal["floor", "toward zero"]], Fact(NOTHING_DROPPED)] = optional()
    negative_exponent: Annotated[Figure[Literal["per synapse", "after sum"]], Fact(NOTHING_DROPPED)] = optional()
    effective_weight_max: Annotated[Figure[Annotated[int, Whole(1, 2**53)]], Limit("LSN-WEIGHT")] = optional()
    stochastic_rounding: Annotated[Flag, Fact(NO_LEARNING)] = optional()

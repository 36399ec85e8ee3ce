"""The sections of a hardware profile: one field per figure, its unit in the name or the docstring.

Figures that the compiler cannot do without are required; any other may be left out of a user's own profile and then
counts as NOT FOUND. The shipped profiles give every figure, known or not. What a figure may be stands in its type.
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from litesnn.compiler.profile_ranges import Interval, Names, Real, Whole, Widths, YesNo

T = TypeVar("T")
Status = Literal["CONFIRMED", "QUOTED", "INFERRED", "CONFLICT", "NOT FOUND"]
EncodingName = Literal["sparse", "run-length", "dense"]


Name = Annotated[str, StringConstraints(pattern=r"^\w[\w .+-]{0,63}$")]
"""Of a profile, a board, a measured figure: one that can stand in a file's name and on a command line."""
Remark = Annotated[str, StringConstraints(max_length=4000)]


class Section(BaseModel):
    """Base of all parts of a profile: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Figure(Section, Generic[T]):
    """One figure with where it comes from.

    `status`: CONFIRMED (read in the primary source or two agreeing ones), QUOTED (a public file quotes the primary),
    INFERRED (own arithmetic or fit), CONFLICT (sources disagree; `note` gives the others), NOT FOUND (no value).
    """

    value: T | None = None
    status: Status
    source: Remark
    note: Remark = ""

    @model_validator(mode="after")
    def _value_or_not_found(self) -> Figure[T]:
        if (self.value is None) != (self.status == "NOT FOUND"):
            raise ValueError("a figure has a value, or status 'NOT FOUND' and none")
        return self


Count = Figure[Annotated[int, Whole(1, 2**40)]]
CountOrZero = Figure[Annotated[int, Whole(0, 2**40)]]
Amount = Figure[Annotated[float, Real(0, 1e15)]]
Flag = Figure[Annotated[bool, YesNo()]]


def _optional() -> Any:
    """A figure that a profile may leave out."""
    return Field(default_factory=lambda: {"status": "NOT FOUND", "source": "not given"}, validate_default=True)


class Synapses(Section):
    """Synapse formats and the encoding of axon lists: widths in bits, delays in steps.

    `index_bits` is the widest index a core needs, `index_widths` what the register offers. A list is a chain of entries
    (header, then synapses); `list_tail_bits` must stay free after the last one. `kernel_sharing`: how one kernel serves
    many source neurons: `row`, a list per (source channel, ky, kx) (Loihi 2), or `population`, one per kind of position,
    all atoms (source channels) of equal length (Loihi 1). `kernel_row_encodings`: what a row may be encoded as, dense being
    all channels without an index. `dense_index_per_synapse`: dense lists that are no kernel rows pay index bits as well.
    """

    weight_bits: Figure[Annotated[tuple[int, ...], Widths(1, 8)]]
    weight_exp_min: Figure[Annotated[int, Whole(-16, 7)]]
    weight_exp_max: Figure[Annotated[int, Whole(-7, 16)]]
    delay_max: Figure[Annotated[int, Whole(0, 63)]]
    index_bits: Figure[Annotated[int, Whole(1, 32)]]
    list_header_bits: Figure[Annotated[int, Whole(0, 64)]]
    list_encodings: Figure[Annotated[tuple[EncodingName, ...], Names(get_args(EncodingName))]] = _optional()
    list_tail_bits: Figure[Annotated[int, Whole(0, 64)]] = _optional()
    list_words_max: Count = _optional()
    synapses_per_entry: Count = _optional()
    index_widths: Figure[Annotated[tuple[int, ...], Widths(1, 32)]] = _optional()
    skip_widths: Figure[Annotated[tuple[int, ...], Widths(1, 16)]] = _optional()
    delay_widths: Figure[Annotated[tuple[int, ...], Widths(0, 16)]] = _optional()
    tag_widths: Figure[Annotated[tuple[int, ...], Widths(0, 16)]] = _optional()
    dense_index_per_synapse: Flag = _optional()
    kernel_sharing: Figure[Literal["row", "population"]] = _optional()
    kernel_row_encodings: Figure[Annotated[tuple[EncodingName, ...], Names(get_args(EncodingName))]] = _optional()
    index_offset_max: CountOrZero = _optional()
    index_stride_max: Count = _optional()
    population_base_max: CountOrZero = _optional()
    population_base_alignment: Count = _optional()
    mixed_mantissa: Figure[Annotated[tuple[int, int], Interval(-(2**15), 2**15)]] = _optional()
    excitatory_mantissa: Figure[Annotated[tuple[int, int], Interval(-(2**15), 2**15)]] = _optional()
    inhibitory_mantissa: Figure[Annotated[tuple[int, int], Interval(-(2**15), 2**15)]] = _optional()
    mantissa_rounding: Figure[Literal["floor", "toward zero"]] = _optional()
    negative_exponent: Figure[Literal["per synapse", "after sum"]] = _optional()
    effective_weight_max: Figure[Annotated[int, Whole(1, 2**53)]] = _optional()
    stochastic_rounding: Flag = _optional()


class Neuron(Section):
    """The neuron unit: register widths in bits, refractory periods in steps, state in bytes."""

    state_bits: Figure[Annotated[int, Whole(2, 64)]]
    vth_bits: Figure[Annotated[int, Whole(1, 64)]]
    bias_mant_bits: Figure[Annotated[int, Whole(1, 64)]]
    accumulator_bits: Figure[Annotated[int, Whole(2, 64)]]
    current_overflow: Figure[Literal["wrap"]]
    membrane_overflow: Figure[Literal["clip"]]
    programmable: Flag
    threshold_profiles_per_core: Count
    vth_exp: Figure[Annotated[int, Whole(0, 31)]] = _optional()
    decay_bits: Figure[Annotated[int, Whole(1, 32)]] = _optional()
    bias_exp_bits: Figure[Annotated[int, Whole(0, 8)]] = _optional()
    current_decay_offset: Figure[Annotated[int, Whole(0, 4096)]] = _optional()
    membrane_decay_offset: Figure[Annotated[int, Whole(0, 4096)]] = _optional()
    refractory_max: CountOrZero = _optional()
    membrane_min_exp_max: Figure[Annotated[int, Whole(0, 64)]] = _optional()
    membrane_max_exp_max: Figure[Annotated[int, Whole(0, 64)]] = _optional()
    soft_reset: Flag = _optional()
    state_bytes_max: CountOrZero = _optional()


class Messages(Section):
    """What a spike can carry: payload bits of graded spikes, 0 where spikes are binary; entries an output axon takes."""

    graded_payload_bits: Figure[Annotated[int, Whole(0, 64)]]
    axon_entries: Figure[Annotated[int, Whole(1, 2**16)]] = _optional()
    population_axon_entries: Figure[Annotated[int, Whole(1, 2**16)]] = _optional()
    other_chip_extra_entries: Figure[Annotated[int, Whole(0, 2**16)]] = _optional()
    learning_input_axons: Figure[Annotated[int, Whole(0, 2**16)]] = _optional()


class CoreLimits(Section):
    """What one core holds: entries, 64-bit words, registers; memory in KiB."""

    input_axons: Count = _optional()
    output_axon_entries: Count = _optional()
    axon_map_entries: Count = _optional()
    synapse_words: Count = _optional()
    core_words: Count = _optional()
    word_bits: Figure[Annotated[int, Whole(8, 1024)]] = _optional()
    memory_kib: Count = _optional()
    synapse_memory_kib: Count = _optional()
    routing_tables_kb: Count = _optional()
    synapse_formats: Count = _optional()
    compartment_profiles: Count = _optional()
    neuron_groups: Count = _optional()
    stdp_profiles: CountOrZero = _optional()
    delay_slots: Count = _optional()
    delay_bits_with_all_neurons: Figure[Annotated[int, Whole(0, 64)]] = _optional()
    neuron_words: Figure[Annotated[int, Whole(0, 2**20)]] = _optional()
    axon_map_words: Figure[Annotated[int, Whole(0, 2**20)]] = _optional()
    fan_in_max: Count = _optional()


class Chip(Section):
    """Size of a chip: counts, die in mm2, process in nm. `chips` is how many of it a program may use."""

    chips: Figure[Annotated[int, Whole(1, 2**20)]] = Field(
        default_factory=lambda: {"value": 1, "status": "CONFIRMED", "source": "one chip"}, validate_default=True
    )
    cores: Figure[Annotated[int, Whole(1, 2**20)]]
    neurons_per_core: Figure[Annotated[int, Whole(1, 2**24)]]
    neurons: Figure[Annotated[int, Whole(1, 2**53)]] = _optional()
    synapses: Figure[Annotated[int, Whole(1, 2**53)]] = _optional()
    processors: CountOrZero = _optional()
    process_nm: Count = _optional()
    die_mm2: Amount = _optional()
    core_mm2: Amount = _optional()
    transistors: Amount = _optional()
    sram_mb: Amount = _optional()
    supply_min_v: Amount = _optional()
    supply_max_v: Amount = _optional()


class Mesh(Section):
    """The network on chip: routers in columns (E-W) and rows (N-S), each with its cores."""

    mesh_columns: Figure[Annotated[int, Whole(1, 1024)]] = _optional()
    mesh_rows: Figure[Annotated[int, Whole(1, 1024)]] = _optional()
    cores_per_router: Figure[Annotated[int, Whole(1, 1024)]] = _optional()
    routing: Figure[Literal["xy"]] = _optional()
    fabrics: Count = _optional()
    mesh_cores_max: Count = _optional()
    system_chips_max: Count = _optional()
    interchip_slowdown: Amount = _optional()
    interchip_hop_pj: Amount = _optional()
    interchip_hop_ns: Amount = _optional()
    router_gspikes_per_s: Amount = _optional()


class Energy(Section):
    """Energy per operation in pJ, static power in mW."""

    synaptic_op_pj: Amount = _optional()
    stdp_update_pj: Amount = _optional()
    neuron_update_active_pj: Amount = _optional()
    neuron_update_inactive_pj: Amount = _optional()
    spike_in_tile_pj: Amount = _optional()
    hop_ew_pj: Amount = _optional()
    hop_ns_pj: Amount = _optional()
    barrier_pj: Amount = _optional()
    synaptic_op_bound_pj: Amount = _optional()
    reset_chip_pj: Amount = _optional()
    static_chip_mw: Amount = _optional()
    static_core_mw: Amount = _optional()
    processors_mw: Amount = _optional()


class Time(Section):
    """Time per operation in ns."""

    synaptic_op_ns: Amount = _optional()
    stdp_update_ns: Amount = _optional()
    neuron_update_active_ns: Amount = _optional()
    neuron_update_inactive_ns: Amount = _optional()
    spike_in_tile_ns: Amount = _optional()
    hop_ew_ns: Amount = _optional()
    hop_ns_ns: Amount = _optional()
    barrier_min_ns: Amount = _optional()
    barrier_max_ns: Amount = _optional()
    multichip_barrier_min_ns: Amount = _optional()
    multichip_barrier_max_ns: Amount = _optional()
    step_min_ns: Amount = _optional()
    step_max_ns: Amount = _optional()
    peak_synaptic_op_ns: Amount = _optional()
    peak_neuron_update_ns: Amount = _optional()


class Cmos45(Section):
    """Energy per operation in pJ at 45 nm and 0.9 V: the estimate that papers print for any accelerator."""

    int8_add_pj: Amount = _optional()
    int32_add_pj: Amount = _optional()
    int8_mul_pj: Amount = _optional()
    int32_mul_pj: Amount = _optional()
    fp32_add_pj: Amount = _optional()
    fp32_mul_pj: Amount = _optional()
    sram_64bit_pj: Amount = _optional()
    sram_32bit_pj: Amount = _optional()
    dram_32bit_pj: Amount = _optional()


Boards = Annotated[dict[Name, Figure[Annotated[int, Whole(1, 2**20)]]], Field(max_length=256)]
Measured = Annotated[dict[Name, Amount], Field(max_length=256)]

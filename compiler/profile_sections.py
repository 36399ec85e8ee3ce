"""The sections of a hardware profile: one field per figure, its unit in the name or the docstring.

Figures that the compiler cannot do without are required; any other may be left out of a user's own profile and then
counts as NOT FOUND. The shipped profiles give every figure, known or not.
"""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

T = TypeVar("T")
Status = Literal["CONFIRMED", "QUOTED", "INFERRED", "CONFLICT", "NOT FOUND"]
EncodingName = Literal["sparse", "run-length", "dense"]


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
    source: str
    note: str = ""

    @model_validator(mode="after")
    def _value_or_not_found(self) -> Figure[T]:
        if (self.value is None) != (self.status == "NOT FOUND"):
            raise ValueError("a figure has a value, or status 'NOT FOUND' and none")
        return self


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

    weight_bits: Figure[tuple[int, ...]]
    weight_exp_min: Figure[int]
    weight_exp_max: Figure[int]
    delay_max: Figure[int]
    index_bits: Figure[int]
    list_header_bits: Figure[int]
    list_encodings: Figure[tuple[EncodingName, ...]] = _optional()
    list_tail_bits: Figure[int] = _optional()
    list_words_max: Figure[int] = _optional()
    synapses_per_entry: Figure[int] = _optional()
    index_widths: Figure[tuple[int, ...]] = _optional()
    skip_widths: Figure[tuple[int, ...]] = _optional()
    delay_widths: Figure[tuple[int, ...]] = _optional()
    tag_widths: Figure[tuple[int, ...]] = _optional()
    dense_index_per_synapse: Figure[bool] = _optional()
    kernel_sharing: Figure[Literal["row", "population"]] = _optional()
    kernel_row_encodings: Figure[tuple[EncodingName, ...]] = _optional()
    index_offset_max: Figure[int] = _optional()
    index_stride_max: Figure[int] = _optional()
    population_base_max: Figure[int] = _optional()
    population_base_alignment: Figure[int] = _optional()
    mixed_mantissa: Figure[tuple[int, int]] = _optional()
    excitatory_mantissa: Figure[tuple[int, int]] = _optional()
    inhibitory_mantissa: Figure[tuple[int, int]] = _optional()
    mantissa_rounding: Figure[Literal["floor", "toward zero"]] = _optional()
    negative_exponent: Figure[Literal["per synapse", "after sum"]] = _optional()
    effective_weight_max: Figure[int] = _optional()
    stochastic_rounding: Figure[bool] = _optional()


class Neuron(Section):
    """The neuron unit: register widths in bits, refractory periods in steps, state in bytes."""

    state_bits: Figure[int]
    vth_bits: Figure[int]
    bias_mant_bits: Figure[int]
    accumulator_bits: Figure[int]
    current_overflow: Figure[Literal["wrap"]]
    membrane_overflow: Figure[Literal["clip"]]
    programmable: Figure[bool]
    threshold_profiles_per_core: Figure[int]
    vth_exp: Figure[int] = _optional()
    decay_bits: Figure[int] = _optional()
    bias_exp_bits: Figure[int] = _optional()
    current_decay_offset: Figure[int] = _optional()
    membrane_decay_offset: Figure[int] = _optional()
    refractory_max: Figure[int] = _optional()
    membrane_min_exp_max: Figure[int] = _optional()
    membrane_max_exp_max: Figure[int] = _optional()
    soft_reset: Figure[bool] = _optional()
    state_bytes_max: Figure[int] = _optional()


class Messages(Section):
    """What a spike can carry: payload bits of graded spikes, 0 where spikes are binary; entries an output axon takes."""

    graded_payload_bits: Figure[int]
    axon_entries: Figure[int] = _optional()
    population_axon_entries: Figure[int] = _optional()
    other_chip_extra_entries: Figure[int] = _optional()
    learning_input_axons: Figure[int] = _optional()


class CoreLimits(Section):
    """What one core holds: entries, 64-bit words, registers; memory in KiB."""

    input_axons: Figure[int] = _optional()
    output_axon_entries: Figure[int] = _optional()
    axon_map_entries: Figure[int] = _optional()
    synapse_words: Figure[int] = _optional()
    core_words: Figure[int] = _optional()
    word_bits: Figure[int] = _optional()
    memory_kib: Figure[int] = _optional()
    synapse_memory_kib: Figure[int] = _optional()
    routing_tables_kb: Figure[int] = _optional()
    synapse_formats: Figure[int] = _optional()
    compartment_profiles: Figure[int] = _optional()
    neuron_groups: Figure[int] = _optional()
    stdp_profiles: Figure[int] = _optional()
    delay_slots: Figure[int] = _optional()
    delay_bits_with_all_neurons: Figure[int] = _optional()
    neuron_words: Figure[int] = _optional()
    axon_map_words: Figure[int] = _optional()
    fan_in_max: Figure[int] = _optional()


class Chip(Section):
    """Size of a chip: counts, die in mm2, process in nm. `chips` is how many of it a program may use."""

    chips: Figure[int] = Field(
        default_factory=lambda: {"value": 1, "status": "CONFIRMED", "source": "one chip"}, validate_default=True
    )
    cores: Figure[int]
    neurons_per_core: Figure[int]
    neurons: Figure[int] = _optional()
    synapses: Figure[int] = _optional()
    processors: Figure[int] = _optional()
    process_nm: Figure[int] = _optional()
    die_mm2: Figure[float] = _optional()
    core_mm2: Figure[float] = _optional()
    transistors: Figure[float] = _optional()
    sram_mb: Figure[float] = _optional()
    supply_min_v: Figure[float] = _optional()
    supply_max_v: Figure[float] = _optional()


class Mesh(Section):
    """The network on chip: routers in columns (E-W) and rows (N-S), each with its cores."""

    mesh_columns: Figure[int] = _optional()
    mesh_rows: Figure[int] = _optional()
    cores_per_router: Figure[int] = _optional()
    routing: Figure[Literal["xy"]] = _optional()
    fabrics: Figure[int] = _optional()
    mesh_cores_max: Figure[int] = _optional()
    system_chips_max: Figure[int] = _optional()
    interchip_slowdown: Figure[float] = _optional()
    interchip_hop_pj: Figure[float] = _optional()
    interchip_hop_ns: Figure[float] = _optional()
    router_gspikes_per_s: Figure[float] = _optional()


class Energy(Section):
    """Energy per operation in pJ, static power in mW."""

    synaptic_op_pj: Figure[float] = _optional()
    stdp_update_pj: Figure[float] = _optional()
    neuron_update_active_pj: Figure[float] = _optional()
    neuron_update_inactive_pj: Figure[float] = _optional()
    spike_in_tile_pj: Figure[float] = _optional()
    hop_ew_pj: Figure[float] = _optional()
    hop_ns_pj: Figure[float] = _optional()
    barrier_pj: Figure[float] = _optional()
    synaptic_op_bound_pj: Figure[float] = _optional()
    reset_chip_pj: Figure[float] = _optional()
    static_chip_mw: Figure[float] = _optional()
    static_core_mw: Figure[float] = _optional()
    processors_mw: Figure[float] = _optional()


class Time(Section):
    """Time per operation in ns."""

    synaptic_op_ns: Figure[float] = _optional()
    stdp_update_ns: Figure[float] = _optional()
    neuron_update_active_ns: Figure[float] = _optional()
    neuron_update_inactive_ns: Figure[float] = _optional()
    spike_in_tile_ns: Figure[float] = _optional()
    hop_ew_ns: Figure[float] = _optional()
    hop_ns_ns: Figure[float] = _optional()
    barrier_min_ns: Figure[float] = _optional()
    barrier_max_ns: Figure[float] = _optional()
    multichip_barrier_min_ns: Figure[float] = _optional()
    multichip_barrier_max_ns: Figure[float] = _optional()
    step_min_ns: Figure[float] = _optional()
    step_max_ns: Figure[float] = _optional()
    peak_synaptic_op_ns: Figure[float] = _optional()
    peak_neuron_update_ns: Figure[float] = _optional()


class Cmos45(Section):
    """Energy per operation in pJ at 45 nm and 0.9 V: the estimate that papers print for any accelerator."""

    int8_add_pj: Figure[float] = _optional()
    int32_add_pj: Figure[float] = _optional()
    int8_mul_pj: Figure[float] = _optional()
    int32_mul_pj: Figure[float] = _optional()
    fp32_add_pj: Figure[float] = _optional()
    fp32_mul_pj: Figure[float] = _optional()
    sram_64bit_pj: Figure[float] = _optional()
    sram_32bit_pj: Figure[float] = _optional()
    dram_32bit_pj: Figure[float] = _optional()


Boards = dict[str, Figure[int]]
Measured = dict[str, Figure[float]]

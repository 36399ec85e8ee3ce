"""What one core and one chip of a profile can hold, as plain numbers: the resources mapping counts and their limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, sqrt

from litesnn.compiler.encoding import ListRule
from litesnn.compiler.mapping.axons import AxonKind
from litesnn.compiler.mapping.cuts import PatchRule
from litesnn.compiler.mapping.model import Mesh
from litesnn.compiler.profile import Profile, known
from litesnn.compiler.profile.neuron import Neuron

KIB_BITS = 2**13
WORDS = "words"
# Resource -> unit; the order is the order of reports.
UNITS = {
    "neurons": "neurons",
    "delay_slots": "accumulators",
    "input_axons": "axons",
    "output_axons": "entries",
    "axon_map": "entries",
    "synapse_words": WORDS,
    "list_words": WORDS,
    "core_words": WORDS,
    "synapse_formats": "formats",
    "threshold_profiles": "thresholds",
    "compartment_profiles": "profiles",
    "neuron_groups": "groups",
    "layers": "layers",
}


@dataclass(frozen=True)
class CoreLimits:
    """Limits of one core.

    Attributes
    ----------
    resources : resource -> limit; a resource without a known limit is absent and does not bind
    entries : output axon entries per axon and destination, by its kind; None where a slice takes one entry per destination
        core instead
    other_chip : further entries of each where the destination is on another chip
    map_per_pixel, memory_per_pixel : whether kernel rows take entries of the axon map and the axon memory per pixel
        (`mapping.row_axons`); otherwise per neuron, and per slice and destination core
    patches : how maps may be cut (`mapping.cuts`)
    margins : whether slices of population lists may stand with gaps that lists lead into (`compiler.margin`)
    neuron_words, axon_map_words : words of `core_words` per LIF neuron, and per neuron that has readers
    word_bits : of a word
    sum_bits : of an accumulator where sums take words of `core_words`, 0 where they do not
    neuron : the chip's neurons, which decide what each takes (`mapping.compartments`)
    mesh : the chip's routers
    chips : chips of the largest board the profile knows, None if it knows none
    """

    resources: dict[str, int]
    entries: dict[AxonKind, int] | None
    other_chip: int
    map_per_pixel: bool
    memory_per_pixel: bool
    patches: PatchRule
    margins: bool
    neuron_words: int
    axon_map_words: int
    word_bits: int
    sum_bits: int
    neuron: Neuron
    mesh: Mesh
    chips: int | None

    def without(self, reserve: dict[str, int]) -> CoreLimits:
        """The same limits with so much less of each resource, at least 1 of it."""
        left = {name: max(1, self.resources[name] - kept) for name, kept in reserve.items()}
        return replace(self, resources=self.resources | left)


def unit_on(profile: Profile, resource: str) -> str:
    """The unit of a resource, words with their width on this chip: `64-bit words`."""
    unit = UNITS[resource]
    return f"{profile.core.word_bits.value or 64}-bit {WORDS}" if unit == WORDS else unit


def core_limits(profile: Profile) -> CoreLimits:
    """The limits of a profile, each 1 or more by the ranges of its figures."""
    core, synapses, messages = profile.core, profile.synapses, profile.messages
    figures = {
        "neurons": profile.chip.neurons_per_core,
        "delay_slots": core.delay_slots,
        "input_axons": core.input_axons,
        "output_axons": core.output_axon_entries,
        "axon_map": core.axon_map_entries,
        "synapse_words": core.synapse_words,
        "list_words": synapses.list_words_max,
        "core_words": core.core_words,
        "threshold_profiles": profile.neuron.threshold_profiles_per_core,
        "compartment_profiles": core.compartment_profiles,
        "neuron_groups": core.neuron_groups,
        "layers": core.layers_per_core,
    }
    known_figures = {name: figure.value for name, figure in figures.items() if figure.value is not None}
    # More formats than a list's header can name do not exist, whatever else is known of them.
    known_figures["synapse_formats"] = ListRule.of(profile).formats
    resources = {name: known_figures[name] for name in UNITS if name in known_figures}
    for name, memory in (("synapse_words", core.synapse_memory_kib.value), ("core_words", core.memory_kib.value)):
        if memory is not None and name in resources:
            resources[name] = min(resources[name], memory * KIB_BITS // (core.word_bits.value or 64))
    own = messages.axon_entries.value or 1
    population = messages.population_axon_entries.value or own
    entries: dict[AxonKind, int] = {"discrete": own, "population": population, "shared": population}
    return CoreLimits(
        resources=resources,
        # The logs show no entry per neuron and core where rows are shared: 1280 neurons to 12 cores took AxonMem 0.
        entries=None if synapses.kernel_sharing.value == "row" else entries,
        map_per_pixel=core.axon_map_per.value == "pixel",
        memory_per_pixel=core.axon_memory_per.value == "pixel" and synapses.kernel_sharing.value == "row",
        patches=PatchRule(core.patch_widths.value == "power_of_two", core.patch_parts.value == "power_of_two"),
        margins=synapses.population_margins.value is True and core.patch_widths.value != "power_of_two",
        other_chip=messages.other_chip_extra_entries.value or 0,
        neuron_words=core.neuron_words.value or 0,
        axon_map_words=core.axon_map_words.value or 0,
        word_bits=core.word_bits.value or 64,
        sum_bits=(profile.neuron.accumulator_bits.value or 0) if core.sums_in_core_words.value else 0,
        neuron=profile.neuron,
        mesh=_mesh(profile),
        chips=max((board.value for board in profile.boards.values() if board.value is not None), default=None),
    )


def _mesh(profile: Profile) -> Mesh:
    """The chip's mesh; where a profile gives none, a square one with a router per core."""
    cores = known(profile.chip.cores, "chip.cores", profile.name)
    figures = profile.mesh.mesh_columns, profile.mesh.mesh_rows, profile.mesh.cores_per_router
    columns, rows, per_router = (figure.value for figure in figures)
    if columns is None or rows is None or per_router is None:
        side = ceil(sqrt(cores))
        return Mesh(side, ceil(cores / side), 1, cores)
    return Mesh(columns, rows, per_router, min(cores, columns * rows * per_router))

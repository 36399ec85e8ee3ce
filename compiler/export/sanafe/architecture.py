"""architecture.yaml: the chip's mesh with the profile's figures, and a column of host tiles that cost nothing."""

from __future__ import annotations

from litesnn.compiler.export.sanafe.placement import CORE_NEURONS, Placement
from litesnn.compiler.export.sanafe.scalars import comment, scalar
from litesnn.compiler.profile import Figure, Profile

DELAY_MAX = 5
"""Longest extra delay of SANA-FE 2.2's `accumulator_with_delay` dendrite, in steps."""
SOMA, DENDRITE, SYNAPSE, SOURCE = "lif", "delays", "synapses", "source"
PICO, NANO = 1e-12, 1e-9


def architecture_lines(profile: Profile, placement: Placement, chip_sources: int, host_sources: int) -> list[str]:
    """The document, line by line.

    Parameters
    ----------
    chip_sources, host_sources : most sources (inputs, biases) on any core of the chip and of the host
    """
    energy, time = profile.energy, profile.time
    hops = _costs(
        ("energy_north_hop", energy.hop_ns_pj, PICO),
        ("energy_south_hop", energy.hop_ns_pj, PICO),
        ("energy_east_hop", energy.hop_ew_pj, PICO),
        ("energy_west_hop", energy.hop_ew_pj, PICO),
        ("latency_north_hop", time.hop_ns_ns, NANO),
        ("latency_south_hop", time.hop_ns_ns, NANO),
        ("latency_east_hop", time.hop_ew_ns, NANO),
        ("latency_west_hop", time.hop_ew_ns, NANO),
    )
    free_hops = dict.fromkeys(hops, (0.0, "the host"))
    chip, host = placement.chip_tiles, placement.height
    return [
        "architecture:",
        f"  name: {scalar(profile.name)}",
        "  attributes:",
        "    topology: mesh",
        f"    width: {placement.width}  # the last column is the host",
        f"    height: {placement.height}",
        "    link_buffer_size: 16",
        "  tile:",
        *_tile(f"chip[0..{chip - 1}]", hops, f"core[0..{placement.cores_per_tile - 1}]", profile, chip_sources),
        *_tile(f"host[0..{host - 1}]", free_hops, f"core[0..{placement.host_cores - 1}]", None, host_sources),
    ]


Costs = dict[str, tuple[float, str]]


def _costs(*figures: tuple[str, Figure[float], float]) -> Costs:
    """Attribute -> value in SI units, 0 where nothing is published, and where it is from."""
    return {
        name: (
            0.0 if figure.value is None else figure.value * unit,
            "NOT FOUND" if figure.value is None else figure.source,
        )
        for name, figure, unit in figures
    }


def _tile(name: str, hops: Costs, core: str, profile: Profile | None, sources: int) -> list[str]:
    return [
        f"    - name: {name}",
        "      attributes:",
        *_attributes(hops, 8),
        "      core:",
        f"        - name: {core}",
        "          attributes:",
        "            buffer_position: dendrite",
        "            buffer_inside_unit: true",
        f"            max_neurons_supported: {CORE_NEURONS}",
        *_units(profile, sources),
    ]


def _units(profile: Profile | None, sources: int) -> list[str]:
    free = ("energy_access_neuron", "latency_access_neuron", "energy_update_neuron", "latency_update_neuron")
    nothing: Costs = dict.fromkeys((*free, "energy_spike_out", "latency_spike_out"), (0.0, "not a neuron of the chip"))
    unit = {"energy_update": (0.0, "part of the neuron update"), "latency_update": (0.0, "part of the neuron update")}
    soma, message, synapse = nothing, _message(None), _synapse(None)
    if profile is not None:
        soma, message, synapse = _soma(profile), _message(profile), _synapse(profile)
    return [
        *_unit("axon_in", "messages_in", None, message),
        *_unit("soma", SOMA, "leaky_integrate_fire", soma),
        *_unit(None, f"{SOURCE}[0..{max(1, sources) - 1}]", "input", nothing),
        *_unit("dendrite", DENDRITE, "accumulator_with_delay", unit),
        *_unit("synapse", SYNAPSE, "current_based", synapse),
        *_unit("axon_out", "messages_out", None, _zero("energy_message_out", "latency_message_out")),
    ]


def _soma(profile: Profile) -> Costs:
    """An idle neuron costs the access; one that is updated the difference to an active one on top."""
    costs: Costs = {}
    for kind, inactive, active, unit in (
        ("energy", profile.energy.neuron_update_inactive_pj, profile.energy.neuron_update_active_pj, PICO),
        ("latency", profile.time.neuron_update_inactive_ns, profile.time.neuron_update_active_ns, NANO),
    ):
        costs |= _costs((f"{kind}_access_neuron", inactive, unit))
        known = inactive.value is not None and active.value is not None
        more = (
            (active.value - inactive.value) * unit if inactive.value is not None and active.value is not None else 0.0
        )
        costs[f"{kind}_update_neuron"] = (more, f"active - inactive: {active.source}" if known else "NOT FOUND")
    return costs | _zero("energy_spike_out", "latency_spike_out")


def _message(profile: Profile | None) -> Costs:
    if profile is None:
        return _zero("energy_message_in", "latency_message_in")
    return _costs(
        ("energy_message_in", profile.energy.spike_in_tile_pj, PICO),
        ("latency_message_in", profile.time.spike_in_tile_ns, NANO),
    )


def _synapse(profile: Profile | None) -> Costs:
    if profile is None:
        return _zero("energy_process_spike", "latency_process_spike")
    return _costs(
        ("energy_process_spike", profile.energy.synaptic_op_pj, PICO),
        ("latency_process_spike", profile.time.synaptic_op_ns, NANO),
    )


def _zero(*names: str) -> Costs:
    return dict.fromkeys(names, (0.0, "counted elsewhere"))


def _unit(section: str | None, name: str, model: str | None, costs: Costs) -> list[str]:
    return [
        *([f"          {section}:"] if section else []),
        f"            - name: {name}",
        "              attributes:",
        *([f"                model: {model}"] if model else []),
        *_attributes(costs, 16),
    ]


def _attributes(costs: Costs, indent: int) -> list[str]:
    return [f"{' ' * indent}{name}: {value!r}  # {comment(source)}" for name, (value, source) in costs.items()]

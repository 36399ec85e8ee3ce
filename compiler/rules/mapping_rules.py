"""Rules about the mapping: every resource of a core against its limit, and chips against boards."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from litesnn.compiler.mapping import Mapping
from litesnn.compiler.mapping.limits import UNITS, core_limits
from litesnn.compiler.profile import Profile, known
from litesnn.compiler.rules.finding import Finding

MappingRule = Callable[[Mapping, Profile], Iterator[Finding]]

CODES = {
    "neurons": "LSN-NEURONS",
    "input_axons": "LSN-AXON-IN",
    "output_axons": "LSN-AXON-OUT",
    "axon_map": "LSN-AXON-MAP",
    "synapse_words": "LSN-SYNAPSE-WORDS",
    "list_words": "LSN-LIST-LENGTH",
    "core_words": "LSN-CORE-WORDS",
    "synapse_formats": "LSN-FORMATS",
    "threshold_profiles": "LSN-THRESHOLDS",
    "neuron_groups": "LSN-NEURON-GROUPS",
    "delay_slots": "LSN-DELAY-SLOTS",
}


def cores_hold(mapping: Mapping, profile: Profile) -> Iterator[Finding]:
    """The fullest core of each resource: the partition keeps below every limit, this is the headroom it left."""
    limits = core_limits(profile).resources
    for resource, limit in limits.items():
        fullest = max(
            range(len(mapping.cores)), key=lambda core: mapping.cores[core].usage.get(resource, 0), default=None
        )
        if fullest is None:
            continue
        value = mapping.cores[fullest].usage.get(resource, 0)
        unit = UNITS[resource]
        yield Finding(
            CODES[resource],
            "ok",
            f"core {fullest}",
            value,
            limit,
            unit,
            f"fullest core has {value:,} of {limit:,} {_words(resource, unit)}",
        )


def _words(resource: str, unit: str) -> str:
    """`neurons`; `entries (axon map)` where the unit does not say what is counted."""
    name = resource.replace("_", " ")
    return unit if unit in name or name in unit else f"{unit} ({name})"


def chips_suffice(mapping: Mapping, profile: Profile) -> Iterator[Finding]:
    """The cores fit the chips the profile has: one, or as many as a board that the user sets."""
    chips = known(profile.chip.chips, "chip.chips", profile.name)
    text = (
        f"{len(mapping.cores)} core(s) on {mapping.chips} chip(s) of {mapping.mesh.cores} cores; at least "
        f"{mapping.least_cores} core(s) are needed, {chips} chip(s) are there"
    )
    if mapping.chips <= chips:
        yield Finding("LSN-CHIPS", "ok", "network", mapping.chips, chips, "chips", text)
        return
    boards = sorted((figure.value, name) for name, figure in profile.boards.items() if figure.value is not None)
    fitting = [(size, name) for size, name in boards if size >= mapping.chips]
    if fitting:
        size, name = fitting[0]
        fix = f"use a {name} board of {size} chips: --set chips={size}"
    else:
        fix = "use fewer channels or reduce earlier; no known board has that many chips"
    yield Finding("LSN-CHIPS", "error", "network", mapping.chips, chips, "chips", text, fix)


MAPPING_RULES: tuple[MappingRule, ...] = (cores_hold, chips_suffice)

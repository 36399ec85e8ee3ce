"""Rules about cores and chips, one small function per resource: what no core holds, or the headroom of the fullest core."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from litesnn.compiler.mapping import DoesNotFit, Excess, Mapping
from litesnn.compiler.mapping.limits import core_limits, unit_on
from litesnn.compiler.mapping.refusal import CHIPS
from litesnn.compiler.profile import Profile, known
from litesnn.compiler.rules.finding import Finding


@dataclass(frozen=True)
class Placed:
    """What mapping gave: cores (with excesses, those that would be), and the excesses; no cores where it gave up."""

    mapping: Mapping | None
    excesses: tuple[Excess, ...] = ()

    @classmethod
    def of(cls, mapping: Mapping | DoesNotFit) -> Placed:
        """Of a mapping or a refusal."""
        return cls(mapping.mapping, mapping.excesses) if isinstance(mapping, DoesNotFit) else cls(mapping)


CoreRule = Callable[[Placed, Profile], Iterator[Finding]]


def neurons_fit(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Neurons of a core."""
    yield from _resource("LSN-NEURONS", "neurons", placed, profile)


def delay_slots_fit(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Accumulators of a core: one per neuron and delay slot."""
    yield from _resource("LSN-DELAY-SLOTS", "delay_slots", placed, profile)


def input_axons_fit(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Axons that enter a core."""
    yield from _resource("LSN-AXON-IN", "input_axons", placed, profile)


def output_axons_fit(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Entries of the axons that leave a core."""
    yield from _resource("LSN-AXON-OUT", "output_axons", placed, profile)


def axon_map_fits(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Entries of a core's axon map: one per neuron that has readers, or per pixel where kernels alone read it."""
    yield from _resource("LSN-AXON-MAP", "axon_map", placed, profile)


def synapse_words_fit(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Synapse memory of a core, as encoded."""
    yield from _resource("LSN-SYNAPSE-WORDS", "synapse_words", placed, profile)


def lists_fit(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Words of one axon list."""
    yield from _resource("LSN-LIST-LENGTH", "list_words", placed, profile)


def core_words_fit(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Memory of a core where synapses, axons and neurons share it."""
    yield from _resource("LSN-CORE-WORDS", "core_words", placed, profile)


def formats_fit(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Synapse format registers of a core."""
    yield from _resource("LSN-FORMATS", "synapse_formats", placed, profile)


def thresholds_fit(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Threshold profiles of a core."""
    yield from _resource("LSN-THRESHOLDS", "threshold_profiles", placed, profile)


def decays_fit(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Pairs of decays on a core (compartment profiles), where registers that neurons share hold them."""
    yield from _resource("LSN-DECAY-PROFILES", "compartment_profiles", placed, profile)


def neuron_groups_fit(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Groups of equal neurons on a core."""
    yield from _resource("LSN-NEURON-GROUPS", "neuron_groups", placed, profile)


def layers_fit(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Slices of layers on a core, where the rules allow so many."""
    yield from _resource("LSN-LAYERS", "layers", placed, profile)


def chip_holds_neurons(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Neurons of a chip, where a limit for all its cores is known that is below what they hold."""
    limit = profile.chip.neurons.value
    neurons: dict[int, int] = {}
    for core in placed.mapping.cores if placed.mapping is not None else ():
        neurons[core.chip] = neurons.get(core.chip, 0) + core.usage.get("neurons", core.neurons)
    for chip, value in neurons.items():
        if limit is not None and value > limit:
            text, fix = (
                f"chip {chip} has {value:,} of {limit:,} neurons",
                "use more chips: --set cores= or neurons_per_core=",
            )
            yield Finding(
                code="LSN-CHIP-NEURONS",
                severity="error",
                place=f"chip {chip}",
                value=value,
                limit=limit,
                unit="neurons",
                message=text,
                fix=fix,
            )


def chips_suffice(placed: Placed, profile: Profile) -> Iterator[Finding]:
    """The cores fit the chips the profile has: one, or as many as a board that the user sets."""
    chips = known(profile.chip.chips, "chip.chips", profile.name)
    mapping = placed.mapping
    if mapping is None:
        for excess in placed.excesses:
            if excess.resource == CHIPS:
                text = f"{excess.part} takes {excess.value:,} chips, more than the {excess.limit:,} of the largest system built"
                yield Finding(
                    code="LSN-CHIPS",
                    severity="error",
                    place="network",
                    value=excess.value,
                    limit=chips,
                    unit=CHIPS,
                    message=text,
                    fix=_narrower(profile),
                )
        return
    text = (
        f"{len(mapping.cores)} core(s) on {mapping.chips} chip(s) of {mapping.mesh.cores} cores; at least "
        f"{mapping.least_cores} core(s) are needed, {chips} chip(s) are there"
    )
    if mapping.chips <= chips:
        yield Finding(
            code="LSN-CHIPS", severity="ok", place="network", value=mapping.chips, limit=chips, unit=CHIPS, message=text
        )
        return
    board = smallest_board(profile, mapping.chips)
    fix = _narrower(profile) if board is None else f"use a {board[0]} board of {board[1]} chips: --set chips={board[1]}"
    yield Finding(
        code="LSN-CHIPS",
        severity="error",
        place="network",
        value=mapping.chips,
        limit=chips,
        unit=CHIPS,
        message=text,
        fix=fix,
    )


def smallest_board(profile: Profile, chips: float) -> tuple[str, int] | None:
    """Name and chips of the smallest board that a profile knows with at least so many, or None."""
    sizes = [(figure.value, name) for name, figure in profile.boards.items() if figure.value is not None]
    size, name = min(((size, name) for size, name in sizes if size >= chips), default=(0, ""))
    return (name, size) if size else None


def _narrower(profile: Profile) -> str:
    return f"use fewer channels or reduce earlier; no board of {profile.name} is known to have that many chips"


def _resource(code: str, resource: str, placed: Placed, profile: Profile) -> Iterator[Finding]:
    """Every part that breaks the limit; or, if none does, the fullest core."""
    unit = unit_on(profile, resource)
    words = _words(resource, unit)
    over = [excess for excess in placed.excesses if excess.resource == resource]
    for excess in over:
        text = f"{excess.part} takes {excess.value:,} of {excess.limit:,} {words}"
        yield Finding(
            code=code,
            severity="error",
            place=excess.place,
            value=excess.value,
            limit=excess.limit,
            unit=unit,
            message=text,
            fix=excess.advice,
        )
    limit = core_limits(profile).resources.get(resource)
    if over or limit is None or placed.mapping is None or not placed.mapping.cores:
        return
    values = [core.usage.get(resource, 0) for core in placed.mapping.cores]
    value, core = max(values), values.index(max(values))
    text = f"fullest core has {value:,} of {limit:,} {words}"
    yield Finding(code=code, severity="ok", place=f"core {core}", value=value, limit=limit, unit=unit, message=text)


def _words(resource: str, unit: str) -> str:
    """`neurons`; `entries (axon map)` where the unit does not say what is counted."""
    name = resource.replace("_", " ")
    return unit if unit in name or name in unit else f"{unit} ({name})"

"""Every figure has one use, and it is true: a limit or a cost changed is seen, a fact changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import mapping_networks as plain
import numpy as np
import pytest
from over_limit import adaptive, any_to_any, graded, last_alone, small, subtracting
from published_shape import published

from litesnn.base.errors import ProfileError
from litesnn.compiler.energy import energy_rows, time_rows
from litesnn.compiler.export.sanafe.architecture import architecture_lines
from litesnn.compiler.export.sanafe.placement import Placement
from litesnn.compiler.graph import Conv2d, Graph, Membranes, Spiking
from litesnn.compiler.mapping import Mapping
from litesnn.compiler.mapping.model import Traffic
from litesnn.compiler.profile import USES, Profile, load_profile, shipped_profiles, use_of
from litesnn.compiler.rules import Subject, check
from litesnn.compiler.rules.listed import rule_texts


def wide() -> Graph:
    """50 neurons into 100 and 3: a core's memory of several KiB, and more targets than 6 bits count."""
    return plain.dense_stack((50, 100, 3))


def biased() -> Graph:
    """A stack whose hidden neurons have a bias that needs an exponent."""
    graph = plain.dense_stack((4, 6, 3))
    hidden = graph["layer1"]
    assert isinstance(hidden, Spiking)
    mantissa, exponent = np.full(6, 4095, np.int64), np.full(6, 2, np.int64)
    changed = replace(hidden, bias_mant=mantissa, bias_exp=exponent)
    return graph.rebuild([changed if p is hidden else p for p in graph.populations], graph.blocks)


def far() -> Graph:
    """One source neuron with synapses far apart, which run-length lists are made for."""
    rng = np.random.default_rng(1)
    graph = plain.dense_stack((20, 200, 3))
    sparse = plain.block("layer1:input", "input", "layer1", plain.dense(rng, 200, 20, 0.1, bits=1), bits=1)
    return graph.rebuild(graph.populations, [sparse if block.target == "layer1" else block for block in graph.blocks])


def strips() -> Graph:
    """A map of one column and one of one row, three channels each, neither of which halves evenly."""
    rng = np.random.default_rng(2)
    kernels = [Conv2d(plain.codes(rng, (3, 1, 3, 3), 1.0, 4), 1, 1) for _ in range(2)]
    sides = {"tall": (6, 1), "broad": (1, 6)}
    populations = [plain.source(f"in {name}", (1, *side)) for name, side in sides.items()]
    populations += [plain.neurons(name, (3, *side)) for name, side in sides.items()]
    blocks = [plain.block(name, f"in {name}", name, kernel, 4) for name, kernel in zip(sides, kernels, strict=True)] + [
        plain.block(f"out {name}", name, "readout", plain.dense(rng, 2, 18, bits=4), 4) for name in sides
    ]
    return Graph.build(2, [*populations, plain.readout("readout", (2, 1, 1))], blocks)


SUBJECTS: dict[str, Any] = {
    "small": small,
    "last alone": last_alone,
    "any to any": any_to_any,
    "adaptive": adaptive,
    "subtracting": lambda: subtracting(40),
    "graded": lambda: graded(24),
    "wide": wide,
    "biased": biased,
    "far": far,
    "strips": strips,
    "kernels": lambda: published(6, size=7, cells=2, timesteps=3),
}


@dataclass(frozen=True)
class Change:
    """A figure set to a tighter value, on a chip and for a network where that is seen; `given` is set before and after."""

    chip: str
    value: str
    subject: str = "small"
    given: dict[str, str] = field(default_factory=dict)
    sign: Any = "auto"


SEVERAL = {"neurons_per_core": "20"}
MANY = {"neurons_per_core": "3"}
CRAMPED = {"neurons_per_core": "100", "core.synapse_words": "80", "cores": "1"}
LIMITS = {
    "synapses.weight_bits": Change("loihi2", "1,2"),
    "synapses.weight_exp_min": Change("loihi2", "7"),
    "synapses.weight_exp_max": Change("loihi2", "-7"),
    "synapses.delay_max": Change("loihi2", "0"),
    "synapses.index_bits": Change("loihi1", "6", "wide"),
    "synapses.list_words_max": Change("loihi1", "2", "any to any"),
    "synapses.synapses_per_entry": Change("loihi1", "2", "any to any"),
    "synapses.index_widths": Change("loihi1", "10", "any to any"),
    "synapses.skip_widths": Change("loihi1", "2", "far"),
    "synapses.delay_widths": Change("loihi2", "0"),
    "synapses.population_base_max": Change("loihi1", "0", "last alone"),
    "synapses.population_base_alignment": Change("loihi1", "64", "last alone"),
    "synapses.mixed_mantissa": Change("loihi2", "-256,10", sign="mixed"),
    "synapses.excitatory_mantissa": Change("loihi2", "0,10"),
    "synapses.inhibitory_mantissa": Change("loihi2", "-10,0", sign="split"),
    "synapses.effective_weight_max": Change("loihi1", "64"),
    "neuron.state_bits": Change("loihi2", "12"),
    "neuron.vth_bits": Change("loihi2", "4"),
    "neuron.bias_mant_bits": Change("loihi2", "4"),
    "neuron.accumulator_bits": Change("loihi2", "13"),
    "neuron.programmable": Change("loihi2", "false", "adaptive"),
    "neuron.soft_reset": Change("loihi1", "true", "subtracting"),
    "neuron.threshold_profiles_per_core": Change("loihi1", "1"),
    "neuron.vth_exp": Change("loihi2", "12"),
    "neuron.decay_bits": Change("loihi2", "4"),
    "neuron.bias_exp_bits": Change("loihi2", "0", "biased"),
    "neuron.current_decay_offset": Change("loihi2", "0"),
    "neuron.membrane_decay_offset": Change("loihi2", "1"),
    "neuron.membrane_min_exp_max": Change("loihi1", "5"),
    "neuron.membrane_max_exp_max": Change("loihi1", "0"),
    "messages.graded_payload_bits": Change("loihi2", "7"),
    "core.input_axons": Change("loihi2", "5"),
    "core.output_axon_entries": Change("loihi1", "63", "any to any"),
    "core.axon_map_entries": Change("loihi2", "40", "any to any"),
    "core.synapse_words": Change("loihi2", "5"),
    "core.core_words": Change("loihi2", "34"),
    "core.memory_kib": Change("loihi2", "1", "wide"),
    "core.synapse_memory_kib": Change("loihi2", "1", "wide"),
    "core.synapse_formats": Change("loihi1", "2"),
    "core.compartment_profiles": Change("loihi1", "1"),
    "core.neuron_groups": Change("loihi2", "1"),
    "core.layers_per_core": Change("loihi2", "1"),
    "core.patch_widths": Change("loihi2", "power_of_two", "strips"),
    "core.patch_parts": Change("loihi2", "power_of_two", "strips", given={"neurons_per_core": "6"}),
    "core.delay_slots": Change("loihi1", "4", "last alone"),
    "core.fan_in_max": Change("loihi2", "5"),
    "chip.chips": Change("loihi2", "1", given={**SEVERAL, "chip.cores": "1", "chip.chips": "32"}),
    "chip.cores": Change("loihi2", "1", given=SEVERAL),
    "chip.neurons_per_core": Change("loihi2", "20"),
    "chip.neurons": Change("loihi2", "10"),
    "mesh.mesh_columns": Change("loihi2", "1", given=MANY),
    "mesh.mesh_rows": Change("loihi2", "1", given=MANY),
    "mesh.cores_per_router": Change("loihi2", "1", given=MANY),
    "mesh.mesh_cores_max": Change("loihi1", "64"),
    "mesh.system_chips_max": Change("loihi2", "4", given={"chips": "8"}),
    "boards": Change("loihi2", "500", given={**SEVERAL, "cores": "2"}),
}
REFUSED = ("mesh.mesh_cores_max", "mesh.system_chips_max")
"""Limits of other figures: the profile is refused."""
COUNTS = {
    "synapses.list_header_bits": Change("loihi2", "40", "wide"),
    "synapses.list_encodings": Change("loihi1", "dense", "far"),
    "synapses.list_tail_bits": Change("loihi2", "60", "wide"),
    "synapses.dense_index_per_synapse": Change("loihi2", "false", "wide"),
    "synapses.kernel_sharing": Change("loihi2", "population"),
    "synapses.kernel_row_encodings": Change("loihi2", "sparse"),
    "synapses.dense_span": Change("loihi2", "targets", "far", given={"list_encodings": "dense"}),
    "synapses.kernel_row_channels": Change("loihi2", "power_of_two", "strips"),
    "synapses.population_margins": Change("loihi1", "false", "kernels", given=CRAMPED),
    "messages.axon_entries": Change("loihi1", "3", "any to any"),
    "messages.population_axon_entries": Change("loihi1", "9", "last alone", given=SEVERAL),
    "messages.other_chip_extra_entries": Change("loihi1", "9", "wide", given={**SEVERAL, "cores": "2", "chips": "32"}),
    "core.word_bits": Change("loihi2", "128", "wide"),
    "core.neuron_words": Change("loihi2", "9"),
    "core.axon_map_words": Change("loihi2", "9"),
    "core.axon_map_per": Change("loihi2", "neuron"),
    "core.axon_memory_per": Change("loihi2", "pixel"),
    "core.sums_in_core_words": Change("loihi2", "true"),
}
ON_AN_FPGA = {name for name in USES if name.startswith("fpga.")}
"""Of cores in SystemVerilog: `tests/compiler/export/test_board.py`."""
FACTS = {
    "synapses.tag_widths": "3",
    "synapses.mantissa_rounding": "toward zero",
    "synapses.negative_exponent": "after sum",
    "synapses.stochastic_rounding": "true",
    "mesh.routing": "xy",
    "neuron.current_overflow": "wrap",
    "neuron.membrane_overflow": "clip",
}


def outcome(profile: Profile, subject: str, sign: Any) -> tuple[object, ...]:
    """All that a user gets of a network on a chip but the headroom of what holds: findings, program, cores."""
    made = SUBJECTS[subject]()
    graph, genotype = (made, None) if isinstance(made, Graph) else (None, made)
    checked = check(Subject(profile, genotype, graph, sign), optimize=False)
    findings = {(f.code, f.severity, f.place, f.value, f.limit, f.fix) for f in checked.findings if f.severity != "ok"}
    populations = [
        (p.name, p.on_host, None if p.bias_mant is None else p.bias_mant.tolist())
        for p in checked.graph.populations
        if isinstance(p, Membranes)
    ]
    blocks = [(block.name, block.delay, block.format) for block in checked.graph.blocks]
    placed = checked.outcome
    cores = [(c.slices, c.usage, c.chip, c.router) for c in placed.cores] if isinstance(placed, Mapping) else None
    return findings, populations, blocks, cores


@cache
def before(chip: str, subject: str, sign: Any, given: tuple[tuple[str, str], ...]) -> tuple[object, ...]:
    return outcome(load_profile(chip, dict(given)), subject, sign)


@pytest.mark.parametrize(("name", "change"), {**LIMITS, **COUNTS}.items(), ids=[*LIMITS, *COUNTS])
def test_a_limit_or_a_cost_of_space_that_changes_is_seen(name: str, change: Change) -> None:
    key = "boards.kapoho_point" if name == "boards" else name
    if name in REFUSED:
        with pytest.raises(ProfileError, match=name):
            load_profile(change.chip, {**change.given, key: change.value})
        return
    tightened = load_profile(change.chip, {**change.given, key: change.value})
    was = before(change.chip, change.subject, change.sign, tuple(change.given.items()))
    assert outcome(tightened, change.subject, change.sign) != was


def estimates(profile: Profile) -> tuple[object, ...]:
    """Energy, time and SANA-FE's architecture for made-up counts."""
    traffic = Traffic(9.0, 9, 9.0, 9.0, 9.0, 9.0)
    placement = Placement((), 2, 1, 1, 1)
    return (
        energy_rows(profile, 7.0, 3.0, 5, 2, 4, traffic),
        time_rows(profile, plain.dense_stack((2, 2))),
        architecture_lines(profile, placement, 1, 1),
    )


@pytest.mark.parametrize(
    "name", [name for name, use in USES.items() if use.kind == "cost" and name not in ON_AN_FPGA.union(COUNTS)]
)
def test_a_cost_of_energy_or_time_that_changes_is_seen(name: str) -> None:
    assert estimates(load_profile("loihi1", {name: "12.5"})) != estimates(load_profile("loihi1"))


def other(profile: Profile, name: str) -> str:
    """Another value of a fact, as text."""
    value = dict(profile.figures())[name].value
    return FACTS.get(name) or str(2 if value is None else value * 2)


@pytest.mark.parametrize("chip", shipped_profiles())
def test_facts_change_nothing(chip: str) -> None:
    plain_profile = load_profile(chip)
    names = [name for name, _ in plain_profile.figures() if use_of(name).kind == "fact"]
    changed = load_profile(chip, {name: other(plain_profile, name) for name in names})
    assert outcome(changed, "small", "auto") == before(chip, "small", "auto", ())
    assert estimates(changed) == estimates(plain_profile)


def test_every_figure_has_one_use_and_every_limit_a_test() -> None:
    for chip in shipped_profiles():
        for name, _ in load_profile(chip).figures():
            assert use_of(name).says, name
    assert set(LIMITS) == {name for name, use in USES.items() if use.kind == "limit"} - ON_AN_FPGA
    assert {use.kind for use in USES.values()} == {"limit", "cost", "fact"}


def test_a_use_names_rules_that_there_are() -> None:
    named = {code for use in USES.values() for code in use.codes}
    assert named <= set(rule_texts())
    assert set(rule_texts()) == named, "every rule has a figure that sets its limit"

"""Every rule, once: its code and the function that looks for what breaks it. Its docstring says what holds.

A rule of the graph looks at the scheduled graph and the profile, one of the cores at what partition and placement gave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from litesnn.compiler.graph import Graph
from litesnn.compiler.profile import Profile
from litesnn.compiler.rules import core_rules as cores
from litesnn.compiler.rules import graph_rules as graphs
from litesnn.compiler.rules import range_rules as ranges
from litesnn.compiler.rules import register_rules as registers
from litesnn.compiler.rules import reset_rules as resets
from litesnn.compiler.rules import value_rules as values
from litesnn.compiler.rules.finding import Finding

GraphRule = Callable[[Graph, Profile], Iterator[Finding]]

GRAPH_RULES: dict[str, GraphRule] = {
    "LSN-WEIGHT-BITS": graphs.weight_bits_offered,
    "LSN-WEIGHT-EXP": graphs.weight_exponents_fit,
    "LSN-DELAY": graphs.delays_fit,
    "LSN-RELAY": graphs.few_relays,
    "LSN-GRADED-INPUT": graphs.graded_input_enters,
    "LSN-PROGRAMMABLE": graphs.neurons_are_fixed,
    "LSN-SOFT-RESET": resets.subtractions_fit,
    "LSN-MANTISSA": values.mantissas_are_held,
    "LSN-WEIGHT": values.weights_are_held,
    "LSN-FAN-IN": values.fan_in_fits,
    "LSN-MESSAGE": values.messages_fit,
    "LSN-VTH": registers.thresholds_are_held,
    "LSN-BIAS": registers.biases_are_held,
    "LSN-DECAY": registers.decays_are_held,
    "LSN-STATE": registers.states_are_held,
}
CORE_RULES: dict[str, cores.CoreRule] = {
    "LSN-NEURONS": cores.neurons_fit,
    "LSN-DELAY-SLOTS": cores.delay_slots_fit,
    "LSN-AXON-IN": cores.input_axons_fit,
    "LSN-AXON-OUT": cores.output_axons_fit,
    "LSN-AXON-MAP": cores.axon_map_fits,
    "LSN-SYNAPSE-WORDS": cores.synapse_words_fit,
    "LSN-LIST-LENGTH": cores.lists_fit,
    "LSN-CORE-WORDS": cores.core_words_fit,
    "LSN-FORMATS": cores.formats_fit,
    "LSN-THRESHOLDS": cores.thresholds_fit,
    "LSN-DECAY-PROFILES": cores.decays_fit,
    "LSN-NEURON-GROUPS": cores.neuron_groups_fit,
    "LSN-LAYERS": cores.layers_fit,
    "LSN-CHIP-NEURONS": cores.chip_holds_neurons,
    "LSN-CHIPS": cores.chips_suffice,
}
TRAINING_DECIDES = frozenset({"LSN-WEIGHT-EXP", "LSN-WEIGHT", "LSN-VTH", "LSN-BIAS", "LSN-STATE", "LSN-SOFT-RESET"})
"""Of an untrained genotype these say nothing: its random weights and its membrane_exp are guesses."""


def rule_texts() -> dict[str, str]:
    """Code -> what holds, for every rule; LSN-RANGE, which depends on where a network came from, among them."""
    rules: dict[str, Callable[..., object]] = {**GRAPH_RULES, ranges.CODE: ranges.registers_hold, **CORE_RULES}
    return {code: (rule.__doc__ or "").strip().partition("\n")[0] for code, rule in rules.items()}


def broken_rules(graph: Graph, profile: Profile) -> list[Finding]:
    """Errors of the graph rules: the chip could not run the graph, wherever its neurons stand."""
    return [f for rule in GRAPH_RULES.values() for f in rule(graph, profile) if f.severity == "error"]

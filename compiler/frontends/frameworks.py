"""Framework by feature: how faithfully what a user of it has is taken over, and the test that holds it (docs/support.md)."""

from __future__ import annotations

from dataclasses import dataclass

from litesnn.compiler.frontends.support import Support


@dataclass(frozen=True)
class FeatureRow:
    """One feature of a framework.

    Attributes
    ----------
    status : of spikes on the chip against the framework's own equation on the quantized weights
    test : `path::function` below tests/
    own_spikes : whether that test compares with spikes that the framework itself computed
    """

    framework: str
    feature: str
    status: Support
    test: str
    note: str = ""
    own_spikes: bool = False


RESETS = "compiler/frontends/nir/test_resets.py"
SNNTORCH, NORSE = "interop/test_snntorch.py", "interop/test_norse.py"
RECORDED = "compiler/frontends/nir/test_frameworks.py::test_the_float_run_gives_the_frameworks_spikes"
ASSUMED = "compiler/frontends/nir/test_assumed.py"
NET = "compiler/frontends/test_net_layers.py"

FEATURES: tuple[FeatureRow, ...] = (
    FeatureRow(
        "snnTorch", "Leaky, Synaptic, RLeaky", "bounded", f"{SNNTORCH}::test_the_same_spikes", "decays of 12 bits", True
    ),
    FeatureRow(
        "snnTorch",
        "subtract (its default), zero, none",
        "bounded",
        f"{SNNTORCH}::test_every_reset",
        "exact without a leak",
        True,
    ),
    FeatureRow("snnTorch", "beta per neuron", "bounded", f"{SNNTORCH}::test_every_reset", "decays of 12 bits", True),
    FeatureRow("snnTorch", "beta = 1", "exact", f"{RESETS}::test_neurons_without_leak_are_exact"),
    FeatureRow(
        "snnTorch",
        "recorded networks: dense, convolutions, currents, recurrence",
        "bounded",
        RECORDED,
        "decays of 12 bits",
        True,
    ),
    FeatureRow(
        "SpikingJelly",
        "IFNode, spiking at the threshold",
        "exact",
        f"{ASSUMED}::test_the_time_step_of_if_neurons_is_read_off_their_r",
    ),
    FeatureRow(
        "SpikingJelly",
        "v_reset=None",
        "exact",
        f"{RESETS}::test_neurons_without_leak_are_exact",
        "--reset-kind subtract",
    ),
    FeatureRow(
        "SpikingJelly",
        "LIFNode",
        "bounded",
        f"{RESETS}::test_leaky_neurons_follow_the_float_network",
        "decays of 12 bits",
    ),
    FeatureRow(
        "norse", "LIFBoxCell, LIFCell, LICell", "bounded", f"{NORSE}::test_the_same_spikes", "decays of 12 bits", True
    ),
    FeatureRow(
        "sinabs", "recorded network: MembraneReset, SingleSpike", "bounded", RECORDED, "decays of 12 bits", True
    ),
    FeatureRow(
        "sinabs",
        "subtraction at the spike",
        "exact",
        f"{RESETS}::test_neurons_without_leak_are_exact",
        "--framework sinabs; IAF",
    ),
    FeatureRow(
        "sinabs",
        "ExpLeak, LIF",
        "bounded",
        f"{RESETS}::test_a_framework_says_what_the_file_does_not",
        "decays of 12 bits",
    ),
    FeatureRow(
        "sinabs",
        "several spikes a step, a lowest membrane",
        "assumed",
        f"{RESETS}::test_a_framework_says_what_the_file_does_not",
        "a NIR file does not hold them; one spike and no floor are taken",
    ),
    FeatureRow(
        "SLAYER",
        "CUBA neurons in every layer type",
        "exact",
        "compiler/frontends/test_slayer.py::test_every_layer_gives_slayers_spikes",
        "",
        True,
    ),
    FeatureRow(
        "SLAYER",
        "a decay or threshold per neuron",
        "exact",
        f"{NET}::test_constants_per_neuron_are_those_of_neurons_alone",
    ),
    FeatureRow(
        "netx",
        "networks that it loads",
        "exact",
        "runtime/test_netx.py::test_every_layer_sends_what_netx_sends",
        "",
        True,
    ),
    FeatureRow(
        "Loihi",
        "tiny.net and PilotNet as recorded on the chip",
        "exact",
        "compiler/frontends/test_ground_truth.py::test_pilotnet_gives_the_spikes_that_the_chip_gave",
        "",
        True,
    ),
    FeatureRow(
        "mlGeNN",
        "null data spaces",
        "exact",
        f"{NET}::test_entries_that_change_nothing_are_not_required_and_null_ones_say_nothing",
    ),
)

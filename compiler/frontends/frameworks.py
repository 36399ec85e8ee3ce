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
RECORDED_FILE = "compiler/frontends/nir/test_frameworks.py"
RECORDED = f"{RECORDED_FILE}::test_the_float_run_gives_the_frameworks_spikes"
LOOPS, GRIDS = "compiler/frontends/nir/test_loops_over_layers.py", "compiler/frontends/nir/test_grids.py"
PORTS, RECURRENT = "compiler/frontends/nir/test_ports_and_shapes.py", "compiler/frontends/test_net_recurrent.py"
RELAYS = "compiler/passes/test_relay_delays.py"
ROCKPOOL, ITS_STEP = "compiler/frontends/nir/test_rockpool.py", "test_its_step_is_kept_and_its_time_step_read_off"
ASSUMED = "compiler/frontends/nir/test_assumed.py"
NET = "compiler/frontends/test_net_layers.py"

FEATURES: tuple[FeatureRow, ...] = (
    FeatureRow(
        "snnTorch",
        "Leaky, Synaptic, RLeaky",
        status="bounded",
        test=f"{SNNTORCH}::test_the_same_spikes",
        note="decays of 12 bits",
        own_spikes=True,
    ),
    FeatureRow(
        "snnTorch",
        "subtract (its default), zero, none",
        status="bounded",
        test=f"{SNNTORCH}::test_every_reset",
        note="exact without a leak",
        own_spikes=True,
    ),
    FeatureRow(
        "snnTorch",
        "beta per neuron",
        status="bounded",
        test=f"{SNNTORCH}::test_every_reset",
        note="decays of 12 bits",
        own_spikes=True,
    ),
    FeatureRow("snnTorch", "beta = 1", status="exact", test=f"{RESETS}::test_neurons_without_leak_are_exact"),
    FeatureRow(
        "snnTorch",
        "recorded networks: dense, convolutions, currents, recurrence",
        status="bounded",
        test=RECORDED,
        note="decays of 12 bits",
        own_spikes=True,
    ),
    FeatureRow(
        "SpikingJelly",
        "IFNode, spiking at the threshold",
        status="exact",
        test=f"{RECORDED_FILE}::test_weights_on_a_grid_are_taken_over_exactly",
        own_spikes=True,
    ),
    FeatureRow(
        "SpikingJelly",
        "v_reset=None",
        status="exact",
        test=f"{RESETS}::test_neurons_without_leak_are_exact",
        note="--reset-kind subtract",
    ),
    FeatureRow(
        "SpikingJelly",
        "LIFNode",
        status="bounded",
        test=f"{RESETS}::test_leaky_neurons_follow_the_float_network",
        note="decays of 12 bits",
    ),
    FeatureRow(
        "norse",
        "LIFBoxCell, LIFCell, LICell",
        status="bounded",
        test=f"{NORSE}::test_the_same_spikes",
        note="decays of 12 bits",
        own_spikes=True,
    ),
    FeatureRow(
        "sinabs",
        "recorded network: MembraneReset, SingleSpike",
        status="bounded",
        test=RECORDED,
        note="decays of 12 bits",
        own_spikes=True,
    ),
    FeatureRow(
        "sinabs",
        "subtraction at the spike",
        status="exact",
        test="interop/test_sinabs.py::test_the_same_spikes",
        note="--framework sinabs; IAF with SingleSpike",
        own_spikes=True,
    ),
    FeatureRow(
        "sinabs",
        "ExpLeak, LIF",
        status="bounded",
        test=f"{RESETS}::test_a_framework_says_what_the_file_does_not",
        note="decays of 12 bits",
    ),
    FeatureRow(
        "sinabs",
        "several spikes a step, a lowest membrane",
        status="assumed",
        test=f"{RESETS}::test_a_framework_says_what_the_file_does_not",
        note="a NIR file does not hold them; one spike and no floor are taken",
    ),
    FeatureRow(
        "Rockpool",
        "LIFTorch, LIFNeuronTorch",
        status="bounded",
        test=RECORDED,
        note="--framework rockpool; decays of 12 bits",
        own_spikes=True,
    ),
    FeatureRow(
        "Rockpool",
        "LIFNeuronTorch without leak",
        status="exact",
        test=f"{RECORDED_FILE}::test_weights_on_a_grid_are_taken_over_exactly",
        note="--framework rockpool; weights on a grid",
        own_spikes=True,
    ),
    FeatureRow("Rockpool", "ExpSynTorch", status="bounded", test=f"{ROCKPOOL}::{ITS_STEP}", note="decays of 12 bits"),
    FeatureRow(
        "Rockpool",
        "several spikes a step",
        status="assumed",
        test=f"{ROCKPOOL}::test_several_spikes_a_step_are_counted_where_they_would_be",
        note="one is taken, and what would differ is counted; as for biases, w_rec and noise, its exporter leaves them out",
    ),
    FeatureRow(
        "SLAYER",
        "CUBA neurons in every layer type",
        status="exact",
        test="compiler/frontends/test_slayer.py::test_every_layer_gives_slayers_spikes",
        own_spikes=True,
    ),
    FeatureRow(
        "SLAYER",
        "a decay or threshold per neuron",
        status="exact",
        test=f"{NET}::test_constants_per_neuron_are_those_of_neurons_alone",
    ),
    FeatureRow(
        "netx",
        "networks that it loads",
        status="exact",
        test="runtime/test_netx.py::test_every_layer_sends_what_netx_sends",
        own_spikes=True,
    ),
    FeatureRow(
        "Loihi",
        "tiny.net and PilotNet as recorded on the chip",
        status="exact",
        test="compiler/frontends/test_ground_truth.py::test_pilotnet_gives_the_spikes_that_the_chip_gave",
        own_spikes=True,
    ),
    FeatureRow(
        "mlGeNN",
        "null data spaces",
        status="exact",
        test=f"{NET}::test_entries_that_change_nothing_are_not_required_and_null_ones_say_nothing",
    ),
    FeatureRow(
        "mlGeNN",
        "delays of recurrent synapses (delay_rec)",
        status="exact",
        test=f"{RECURRENT}::test_delays_per_recurrent_synapse_are_those_of_delay_rec",
    ),
    FeatureRow(
        "SLAYER",
        "recurrent layers with delays per neuron",
        status="exact",
        test=f"{RECURRENT}::test_delays_per_neuron_hold_back_what_leaves_as_slayer_computes_it",
    ),
    FeatureRow(
        "SLAYER",
        "the first version's type `recurrent`",
        status="exact",
        test=f"{RECURRENT}::test_a_published_network_of_slayers_first_version_is_read_whole",
    ),
    FeatureRow(
        "netx",
        "recurrent layers, delays",
        status="exact",
        test="runtime/test_netx.py::test_recurrent_spikes_are_back_in_netxs_step",
        own_spikes=True,
    ),
    FeatureRow(
        "netx",
        "delays beyond the chip's longest",
        status="exact",
        test=f"{RELAYS}::test_graded_messages_of_a_sigma_delta_network_are_relayed",
        note="relays; or --clamp-delays",
    ),
    FeatureRow(
        "NIR",
        "loops over several layers",
        status="exact",
        test=f"{LOOPS}::test_random_loops_give_the_files_spikes",
        note="loihi2 alone: an initiation interval",
    ),
    FeatureRow(
        "NIR", "overlapping average pools", status="exact", test=f"{GRIDS}::test_overlapping_averages_are_exact"
    ),
    FeatureRow(
        "NIR",
        "one weight far above the others",
        status="bounded",
        test=f"{GRIDS}::test_one_large_weight_costs_its_own_channel_alone",
        note="a step per output channel",
    ),
    FeatureRow("NIR", "Conv1d", status="bounded", test=f"{PORTS}::test_a_convolution_over_one_axis"),
    FeatureRow(
        "NIR",
        "files without Input or Output, shapes with a batch or time",
        status="assumed",
        test=f"{PORTS}::test_a_batch_or_time_in_the_shape_is_left_out_and_said",
    ),
)

"""Files that snnTorch, norse, sinabs and Rockpool wrote, beside the spikes those frameworks gave (tests/data/nir/README.md)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from naive_simulator import simulate_naively

from litesnn.compiler.frontends.nir.read import read_network
from litesnn.compiler.frontends.real.conventions import Framework
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.read import RealReading
from litesnn.compiler.profile import load_profile

DATA = Path(__file__).parents[3] / "data" / "nir"
LOIHI2 = load_profile("loihi2")
AT = ("spikingjelly_if",)  # frameworks that spike at the threshold
ROCKPOOL = ("rockpool_dense", "rockpool_if")
OTHERS = ("norse_dense", "sinabs_conv", "snntorch_conv", "snntorch_dense", "snntorch_rleaky", "snntorch_synaptic")
FILES = (*AT, *ROCKPOOL, *OTHERS)
# How many of a layer's spikes 8-bit weights may move; these small layers stand at their thresholds often.
ROUNDED = 0.04


def read(name: str) -> tuple[RealReading, dict[str, np.ndarray]]:
    recorded = dict(np.load(DATA / f"{name}.npz"))
    dt = {"norse": 1e-6}.get(name.split("_")[0])
    steps = recorded["input"].shape[1]
    framework: Framework | None = "rockpool" if name in ROCKPOOL else None
    options = RealOptions(timesteps=steps, dt=dt, spike_at=name in AT or None, framework=framework)
    return read_network(DATA / f"{name}.nir", options), recorded


def layers(recorded: dict[str, np.ndarray]) -> list[str]:
    return [name for name in recorded if name != "input"]


@pytest.mark.parametrize("name", FILES)
def test_the_float_run_gives_the_frameworks_spikes(name: str) -> None:
    network, recorded = read(name)
    spikes = recorded["input"].astype(np.int16)
    sent = network.float_network.run(spikes, spikes.shape[1]).sent
    for layer in layers(recorded):
        assert recorded[layer].sum() > 20
        np.testing.assert_array_equal(sent[layer], recorded[layer], err_msg=layer)


@pytest.mark.parametrize("name", FILES)
def test_the_chip_gives_nearly_the_frameworks_spikes(name: str) -> None:
    network, recorded = read(name)
    graph = network.imported.pipeline(LOIHI2).run()
    inputs = recorded["input"].astype(np.int16)
    found = simulate_naively(graph, inputs.reshape(*inputs.shape[:2], *graph.sources[0].shape)).spikes
    for layer in layers(recorded):
        assert (found[layer].reshape(recorded[layer].shape) != recorded[layer]).mean() < ROUNDED


@pytest.mark.parametrize("name", ["sinabs_conv", "spikingjelly_if", "rockpool_if"])
def test_weights_on_a_grid_are_taken_over_exactly(name: str) -> None:
    network, recorded = read(name)
    graph = network.imported.pipeline(LOIHI2).run()
    assert {label.status for label in graph.labels} == {"exact", "assumed"}
    inputs = recorded["input"].astype(np.int16)
    found = simulate_naively(graph, inputs.reshape(*inputs.shape[:2], *graph.sources[0].shape)).spikes
    for layer in layers(recorded):
        np.testing.assert_array_equal(found[layer].reshape(recorded[layer].shape), recorded[layer], err_msg=layer)


def test_the_time_step_is_read_off_snntorchs_r() -> None:
    network, _ = read("snntorch_dense")
    assert network.step.dt == pytest.approx(1e-4)
    assert network.step.origin == "tau / r, the same in all neurons"


def test_recurrence_is_a_synapse_of_no_delay_and_biases_start_with_the_sample() -> None:
    network, _ = read("snntorch_rleaky")
    graph = network.imported.graph
    assert graph.isolated
    delays = {block.name: block.delay for block in graph.blocks}
    assert delays["rec.lif:rec.lif"] == 0
    assert delays["rec.lif:bias"] == 0
    assert delays["lif:bias"] == 1  # one step later, as everything in the second layer

"""Intel's networks reproduce what Intel recorded of them: SLAYER's tiny.net, and PilotNets that ran on the chip."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from naive_simulator import simulate_naively
from written_nets import compiled, from_whc, intel, intel_array

from litesnn.compiler.frontends.net.read import read_net


def test_tiny_net_gives_its_recorded_spikes_at_every_layer_and_step() -> None:
    """The recording resets every layer when the sample arrives; its first step is empty."""
    inputs = from_whc(intel_array("gts/tinynet/input_bias.npy"))[None].astype(np.int16)
    trace = simulate_naively(compiled(intel("tiny.net"), timesteps=15, reset=True), inputs)
    for population, file in (("layer0", "input"), ("layer1", "layer1"), ("layer2", "output")):
        recorded = intel_array(f"gts/tinynet/{file}.npy")[0].transpose(3, 0, 1, 2)
        np.testing.assert_array_equal(trace.spikes[population][0], recorded[1:])


def test_pilotnet_gives_the_spikes_that_the_chip_gave(tmp_path: Path) -> None:
    """The recording streams samples of 17 steps through Loihi 1, layer i one step behind layer i - 1; it starts at the input's spikes."""
    path = tmp_path / "pilotnet.net"
    path.write_bytes(intel("gts/pilotnet_lif/network.net").read_bytes())
    with h5py.File(path, "a") as file:
        for entry in ("neuron", "weight", "bias"):
            del file[f"layer/0/{entry}"]
    spikes = from_whc(intel_array("gts/pilotnet_lif/input.npy"))
    inputs = np.zeros((34, *spikes.shape[1:]), np.int16)
    inputs[: len(spikes)] = spikes
    trace = simulate_naively(compiled(path, timesteps=17, reset=True), inputs.reshape(2, 17, *spikes.shape[1:]))
    recordings = [(f"layer{i + 1}", f"conv-{i}") for i in range(5)] + [(f"layer{i + 7}", f"fc-{i}") for i in range(3)]
    for behind, (population, file) in enumerate(recordings, start=1):
        recorded = np.moveaxis(intel_array(f"gts/pilotnet_lif/{file}.npy"), -1, 0)
        recorded = recorded.transpose(0, 3, 2, 1) if recorded.ndim == 4 else recorded[:, :, None, None]
        found = trace.spikes[population].reshape(34, *recorded.shape[1:])
        np.testing.assert_array_equal(found[: 24 - behind], recorded[behind:], err_msg=population)


def test_sigma_delta_pilotnet_gives_the_recorded_angle() -> None:
    inputs = from_whc(intel_array("gts/pilotnet_sdnn/input.npy")[..., 0])[None].astype(np.int16)
    trace = simulate_naively(compiled(intel("gts/pilotnet_sdnn/network.net"), timesteps=2), inputs)
    # Recorded over 9 steps; the input needs 8 to reach the last of 9 layers.
    assert trace.spikes["layer9"].ravel().tolist() == [intel_array("gts/pilotnet_sdnn/output.npy")[0, 8]] * 2
    np.testing.assert_array_equal(trace.readout, [[-31026]])


def test_the_keyword_network_keeps_its_axonal_delays_and_its_average() -> None:
    graph = compiled(intel("gts/ntidigits/ntidigits.net"), timesteps=20)
    assert graph.isolated
    assert {block.delay for block in graph.into("layer2")} >= {0, 5, 62}
    assert [row.type for row in read_net(intel("gts/ntidigits/ntidigits.net")).layers][-1] == "average"
    (average,) = graph.into("layer5")
    np.testing.assert_array_equal(average.weights((242, 1, 1), (11, 1, 1)).sum(axis=1), np.full((11, 1), 22))


@pytest.mark.parametrize("name", ["tiny.net", "mnist.net", "gts/pilotnet_sdnn/square_network.net"])
def test_no_weight_is_lost(name: str) -> None:
    graph = compiled(intel(name))
    with h5py.File(intel(name)) as file:
        for index, group in file["layer"].items():
            if "weight" in group and group["type"][0] != b"input":
                stored = sum(
                    int(abs(b.geometry.codes.astype(np.int64) << b.exponent).sum()) for b in graph.into(f"layer{index}")
                )
                assert stored == int(abs(group["weight"][()]).sum())

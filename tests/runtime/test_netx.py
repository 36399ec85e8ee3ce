"""netx itself runs Intel's networks in Lava; every layer sends what the exact simulator and our own Lava backend send."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from lava_here import lava_module
from naive_simulator import simulate_naively
from written_nets import CUBA, INSTANT, compiled, dense, from_whc, intel, intel_array, write_net

from litesnn.runtime.exact import simulate
from litesnn.runtime.lava import run_lava

STEPS = 12
RUN_NETX = """
import sys
import numpy as np
from litesnn.runtime.lava.mended import mended

with mended():
    from lava.lib.dl import netx
    from lava.magma.core.run_conditions import RunSteps
    from lava.magma.core.run_configs import Loihi2SimCfg
    from lava.proc import io
    from lava.proc.conv import utils

utils.TORCH_IS_AVAILABLE = False
path, inputs, output, steps = sys.argv[1], np.load(sys.argv[2]), sys.argv[3], int(sys.argv[4])
network = netx.hdf5.Network(net_config=path)
sinks = []
for layer in network.layers:
    sink = io.sink.RingBuffer(shape=layer.out.shape, buffer=steps)
    layer.out.connect(sink.a_in)
    sinks.append(sink)
network.in_layer.neuron.bias_mant.init = inputs
try:
    network.run(condition=RunSteps(num_steps=steps), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
    np.savez(output, *[sink.data.get() for sink in sinks])
finally:
    network.stop()
"""


def run_netx(path: Path, inputs: np.ndarray, folder: Path) -> list[np.ndarray]:
    """What each layer sends, (T, C, H, W); inputs are netx's own, written into the first layer's bias."""
    lava_module("lava.lib.dl.netx", reason="lava-dl is not installed")
    try:
        int(np.ones(1))
    except TypeError:
        pytest.skip(f"netx takes int() of arrays, which numpy {np.__version__} refuses; older ones run it")
    np.save(folder / "inputs.npy", inputs)
    command = [
        sys.executable,
        "-c",
        RUN_NETX,
        str(path),
        str(folder / "inputs.npy"),
        str(folder / "sent.npz"),
        str(STEPS),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    with np.load(folder / "sent.npz") as sent:
        layers = [sent[f"arr_{i}"] for i in range(len(sent.files))]
    return [from_whc(values) if values.ndim == 4 else values.T[:, :, None, None] for values in layers]


@pytest.mark.parametrize("name", ["tiny.net", "mnist.net"])
def test_every_layer_sends_what_netx_sends(name: str, tmp_path: Path) -> None:
    if name == "tiny.net":
        theirs = intel_array("gts/tinynet/input_bias.npy").astype(int)
        ours = from_whc(theirs)[None].astype(np.int16)
    else:
        theirs = np.random.default_rng(0).integers(0, 140, 784)
        ours = theirs.reshape(1, 784, 1, 1).astype(np.int16)
    sent = run_netx(intel(name), theirs, tmp_path)
    graph = compiled(intel(name), timesteps=STEPS, reset=False)
    layers = [population.name for population in graph.membranes]
    spiking = [layer for layer in layers if layer != "layer3"]
    naive = simulate_naively(graph, ours)
    exact, lava = simulate(graph, ours, record=spiking), run_lava(graph, ours, record=spiking)
    for late, (layer, expected) in enumerate(zip(layers, sent, strict=True)):
        assert graph[layer].arrival == late
        found = {"naive": naive.spikes, "exact": exact.spikes, "lava": lava.spikes}
        for engine, spikes in found.items() if layer in spiking else [("naive", naive.spikes)]:
            np.testing.assert_array_equal(
                spikes[layer][0, : STEPS - late], expected[late:], err_msg=f"{engine} {layer}"
            )
        assert layer not in spiking or expected.any()
    np.testing.assert_array_equal(exact.readout, lava.readout)
    np.testing.assert_array_equal(exact.readout, naive.readout)


@pytest.mark.parametrize("delay", [None, np.array([0, 3, 1, 2, 5])], ids=["at once", "delays"])
def test_recurrent_spikes_are_back_in_netxs_step(delay: np.ndarray | None, tmp_path: Path) -> None:
    """Weights of all 8 bits, whose exponent netx does not lose, and as many inputs as neurons, or it cannot load the delays."""
    rng = np.random.default_rng(0)
    weight, back = (rng.integers(-127, 128, (5, 5)) * 2 for _ in range(2))
    weight[0, 0], back[0, 0] = 254, -254
    waits = {} if delay is None else {"delay": delay}
    first = {"type": "input", "shape": np.array([5]), "neuron": {**INSTANT, "vThMant": 60}}
    hidden = dense(weight, {**CUBA, "vThMant": 300}, "dense_rec", weight_rec=back.astype(np.float32), **waits)
    path = write_net(tmp_path / "rec.net", [first, hidden], None)
    inputs = rng.integers(10, 50, 5)
    sent = run_netx(path, inputs, tmp_path)
    graph = compiled(path, timesteps=STEPS, reset=False, recurrent_delay="arriving")
    ours = inputs.reshape(1, 5, 1, 1).astype(np.int16)
    exact, naive = simulate(graph, ours, record=["layer0", "layer1"]), simulate_naively(graph, ours)
    for name, expected in zip(("layer0", "layer1"), sent, strict=True):
        late = graph[name].arrival
        assert expected.sum() > 5
        for trace in (exact, naive):
            np.testing.assert_array_equal(trace.spikes[name][0, : STEPS - late], expected[late:], err_msg=name)

"""Layers that read themselves: in which step a spike is back, whichever tool wrote the file and whatever waits in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from lava_here import lava_module
from naive_simulator import simulate_naively
from written_nets import CUBA, INSTANT, compiled, dense, layer, random_spikes, write_net

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.net.read import read_net
from litesnn.runtime.exact import simulate

STEPS = 20
LOIHI = {"type": "LOIHI", "vThMant": 70, "vDecay": 282, "iDecay": 2090, "refDelay": 1, "wgtExp": 0, "tauRho": 1, "scaleRho": 1}  # fmt: skip


def weights(shape: tuple[int, int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-30, 50, shape)


def looped(
    spikes: np.ndarray, weight: np.ndarray, back: np.ndarray, waits: Any = 0, returns: Any = 0, bias: Any = 0
) -> np.ndarray:
    """LOIHI's equation with the layer's own spikes, one step at a time: (T, out) of spikes (T, in)."""
    waits, returns = np.broadcast_to(waits, weight.shape), np.broadcast_to(returns, back.shape)
    u = v = np.zeros(len(weight), np.int64)
    sent = np.zeros((len(spikes), len(weight)), np.int64)
    for step in range(len(spikes)):
        arriving = np.zeros(len(weight), np.int64)
        for (target, source), steps in np.ndenumerate(waits):
            if step - 1 - steps >= 0:
                arriving[target] += weight[target, source] * spikes[step - 1 - steps, source]
        for (target, source), steps in np.ndenumerate(returns):
            if step - 1 - steps >= 0:
                arriving[target] += back[target, source] * sent[step - 1 - steps, source]
        u = np.sign(u) * ((np.abs(u) * (4096 - LOIHI["iDecay"])) >> 12) + (arriving << 6)
        v = np.sign(v) * ((np.abs(v) * (4096 - LOIHI["vDecay"])) >> 12) + u + (bias << 6)
        sent[step] = v > LOIHI["vThMant"] << 6
        v = np.where(sent[step] > 0, 0, v)
    return sent


def assert_sends(path: Path, spikes: np.ndarray, expected: np.ndarray, **options: Any) -> None:
    """Naive and exact simulation give the loop's spikes, from the step on in which the first can arrive."""
    graph = compiled(path, timesteps=STEPS, **options)
    late = graph["layer1"].arrival
    inputs = spikes[None, :, :, None, None].astype(np.int16)
    for trace in (simulate_naively(graph, inputs), simulate(graph, inputs, record=["layer1"])):
        found = trace.spikes["layer1"][0].reshape(STEPS, -1)
        np.testing.assert_array_equal(found[: STEPS - late], expected[late:])
    assert expected.sum() > 5
    assert (expected == 0).any()


def rec(weight: np.ndarray, back: np.ndarray, kind: str = "dense_rec", **entries: Any) -> list[dict[str, Any]]:
    first = layer("input", shape=np.array([weight.shape[1]]))
    named = {"recWeight" if kind == "recurrent" else "weight_rec": back.astype(np.float32)}
    return [first, dense(weight, LOIHI, kind, **named, **entries)]


@pytest.mark.parametrize("kind", ["dense_rec", "recurrent"])
def test_a_spike_is_back_in_the_next_step(kind: str, tmp_path: Path) -> None:
    weight, back = weights((6, 4)), weights((6, 6), seed=1)
    path = write_net(tmp_path / "r.net", rec(weight, back, kind, inFeatures=4, outFeatures=6), STEPS)
    spikes = random_spikes((STEPS, 4), seed=2)
    assert_sends(path, spikes, looped(spikes, weight, back))
    assert {label.status for label in read_net(path).graph.labels} == {"exact"}


def test_a_published_network_of_slayers_first_version_is_read_whole(tmp_path: Path) -> None:
    """Its entries: an input of one row, flattened; shapes of three sides; `recWeight`; a neuron with training's entries."""
    layers = [
        layer("input", shape=np.array([1, 1, 4])),
        layer("flatten", shape=np.array([4, 1, 1])),
        *rec(weights((5, 4)), weights((5, 5), 1), "recurrent", inFeatures=4, outFeatures=5)[1:],
        dense(weights((3, 5), 2), LOIHI, inFeatures=5, outFeatures=3),
    ]
    for entries, outputs in ((layers[2], 5), (layers[3], 3)):
        entries["shape"] = np.array([outputs, 1, 1])
    graph = compiled(write_net(tmp_path / "braille.net", layers, STEPS))
    assert [p.name for p in graph.membranes] == ["layer2", "layer3"]
    inputs = random_spikes((2, STEPS, 1, 1, 4))
    exact, naive = simulate(graph, inputs, record=["layer2"]), simulate_naively(graph, inputs)
    np.testing.assert_array_equal(exact.spikes["layer2"], naive.spikes["layer2"])
    np.testing.assert_array_equal(exact.readout, naive.readout)
    assert naive.spikes["layer2"].any()


def test_delays_per_recurrent_synapse_are_those_of_delay_rec(tmp_path: Path) -> None:
    """As mlGeNN writes what it learnt: one matrix for the synapses from the layer before, one for the recurrent ones."""
    weight, back = weights((5, 4)), weights((5, 5), seed=1)
    waits, returns = np.random.default_rng(3).integers(0, 5, (5, 4)), np.random.default_rng(4).integers(0, 7, (5, 5))
    path = write_net(tmp_path / "d.net", rec(weight, back, delay=waits, delay_rec=returns), STEPS)
    spikes = random_spikes((STEPS, 4), seed=5)
    assert_sends(path, spikes, looped(spikes, weight, back, waits, returns))
    (label,) = [label for label in read_net(path).graph.labels if label.step == "recurrent delay"]
    assert label.status == "exact"
    assert f"up to {returns.max()} steps at the recurrent synapses" in label.detail


@pytest.mark.parametrize(
    ("returns", "per_synapse"),
    [(np.array(3), 3), (np.array([0, 2, 4]), np.array([[0], [2], [4]]))],
    ids=["one for all", "one per receiving neuron"],
)
def test_delay_rec_may_be_one_or_one_per_neuron(returns: np.ndarray, per_synapse: Any, tmp_path: Path) -> None:
    weight, back = weights((3, 4)), weights((3, 3), seed=1)
    path = write_net(tmp_path / "d.net", rec(weight, back, delay_rec=returns), STEPS)
    spikes = random_spikes((STEPS, 4), seed=5)
    assert_sends(path, spikes, looped(spikes, weight, back, 0, per_synapse))


def test_delays_per_synapse_without_delay_rec_hold_back_what_comes_from_the_layer_before(tmp_path: Path) -> None:
    weight, back = weights((5, 4)), weights((5, 5), seed=1)
    waits = np.random.default_rng(3).integers(0, 5, (5, 4))
    path = write_net(tmp_path / "d.net", rec(weight, back, delay=waits), STEPS)
    spikes = random_spikes((STEPS, 4), seed=5)
    assert_sends(path, spikes, looped(spikes, weight, back, waits))
    (label,) = [label for label in read_net(path).graph.labels if label.step == "recurrent delay"]
    assert label.status == "assumed"
    assert "--recurrent-delay arriving" in label.detail


def test_a_recurrent_bias_is_added_in_every_step(tmp_path: Path) -> None:
    weight, back = weights((3, 4)), weights((3, 3), seed=1)
    both = {"bias": np.array([3, -2, 1]), "bias_rec": np.array([4, 5, -6])}
    path = write_net(tmp_path / "b.net", rec(weight, back, **both), STEPS)
    spikes = random_spikes((STEPS, 4), seed=5)
    assert_sends(path, spikes, looped(spikes, weight, back, bias=np.array([7, 3, -5])))
    assert [label.status for label in read_net(path).graph.labels if label.step == "recurrent bias"] == ["assumed"]


def test_recurrent_weights_of_a_layer_that_never_spikes_carry_nothing(tmp_path: Path) -> None:
    silent = {**CUBA, "vThMant": 2**18 - 1}
    path = write_net(tmp_path / "s.net", [dense([[9], [9]], silent, "dense_rec", weight_rec=weights((2, 2)))])
    graph = compiled(path)
    assert [block.source for block in graph.into("layer0")] == ["input"]


@pytest.mark.parametrize(
    ("layers", "options", "message"),
    [
        (rec(weights((3, 2)), weights((3, 2))), {}, r"layer/1/weight_rec: found \(3, 2\); allowed: \(3, 3\)"),
        (rec(weights((3, 2)), weights((3, 3)), bias_rec=np.arange(2)), {}, "bias_rec: found 2 values; allowed: one per"),
        (rec(weights((3, 2)), weights((3, 3)), delay_rec=np.arange(4)), {}, "layer/1: 4 delays; allowed: 1, 3, 3, 9"),
        (rec(weights((3, 2)), weights((3, 3)), delay_rec=np.full((3, 3), -1)), {}, "layer/1: delays -1 .. -1; allowed: 0"),
        (rec(weights((3, 2)), weights((3, 3)), delay=np.arange(6)), {"recurrent_delay": "arriving"},
         "--recurrent-delay arriving: delays of 2 inputs, and 3 recurrent ones, which netx cannot load"),
        ([*rec(weights((3, 2)), weights((3, 3)), delay=np.arange(3)), layer("average", shape=np.array([3]))], {},
         "layer/2: reads 'layer1', whose spikes leave late; supported: dense layers there"),
        ([layer("recurrent", shape=np.array([1]), weight=np.ones((1, 1)), neuron=INSTANT)], {}, "'recWeight' is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(layers: Any, options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=f"^bad.net: .*{message}"):
        read_net(write_net(tmp_path / "bad.net", layers), **options)


@pytest.mark.parametrize("last", [False, True], ids=["hidden", "last"])
def test_delays_per_neuron_hold_back_what_leaves_as_slayer_computes_it(last: bool, tmp_path: Path) -> None:
    slayer = lava_module("lava.lib.dl.slayer", reason="lava-dl is not installed")
    neuron = {"threshold": 1.0, "current_decay": 0.25, "voltage_decay": 0.1, "requires_grad": False}
    torch.manual_seed(1)
    cuba = slayer.block.cuba
    network = [cuba.Recurrent(neuron, 5, 6, weight_scale=3, delay=True)]
    if not last:
        network.append(cuba.Dense(neuron, 6, 4, weight_scale=3))
    spikes = (torch.rand(1, 5, STEPS) < 0.5).float()

    def run() -> np.ndarray:
        values = spikes
        for block in network:
            block.spike_state, block.delay_buffer = torch.zeros(1), None  # SLAYER keeps states between calls
            block.neuron.current_state = block.neuron.voltage_state = torch.zeros(1)
            with torch.no_grad():
                values = block(values)
        return np.asarray(values[0].numpy()).T

    run()  # shapes and delays exist after a first run
    network[0].delay.delay.data = torch.tensor([0.0, 3, 1, 7, 0, 2])
    expected = run()
    with h5py.File(tmp_path / "s.net", "w") as file:
        for index, block in enumerate(network):
            block.export_hdf5(file.create_group(f"layer/{index}"))
    graph = compiled(tmp_path / "s.net", timesteps=STEPS)
    assert graph.output.name == ("layer0.delayed" if last else "layer1")
    trace = simulate_naively(graph, spikes.numpy().transpose(0, 2, 1)[..., None, None].astype(np.int16))
    found = trace.spikes[graph.output.name][0].reshape(STEPS, -1)
    late = graph.output.arrival
    shifted = late - last  # SLAYER shifts every block's output by a step; the neurons that send on take one more
    np.testing.assert_array_equal(found[: STEPS - late], expected[shifted : STEPS - late + shifted])
    assert found.sum() > 3

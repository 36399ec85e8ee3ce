"""What each entry of a .net file means in the graph, on files of a few neurons."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from naive_simulator import simulate_naively
from torch.nn import functional
from written_nets import CUBA, INSTANT, SDNN, compiled, conv, dense, layer, random_spikes, write_net

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.net.read import read_net
from litesnn.compiler.graph import Readout, Spiking


def integers(shape: tuple[int, ...], low: int = -8, high: int = 9, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, high, shape)


def test_neurons_take_lavas_parameters(tmp_path: Path) -> None:
    graph = compiled(write_net(tmp_path / "n.net", [dense([[1, 2]], bias=np.array([-3.0])), dense([[5]])]))
    hidden = graph["layer0"]
    assert isinstance(hidden, Spiking)
    assert (hidden.du, hidden.dv, hidden.vth.tolist(), hidden.bias.tolist()) == (1023, 512, [40], [-3 << 6])
    assert (graph.output.name, graph.timesteps, graph.isolated) == ("layer1", 8, True)


def test_constants_per_neuron_are_those_of_neurons_alone(tmp_path: Path) -> None:
    weights, rng = integers((3, 4), -4, 40), np.random.default_rng(0)
    vectors = {
        "iDecay": np.array([4096, 900, 2000]),
        "vDecay": np.array([100, 0, 4096]),
        "vThMant": np.array([30, 50, 9]),
    }
    whole = compiled(write_net(tmp_path / "w.net", [dense(weights, {**CUBA, **vectors}, bias=np.array([1.0, -2, 3]))]))
    assert isinstance(whole["layer0"], Spiking)
    assert whole["layer0"].decays() == {(4095, 100), (899, 0), (1999, 4096)}
    inputs = (rng.random((6, 8, 4, 1, 1)) < 0.5).astype(np.int16)
    together = simulate_naively(whole, inputs).spikes["layer0"]
    for neuron, (weight, bias) in enumerate(zip(weights, (1.0, -2.0, 3.0), strict=True)):
        own = {**CUBA, **{name: int(values[neuron]) for name, values in vectors.items()}}
        alone = compiled(write_net(tmp_path / f"{neuron}.net", [dense([weight], own, bias=np.array([bias]))]))
        found = simulate_naively(alone, inputs).spikes["layer0"]
        assert found.any()
        np.testing.assert_array_equal(together[:, :, neuron], found[:, :, 0])


def test_a_convolution_reads_channels_height_width(tmp_path: Path) -> None:
    """Maps that are not square, a stride, padding and dilation of their own per axis, and groups: the sums are torch's."""
    weight = integers((4, 1, 3, 2))
    window = {"stride": np.array([2, 1]), "padding": np.array([1, 2]), "dilation": np.array([1, 2]), "groups": 2}
    path = write_net(
        tmp_path / "c.net",
        [layer("input", shape=np.array([2, 5, 7])), conv(weight[..., None], (4, 3, 9), INSTANT, **window)],
    )
    graph = compiled(path)
    values = random_spikes((2, 5, 7))
    expected = functional.conv2d(
        torch.as_tensor(values[None], dtype=torch.float64),
        torch.as_tensor(weight, dtype=torch.float64),
        None,
        (2, 1),
        (1, 2),
        (1, 2),
        2,
    )
    matrix = sum(block.weights((2, 5, 7), (4, 3, 9)) for block in graph.into("layer1"))
    np.testing.assert_array_equal((matrix @ values.ravel()).reshape(4, 3, 9), expected[0].numpy())


@pytest.mark.parametrize(
    ("delay", "per_synapse"),
    [
        (np.array(3.0), [[3, 3, 3], [3, 3, 3]]),
        (np.array([1.0, 4.0]), [[1, 1, 1], [4, 4, 4]]),
        (np.array([0.0, 2.0, 5.0]), [[0, 2, 5], [0, 2, 5]]),
        (np.array([[1, 2, 3], [4, 5, 6]]), [[1, 2, 3], [4, 5, 6]]),
    ],
    ids=["one", "per output", "per input", "per synapse"],
)
def test_delays_stand_at_the_synapses(tmp_path: Path, delay: np.ndarray, per_synapse: list[list[int]]) -> None:
    weight = np.array([[1, -2, 3], [4, 5, -6]])
    graph = compiled(write_net(tmp_path / "d.net", [dense(weight, delay=delay)]))
    found = np.zeros((2, 3), int)
    for block in graph.into("layer0"):
        stored = block.weights((3, 1, 1), (2, 1, 1)).toarray()
        np.testing.assert_array_equal(stored[stored != 0], weight[stored != 0])
        found[stored != 0] = block.delay
    np.testing.assert_array_equal(found, per_synapse)


def test_recurrent_weights_read_the_layers_own_spikes(tmp_path: Path) -> None:
    recurrent = integers((2, 2))
    graph = compiled(write_net(tmp_path / "r.net", [dense([[9], [9]], kind="dense_rec", weight_rec=recurrent)]))
    back = sum(b.weights((2, 1, 1), (2, 1, 1)) for b in graph.into("layer0") if b.source == "layer0")
    np.testing.assert_array_equal(back.toarray(), recurrent)
    assert graph.has_loops
    assert graph.isolated


def test_a_last_layer_without_neurons_only_integrates(tmp_path: Path) -> None:
    graph = compiled(write_net(tmp_path / "i.net", [dense([[9]], INSTANT), dense([[3], [-2]], None)]))
    assert isinstance(graph.output, Readout)
    trace = simulate_naively(graph, np.ones((1, 8, 1, 1, 1), np.int16))
    spikes = int(trace.spikes["layer0"].sum())
    assert spikes > 0
    np.testing.assert_array_equal(trace.readout, [[spikes * 3 << 6, spikes * -2 << 6]])


def test_a_threshold_beyond_its_register_is_never_reached(tmp_path: Path) -> None:
    """What SLAYER writes for layers without spikes; in the last layer the membrane is read instead."""
    silent = {**CUBA, "vThMant": 2**18 - 1}
    graph = compiled(write_net(tmp_path / "a.net", [dense([[1]]), dense([[1]], silent)]))
    assert isinstance(graph.output, Readout)
    assert (graph.output.du, graph.output.dv) == (1023, 512)
    with pytest.raises(ImportFileError, match="layer/0: threshold 262143 is never reached"):
        read_net(write_net(tmp_path / "b.net", [dense([[1]], silent), dense([[1]])]))


def test_a_layer_of_zeros_has_no_synapses(tmp_path: Path) -> None:
    """netx crashes on it."""
    graph = compiled(write_net(tmp_path / "z.net", [dense([[9]]), dense([[0], [0]])]))
    assert graph.into("layer1") == []
    assert "no synapses" in read_net(tmp_path / "z.net").layers[1].note
    assert not simulate_naively(graph, np.ones((1, 8, 1, 1, 1), np.int16)).readout.any()


@pytest.mark.parametrize("weight", [[[-300, -5]], [[0, -256]], [[255, 1]], [[1000, -3]], [[-1, -1]]])
def test_weights_that_netx_loses_are_kept(tmp_path: Path, weight: list[list[int]]) -> None:
    graph = compiled(write_net(tmp_path / "w.net", [dense(weight)]))
    kept = sum(block.weights((2, 1, 1), (1, 1, 1)) for block in graph.into("layer0"))
    np.testing.assert_array_equal(kept.toarray(), weight)


@pytest.mark.parametrize(
    ("exponent", "weight", "bias", "expected"),
    [(0, 6, 4, (6, 4, 40)), (-2, 6, 4, (24, 16, 40)), (1, 6, 4, (3, 2, 40)), (1, 7, 4, (7, 4, 80))],
    ids=["none", "larger", "divides", "does not divide"],
)
def test_the_weight_exponent_scales_what_arrives(
    tmp_path: Path, exponent: int, weight: int, bias: int, expected: tuple[int, int, int]
) -> None:
    """SLAYER divides by 2^weight_exp; netx never reads it."""
    neuron = {**CUBA, "weight_exp": np.array([float(exponent)])}
    graph = compiled(write_net(tmp_path / "e.net", [dense([[weight]], neuron, bias=np.array([bias]))]))
    (block,) = graph.into("layer0")
    population = graph["layer0"]
    assert isinstance(population, Spiking)
    found = (int(block.weights((1, 1, 1), (1, 1, 1))[0, 0]), int(population.bias[0]) >> 6, int(population.vth[0]))
    assert found == expected
    assert any(label.step == "weight exponent" for label in graph.labels) == (expected[2] != 40)


def test_analog_input_is_written_into_the_first_neurons(tmp_path: Path) -> None:
    """As netx does, by their bias: no synapse stands between, and the first update already has it."""
    first = layer("input", shape=np.array([2]), neuron=INSTANT, weight=np.array([36.0]), bias=np.array([34.0]))
    imported = read_net(write_net(tmp_path / "t.net", [first, dense([[1, 1]], bias=np.array([1]))]))
    assert imported.transform is not None
    assert (imported.transform.weight, imported.transform.bias) == (36, 34)
    graph = compiled(tmp_path / "t.net")
    (entry,) = graph.into("layer0")
    assert (entry.injected, entry.delay, graph["layer0"].arrival, graph["layer1"].arrival) == (True, 0, 0, 1)
    trace = simulate_naively(graph, np.array([[[[50]], [[5]]]], np.int16))
    assert trace.spikes["layer0"].reshape(8, 2).tolist() == [[1, int(t % 10 == 9)] for t in range(8)]


def test_sigma_delta_layers_keep_lavas_units(tmp_path: Path) -> None:
    first = layer("input", shape=np.array([2]), neuron={**SDNN, "vThMant": 0})
    last = dense([[2]], {**SDNN, "sigma_output": True})
    path = write_net(tmp_path / "s.net", [first, dense([[3, -1]], SDNN, bias=np.array([4])), last], None)
    graph = compiled(path, timesteps=3)
    kinds = [(p.kind, None if p.threshold is None else int(p.threshold[0])) for p in graph.membranes]
    assert kinds == [("delta", 0), ("sigma_delta", 2 << 12), ("sigma", None)]
    assert graph["layer1"].bias.tolist() == [4 << 12]
    trace = simulate_naively(graph, np.array([[[[100]], [[4]]]], np.int16))
    # The bias alone was sent a step before the input arrives; then the weighted sum, each in units of 2^6 of the state.
    assert trace.spikes["layer0"][0, :, :, 0, 0].tolist() == [[100 << 6, 4 << 6], [0, 0], [0, 0]]
    assert trace.spikes["layer1"].ravel().tolist() == [3 * 100 - 4, 0, 0]
    assert trace.readout.tolist() == [[2 * ((4 << 6) + 3 * 100 - 4)]]


def test_streaming_and_runs_of_their_own_agree_without_biases_and_differ_with_them(tmp_path: Path) -> None:
    spikes = random_spikes((3, 8, 2, 1, 1))
    plain = write_net(tmp_path / "p.net", [dense(integers((3, 2))), dense(integers((2, 3), seed=1))])
    biased = write_net(
        tmp_path / "b.net", [dense(integers((3, 2))), dense(integers((2, 3), seed=1), bias=np.array([20, 9]))]
    )
    for path, same in ((plain, True), (biased, False)):
        streamed, alone = (simulate_naively(compiled(path, reset=reset), spikes) for reset in (True, False))
        assert np.array_equal(streamed.spikes["layer1"], alone.spikes["layer1"]) == same
    assert not read_net(plain).graph.isolated
    assert read_net(biased).graph.isolated


def test_resets_are_refused_where_there_can_be_none(tmp_path: Path) -> None:
    path = write_net(tmp_path / "d.net", [dense([[1]], delay=np.array([2]))])
    with pytest.raises(ImportFileError, match="--reset: the network has delays that are part of the network"):
        read_net(path, reset=True)


def test_the_shape_of_the_input_may_have_to_be_given(tmp_path: Path) -> None:
    path = write_net(tmp_path / "c.net", [conv(integers((2, 1, 3, 3)), (2, 4, 5))])
    with pytest.raises(
        ImportFileError, match="layer/0: the file does not say the input's shape; give it with --input-shape"
    ):
        read_net(path)
    assert read_net(path, input_shape=(1, 6, 7)).graph["input"].shape == (1, 6, 7)
    with pytest.raises(ImportFileError, match=r"layer/0: produces \(2, 6, 7\), the target is \(2, 4, 5\)"):
        read_net(path, input_shape=(1, 8, 9))


def test_an_entry_beside_the_layers_is_said(tmp_path: Path) -> None:
    path = write_net(tmp_path / "u.net", [dense([[1]])], author="someone")
    (label,) = [label for label in read_net(path).graph.labels if label.status == "assumed"]
    assert (label.step, label.place) == ("entry beside the layers", "author")


def test_entries_that_change_nothing_are_not_required_and_null_ones_say_nothing(tmp_path: Path) -> None:
    """What mlGeNN's exporter writes: Python's None as null data spaces, a refractory delay of 0; and one decay per neuron."""
    nothing = h5py.Empty("i4")
    neuron = {**CUBA, "refDelay": 0, "gradedSpike": h5py.Empty("?"), "iDecay": np.full(3, 1024), "theta": 2560.0}
    weight, recurrent = np.array([[60, 20], [-9, 70], [44, 31]]), integers((3, 3), seed=1)
    zeros = {"bias_rec": np.zeros(3), "delay_rec": np.zeros(9), "inFeatures": nothing, "outFeatures": nothing}
    more = {**zeros, "bias": nothing, "delay": nothing}
    odd = write_net(tmp_path / "odd.net", [dense(weight, neuron, "dense_rec", weight_rec=recurrent, **more)])
    plain = write_net(tmp_path / "plain.net", [dense(weight, CUBA, "dense_rec", weight_rec=recurrent)])
    spikes = random_spikes((3, 8, 2, 1, 1))
    found, expected = (simulate_naively(compiled(path), spikes).spikes["layer0"] for path in (odd, plain))
    assert expected.sum() > 10
    np.testing.assert_array_equal(found, expected)
    assert {label.status for label in read_net(odd).graph.labels} == {"exact"}

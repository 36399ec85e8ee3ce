"""What a NIR file means here: time steps, resets, loops, bits; and what is refused, with the place."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import nir_files as files
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_simulator import simulate_naively

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.nir.read import read_network, read_nir
from litesnn.compiler.frontends.real.options import InputCoding, RealOptions, ValueRange
from litesnn.compiler.frontends.real.read import RealReading
from litesnn.compiler.frontends.real.weight_options import WeightBits, parse_bits, parse_scales
from litesnn.compiler.graph import Graph, ProgrammedLif, Spiking
from litesnn.compiler.profile import load_profile

LOIHI2 = load_profile("loihi2")
RNG = np.random.default_rng(0)
WEIGHT = RNG.normal(0, 0.6, (5, 4))


def network(neurons: dict[str, Any], weight: Any = WEIGHT) -> dict[str, dict[str, Any]]:
    ends = np.asarray(weight).shape
    return {
        "input": files.port("Input", ends[1]),
        "fc": files.linear(weight),
        "lif": neurons,
        "output": files.port("Output", ends[0]),
    }


def write(tmp_path: Path, nodes: dict[str, dict[str, Any]], **metadata: Any) -> Path:
    return files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes), **metadata)


def refused(path: Path, *parts: str, **options: Any) -> None:
    with pytest.raises(ImportFileError) as error:
        read_nir(path, RealOptions(**options))
    for part in (str(path), *parts):
        assert part in str(error.value)


def both_runs(
    read: RealReading, seed: int = 0, samples: int = 8
) -> tuple[Graph, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The compiled graph; spikes of the float run and of the chip, per layer, over the same steps."""
    graph = read.imported.pipeline(LOIHI2).run()
    rng, (source,) = np.random.default_rng(seed), graph.sources
    if source.message_bits:
        inputs = rng.integers(source.minimum, source.maximum + 1, (samples, *source.shape)).astype(np.int16)
    else:
        inputs = (rng.random((samples, graph.timesteps, *source.shape)) < 0.4).astype(np.int16)
    found = simulate_naively(graph, inputs).spikes
    names = [layer.node.name for layer in read.wiring.layers if layer.node.name in found]
    first = {n: read.timing.shift(graph[n].arrival or 0, n) if graph.isolated else 0 for n in names}
    sent = read.float_network.run(inputs, graph.timesteps, max(first.values())).sent
    expected = {n: sent[n][:, first[n] : first[n] + graph.timesteps].reshape(found[n].shape) for n in names}
    return graph, expected, {n: found[n] for n in names}


def test_decays_thresholds_and_units_follow_from_the_files_parameters(tmp_path: Path) -> None:
    weight = np.array([[0.25, -0.5], [0.75, 0.0]])
    path = write(tmp_path, network(files.lif_node((2,), 0.75, [1.0, 0.5]), weight))
    graph = read_nir(path).graph
    neurons = graph["lif"]
    assert isinstance(neurons, Spiking)
    assert (neurons.du, neurons.dv) == (4095, 1024)
    assert neurons.vth is not None
    assert neurons.unit is not None
    np.testing.assert_allclose(neurons.vth * neurons.unit, [1.0, 0.5])
    (block,) = graph.blocks
    np.testing.assert_array_equal(block.weights((2, 1, 1), (2, 1, 1)).toarray() * neurons.unit[0], weight)


def test_exponential_decay_and_a_given_step(tmp_path: Path) -> None:
    neurons = {**files.lif_node((5,)), "tau": np.full(5, 10.0), "r": np.ones(5)}
    graph = read_nir(write(tmp_path, network(neurons)), RealOptions(dt=1.0, decay="exponential")).graph
    neurons_on_chip = graph["lif"]
    assert isinstance(neurons_on_chip, Spiking)
    assert neurons_on_chip.dv == round(4096 * (1 - np.exp(-0.1)))


def test_a_file_that_does_not_say_its_time_step_is_refused(tmp_path: Path) -> None:
    neurons = {**files.lif_node((5,)), "r": np.ones(5)}
    refused(write(tmp_path, network(neurons)), "does not say its time step", "--dt")
    assert read_network(write(tmp_path, network(neurons), dt=np.array(1e-4))).step.dt == 1e-4
    refused(write(tmp_path, network(neurons)), "node 'lif'", "shorter than the time step", dt=1.0)


def test_reset_by_subtraction_becomes_one_to_zero_only_where_approximations_are_allowed(tmp_path: Path) -> None:
    neurons = files.lif_node((5,), 0.9, threshold=0.3)
    stated = write(tmp_path, network({**neurons, "metadata": {"reset": "subtract"}}))
    assert isinstance(read_network(stated).imported.graph["lif"], ProgrammedLif)
    read = read_network(stated, RealOptions(approximate=True))
    assert [label.status for label in read.imported.graph.labels if label.step == "reset by subtraction"] == [
        "approximate"
    ]
    _, expected, found = both_runs(read)
    assert expected["lif"].sum() > found["lif"].sum()  # the float run is that of the file, with what the chip loses


def test_states_are_counted_from_v_reset(tmp_path: Path) -> None:
    grid = np.rint(WEIGHT * 8) / 8
    neurons = {**files.lif_node((5,), threshold=0.5), "v_reset": np.full(5, -0.5), "v_leak": np.full(5, -0.25)}
    _, expected, found = both_runs(read_network(write(tmp_path, network(neurons, grid))))
    assert expected["lif"].sum() > 10
    assert (expected["lif"] != found["lif"]).mean() < 0.01
    refused(write(tmp_path, network({**neurons, "v_reset": np.ones(5)})), "below the reset value")


def test_a_threshold_node_keeps_nothing_of_the_last_step(tmp_path: Path) -> None:
    weight = RNG.integers(-60, 61, (6, 8)).astype(float)
    neurons = {"type": "Threshold", "threshold": RNG.integers(0, 150, 6).astype(float)}
    read = read_network(write(tmp_path, network(neurons, weight)))
    _, expected, found = both_runs(read, samples=40)
    assert expected["lif"].sum() > 100
    np.testing.assert_array_equal(found["lif"], expected["lif"])


def test_negative_resistance_turns_the_weights(tmp_path: Path) -> None:
    weight = RNG.integers(-3, 4, (5, 4)).astype(float)
    read = read_network(write(tmp_path, network(files.if_node((5,), r=-1.0), weight)), RealOptions(dt=1.0))
    _, expected, found = both_runs(read)
    assert expected["lif"].sum() > 10
    np.testing.assert_array_equal(found["lif"], expected["lif"])


def test_current_memory_filters_the_bias_too(tmp_path: Path) -> None:
    dt = 1e-4
    tau = {"tau_syn": np.full(5, dt / 0.5), "tau_mem": np.full(5, dt / 0.25)}
    gains = {"r": np.full(5, 4.0), "w_in": np.full(5, 2.0), "v_leak": np.zeros(5), "v_threshold": np.full(5, 2.0)}
    nodes = network({"type": "CubaLIF", **tau, **gains})
    nodes["fc"] = files.linear(np.rint(WEIGHT * 8) / 8, RNG.integers(-2, 3, 5) / 8)
    graph, expected, found = both_runs(read_network(write(tmp_path, nodes)))
    assert {block.source for block in graph.blocks} == {"input", "bias"}
    assert expected["lif"].sum() > 20
    assert (expected["lif"] != found["lif"]).mean() < 0.01


def test_a_linear_end_and_integrators_are_read_out(tmp_path: Path) -> None:
    ends = {"sum": {}, "I": {"i": {"type": "I", "r": np.array([1.0, 2.0])}}}
    for extra in ends.values():
        weight = RNG.integers(-3, 4, (2, 5)).astype(float)
        nodes = {
            **network(files.if_node((5,), 1.5), RNG.integers(-3, 4, (5, 4)).astype(float)),
            "fc2": files.linear(weight, [1, -1]),
        }
        nodes.pop("output")
        nodes = {**nodes, **extra, "output": files.port("Output", 2)}
        read = read_network(write(tmp_path, nodes))
        graph = read.imported.pipeline(LOIHI2).run()
        inputs = (np.random.default_rng(1).random((6, graph.timesteps, 4, 1, 1)) < 0.4).astype(np.int16)
        sent = read.float_network.run(inputs, graph.timesteps).sent[graph.output.name]
        expected = sent[:, -1] if extra else sent.sum(axis=1)
        unit = graph.output.unit
        assert unit is not None
        np.testing.assert_allclose(simulate_naively(graph, inputs).readout / 64 * unit, expected)


def test_direct_input_is_worth_its_scale(tmp_path: Path) -> None:
    coding = InputCoding("direct", ValueRange(-8, 7), 0.125)
    read = read_network(
        write(tmp_path, network(files.if_node((5,), 1.01), np.rint(WEIGHT * 8) / 8)), RealOptions(input=coding)
    )
    graph, expected, found = both_runs(read)
    assert graph.sources[0].sent == (-8, 7)
    assert expected["lif"].sum() > 10
    np.testing.assert_array_equal(found["lif"], expected["lif"])


def loop(delay: int) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    rng = np.random.default_rng(3)
    names = ("in", "ab", "ba", "out")
    weights = {name: files.linear(rng.integers(-1, 3, (3, 3))) for name in names}
    nodes = {
        "input": files.port("Input", 3),
        **weights,
        "a": files.if_node((3,)),
        "b": files.if_node((3,)),
        "last": files.if_node((3,)),
        "output": files.port("Output", 3),
        "wait": {"type": "Delay", "delay": np.full(3, float(delay))},
    }
    edges = [("input", "in"), ("in", "a"), ("a", "ab"), ("ab", "b"), ("b", "out"), ("out", "last"), ("last", "output")]
    return nodes, [*edges, ("b", "ba"), ("ba", "wait"), ("wait", "a")]


def test_a_loop_over_two_layers_with_a_delay_of_one_step_keeps_the_chips_pace(tmp_path: Path) -> None:
    assert not both_runs(read_network(files.write_nir(tmp_path / "short.nir", *loop(0))))[0].isolated
    graph, expected, found = both_runs(read_network(files.write_nir(tmp_path / "long.nir", *loop(1))))
    assert graph.isolated
    assert {b.name: b.delay for b in graph.blocks if b.source == "b"}["a:b@1+"] == 0
    assert expected["last"].sum() > 20
    for name in ("a", "b", "last"):
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


def test_subgraphs_are_opened(tmp_path: Path) -> None:
    inner = {
        "input": files.port("Input", 3),
        "lif": files.if_node((3,)),
        "w": files.linear(np.eye(3)),
        "output": files.port("Output", 3),
    }
    edges = [("input", "lif"), ("lif", "w"), ("w", "lif"), ("lif", "output")]
    nodes = {
        "input": files.port("Input", 3),
        "rnn": files.nir_tree(inner, edges)["node"],
        "output": files.port("Output", 3),
    }
    graph = read_nir(write(tmp_path, nodes)).graph
    assert [p.name for p in graph.populations] == ["input", "rnn.lif"]
    assert [(b.source, b.target) for b in graph.blocks] == [("input", "rnn.lif"), ("rnn.lif", "rnn.lif")]


def test_bits_per_node_and_scale_rules(tmp_path: Path) -> None:
    path = write(tmp_path, network(files.lif_node((50,)), RNG.normal(size=(50, 40))))
    largest = {
        bits: int(
            np.abs(read_nir(path, RealOptions(bits=WeightBits({"fc": bits}))).graph.blocks[0].geometry.codes).max()
        )
        for bits in (2, 4, 8)
    }
    assert largest == {2: 1, 4: 7, 8: 127}
    refused(path, "--bits names 'conv9'", "fc", bits=WeightBits({"conv9": 4}))
    bounds = {}
    for rule in ("max", "percentile", "mse"):
        read = read_nir(
            path,
            RealOptions(bits=WeightBits({"fc": 4}), scale_rule=rule, scale_per=parse_scales("layer"), percentile=99.0),
        )  # type: ignore[arg-type]
        codes = read.graph.blocks[0].geometry.codes
        step = next(label for label in read.graph.labels if label.step == "weights to integers").detail
        bounds[rule] = float(step.split("step ")[1].split(";")[0].split(",")[0])
        assert np.abs(codes).max() == 7
    assert bounds["max"] > bounds["percentile"]
    assert bounds["max"] > bounds["mse"]


def test_parse_bits() -> None:
    assert parse_bits("6") == WeightBits({}, 6)
    assert parse_bits("conv1=4, fc=8") == WeightBits({"conv1": 4, "fc": 8}, 8)
    for text in ("", "9", "conv1=", "=4", "fc=x", "1.5"):
        with pytest.raises(ImportFileError, match="allowed"):
            parse_bits(text)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"lif": {"type": "Izhikevich"}}, "node 'lif' (Izhikevich): this type is not supported"),
        ({"lif": {"type": "LIF"}}, "'tau' is missing"),
        ({"lif": files.lif_node((4,))}, "receives (5,)"),
        ({"lif": files.lif_node((5,), threshold=-1.0)}, "below the reset value"),
        ({"lif": files.lif_node((5,), threshold=np.nan)}, "NaN"),
        ({"lif": files.if_node((5,), r=0.0)}, "gain of zero"),
        ({"fc": files.linear(np.zeros((5, 3)))}, "its weight takes 3 values"),
        ({"fc": files.linear(np.zeros((5, 4, 2)))}, "allowed: 2 axes"),
        ({"fc": {"type": "Linear", "weight": "x"}}, "'weight' is missing or not numbers"),
        ({"fc": files.linear(WEIGHT, np.zeros(3))}, "'bias' has 3 values"),
        ({"input": files.port("Input", 1 << 20, 1 << 20)}, "'shape' is"),
        ({"input": files.port("Output", 4)}, "found 2 Output nodes"),
        ({"output": files.port("Input", 5)}, "found 2 Input nodes"),
        ({"lif": {"type": "Delay", "delay": np.array(0.5)}}, "no path"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], problem: str, tmp_path: Path) -> None:
    nodes = {**network(files.lif_node((5,))), **change}
    if problem == "no path":
        problem = "whole steps"
        nodes = {**nodes, "more": nodes["fc"], "last": files.if_node((5,))}
        nodes["more"] = files.linear(np.eye(5))
        nodes["output"] = nodes.pop("output")
    refused(write(tmp_path, nodes), problem)


def test_edges_must_name_nodes(tmp_path: Path) -> None:
    nodes = network(files.lif_node((5,)))
    refused(
        files.write_nir(tmp_path / "a.nir", nodes, [*files.chain(nodes), ("fc", "../x")]),
        "'../x', which does not exist",
    )


def test_a_loop_without_neurons_is_refused(tmp_path: Path) -> None:
    nodes = {**network(files.if_node((5,))), "back": files.linear(np.eye(4, 4))}
    edges = [*files.chain(network({})), ("input", "back"), ("back", "back"), ("back", "fc")]
    refused(files.write_nir(tmp_path / "a.nir", nodes, edges), "a loop without a neuron")


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_are_refused_in_our_words(tmp_path: Path, data: st.DataObject) -> None:
    whole = tmp_path / "whole.nir"
    if not whole.exists():
        nodes = network(files.lif_node((5,)))
        files.write_nir(whole, nodes, files.chain(nodes))
    content = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path / "damaged.nir"
    path.write_bytes(content)
    with suppress(ImportFileError):
        read_nir(path)

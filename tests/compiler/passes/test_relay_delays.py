"""Delays longer than a synapse has: relays compute what the delay would have; clamping is another network, and says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from naive_simulator import simulate_naively
from small_graphs import dense as block
from small_graphs import graph, neurons, readout, source
from written_nets import CUBA, SDNN, compiled, dense, layer, random_spikes, write_net

from litesnn.compiler.frontends.net.read import read_net
from litesnn.compiler.graph import GradedRelay, Graph, Relay
from litesnn.compiler.passes import ClampDelays, RelayDelays, ScheduleIsolated
from litesnn.compiler.passes.relays import RELAYS_MAX
from litesnn.runtime.exact import simulate

RNG = np.random.default_rng


def delayed(seed: int, **entry: Any) -> Graph:
    """Two layers with delays of 0 .. 200 steps per synapse block, a loop among them, scheduled."""
    rng = RNG(seed)
    parts = [source(3, **entry), neurons("a", 4, vth=np.full(4, 2)), neurons("b", 3, vth=np.full(3, 2)), readout(2)]
    joins = [("input", "a"), ("input", "a"), ("a", "b"), ("b", "a"), ("a", "b"), ("b", "readout"), ("a", "readout")]
    sizes = {"input": 3, "a": 4, "b": 3, "readout": 2}
    blocks = []
    for number, (reads, target) in enumerate(joins):
        codes = rng.integers(-2, 4, (sizes[target], sizes[reads])) * (rng.random((1, sizes[reads])) < 0.7)
        codes[0, 0] = 3
        blocks.append(
            replace(block(reads, target, codes), name=f"{reads}>{target}.{number}", delay=int(rng.integers(0, 201)))
        )
    built = replace(graph(parts, blocks, 40), isolated=True)
    return ScheduleIsolated().apply(built)


@pytest.mark.parametrize("delay_max", [0, 1, 7, 62])
@pytest.mark.parametrize("graded", [False, True])
def test_relays_compute_what_the_delay_would_have(delay_max: int, graded: bool) -> None:
    entry = {"minimum": -8, "maximum": 7, "message_bits": 4} if graded else {}
    plain = delayed(3, **entry)
    if delay_max < 3:  # as many relays as one delay may take
        plain = plain.rebuild(plain.populations, [replace(b, delay=b.delay % 60) for b in plain.blocks])
        plain = ScheduleIsolated().apply(plain)
    relayed = RelayDelays(delay_max).apply(plain)
    relayed.validate("relay-delays")
    assert max(b.delay for b in relayed.blocks) <= delay_max
    assert [relayed[p.name].arrival for p in plain.populations] == [p.arrival for p in plain.populations]
    low, high = plain.sources[0].sent
    inputs = RNG(1).integers(low, high + 1, (2, 260, 3, 1, 1)).astype(np.int16)
    expected, found = simulate_naively(plain, inputs), simulate_naively(relayed, inputs)
    for name in ("a", "b"):
        np.testing.assert_array_equal(found.spikes[name], expected.spikes[name])
        assert expected.spikes[name].any()
    np.testing.assert_array_equal(found.readout, expected.readout)
    carriers = {type(p) for p in relayed.membranes if p.name.startswith("input.relay")}
    assert carriers <= {GradedRelay if graded else Relay}
    assert relayed.schedule.relays == sum(isinstance(p, (Relay, GradedRelay)) for p in relayed.populations) > 0


def test_a_relay_carries_only_the_channels_that_are_read_so_late() -> None:
    parts = [source(4), neurons("a", 1), readout(1)]
    near, far = np.array([[1, 1, 1, 1]]), np.array([[0, 1, 0, 1]])
    blocks = [
        block("input", "a", near),
        replace(block("input", "a", far), name="far", delay=100),
        replace(block("a", "readout", [[1]]), delay=3),
    ]
    plain = ScheduleIsolated().apply(replace(graph(parts, blocks, 4), isolated=True))
    relayed = RelayDelays(62).apply(plain)
    (relay,) = [p for p in relayed.populations if isinstance(p, Relay)]
    assert (relay.name, relay.channels, relay.stands_for) == ("input.relay63", (1, 3), "input")
    assert [(b.delay, b.source) for b in relayed.into("a")] == [(0, "input"), (37, "input.relay63")]
    (label,) = [label for label in relayed.labels if label.step == "long delay"]
    assert label.status == "exact"
    assert "1 relay population(s) of 2 neurons" in label.detail


def test_a_delay_that_would_take_too_many_relays_is_kept() -> None:
    """Rule LSN-DELAY reports it."""
    parts = [source(1), neurons("a", 1), readout(1)]
    long = 63 * (RELAYS_MAX + 1)
    blocks = [replace(block("input", "a", [[1]]), delay=long), block("a", "readout", [[1]])]
    relayed = RelayDelays(62).apply(ScheduleIsolated().apply(replace(graph(parts, blocks, 4), isolated=True)))
    assert [b.delay for b in relayed.into("a")] == [long]


def test_clamping_says_how_many_synapses_and_by_how_much() -> None:
    plain = delayed(3)
    longest = max(b.delay for b in plain.blocks)
    clamped = ClampDelays(62).apply(plain)
    assert max(b.delay for b in clamped.blocks) == 62
    labels = [label for label in clamped.labels if label.step == "long delay"]
    assert {label.status for label in labels} == {"approximate"}
    synapses = sum(int(plain.fan_out(b).sum()) for b in plain.blocks if b.delay > 62)
    said = [int(label.detail.split()[0].replace(",", "")) for label in labels]
    assert sum(said) == synapses
    assert any(f"{longest - 62} step" in label.detail for label in labels)
    assert ClampDelays(longest).apply(plain).labels == plain.labels


def sdnn_file(path: Path) -> Path:
    """Sigma-delta layers with delays of 0 .. 64 per neuron, as a denoiser has them."""
    first = layer("input", shape=np.array([4]), neuron={**SDNN, "vThMant": 0})
    hidden = dense(RNG(2).integers(-9, 10, (6, 4)), SDNN, delay=np.array([0, 64, 3, 63, 62, 17]))
    last = dense(RNG(3).integers(-9, 10, (3, 6)), {**SDNN, "sigma_output": True}, delay=np.array([1, 0, 64]))
    return write_net(path, [first, hidden, last], 80)


def test_graded_messages_of_a_sigma_delta_network_are_relayed(tmp_path: Path) -> None:
    path = sdnn_file(tmp_path / "sdnn.net")
    long, relayed = read_net(path).read_graph, compiled(path)
    unbounded = ScheduleIsolated().apply(long)
    inputs = RNG(4).integers(-300, 300, (2, 160, 4, 1, 1)).astype(np.int16)
    expected, naive = simulate_naively(unbounded, inputs), simulate_naively(relayed, inputs)
    exact = simulate(relayed, inputs, record=[p.name for p in relayed.membranes])
    for trace in (naive, exact):
        for name in ("layer1", "layer2"):
            np.testing.assert_array_equal(trace.spikes[name], expected.spikes[name])
        np.testing.assert_array_equal(trace.readout, expected.readout)
    assert expected.spikes["layer2"].any()
    assert sum(isinstance(p, GradedRelay) for p in relayed.populations) == 2


def test_clamped_delays_are_netxs(tmp_path: Path) -> None:
    """netx sets delays beyond 62 to 62."""
    spikes = random_spikes((2, 90, 3, 1, 1), rate=0.1)
    weight, delays = np.array([[60, 20, 44], [31, 70, 9]]), np.array([[0, 90, 62], [63, 3, 75]])
    long = write_net(tmp_path / "long.net", [dense(weight, CUBA, delay=delays)], 90)
    short = write_net(tmp_path / "short.net", [dense(weight, CUBA, delay=np.minimum(delays, 62))], 90)
    clamped = compiled(long, clamp_delays=True)
    found, expected = (simulate_naively(g, spikes).readout for g in (clamped, compiled(short)))
    np.testing.assert_array_equal(found, expected)
    (label,) = [label for label in clamped.labels if label.step == "long delay"]
    assert (label.place, label.status) == ("layer/0", "approximate")
    assert "3 of 6 synapses wait 62 steps, 1 .. 28 steps less" in label.detail
    assert not any(isinstance(p, Relay) for p in clamped.populations)
    kept = compiled(long)
    assert any(isinstance(p, Relay) for p in kept.populations)
    assert (simulate_naively(kept, spikes).readout != found).any()


def test_the_fixed_neurons_of_loihi1_carry_spikes_and_refuse_graded_values() -> None:
    plain = RelayDelays(62).apply(delayed(3))
    graded = RelayDelays(62).apply(delayed(3, minimum=-8, maximum=7, message_bits=4))
    assert all(p.needs_program() is None for p in plain.membranes if isinstance(p, Relay))
    assert all(p.needs_program() for p in graded.membranes if isinstance(p, GradedRelay))

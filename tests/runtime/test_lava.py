"""Lava against plain-numpy loops: spikes, currents, membranes and readouts, for right schedules and for broken ones."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from random_networks import random_input, random_trained_genotype

from litesnn.base.errors import BackendError, DataError
from litesnn.compiler.graph import (
    Conv2d,
    Dense,
    Graph,
    Lif,
    OneToOne,
    Pool,
    Readout,
    Relay,
    Source,
    Spiking,
    SynapseBlock,
)
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.passes import AssignFormats, BalanceDelays, StaggerResets
from litesnn.compiler.profile import load_profile
from litesnn.runtime.lava import LavaSession, run_lava

pytest.importorskip("lava.magma")
LOIHI2 = load_profile("loihi2")
each_model = pytest.mark.parametrize("models", ["stock", "fast", "fused"])


@pytest.fixture(scope="module")
def lava():
    """One worker for all runs of this file."""
    with LavaSession() as session:
        yield session


class Membranes:
    """All membranes of a graph, one sample stream, advanced one step at a time with the equations of docs/numbers.md."""

    def __init__(self, graph):
        self.u = {p.name: np.zeros(p.size, np.int64) for p in graph.membranes}
        self.v = {p.name: np.zeros(p.size, np.int64) for p in graph.membranes}

    def step(self, population, a, reset):
        area = population.shape[1] * population.shape[2]
        v = np.zeros_like(a) if reset else self.v[population.name]
        v = np.sign(v) * (np.abs(v) * (4096 - population.dv) >> 12) + 64 * a + np.repeat(population.bias, area)
        spikes = v > 64 * np.repeat(population.vth, area) if isinstance(population, Spiking) else np.zeros(len(v), bool)
        self.u[population.name], self.v[population.name] = 64 * a, np.where(spikes, 0, v)
        return spikes.astype(np.int64)


def unrolled(graph):
    return {b.name: b.weights(graph[b.source].shape, graph[b.target].shape) for b in graph.blocks}


def frames(graph, inputs):
    """(N * T, n)"""
    steps = np.repeat(inputs[:, None], graph.timesteps, axis=1) if inputs.ndim == 4 else inputs
    return steps.reshape(len(inputs) * graph.timesteps, -1).astype(np.int64)


def zero_delay(graph, inputs):
    """The network as it is meant: no step between populations, a fresh start with every sample. Rows of (N * T, n)."""
    weights, state, rows = unrolled(graph), Membranes(graph), defaultdict(list)
    for k, frame in enumerate(frames(graph, inputs)):
        values = {graph.sources[0].name: frame}
        for population in graph.topological():
            if population.name in values:
                continue
            a = sum(
                (weights[b.name] @ values[b.source] for b in graph.into(population.name)),
                np.zeros(population.size, int),
            )
            values[population.name] = state.step(population, a, reset=k % graph.timesteps == 0)
            keep(rows, population.name, values[population.name], state)
    return {key: np.stack(value) for key, value in rows.items()}


def streamed(graph, inputs):
    """The network as Lava runs it, delays and resets as the graph has them, path delays removed. Rows of (N * T, n)."""
    weights, state, rows = unrolled(graph), Membranes(graph), defaultdict(list)
    data = frames(graph, inputs)
    arriving = defaultdict(int)  # (population, step) -> sum
    for time in range(1, len(data) + max(p.arrival for p in graph.populations) + 1):
        values = {graph.sources[0].name: data[(time - 1) % len(data)]}
        for p in graph.membranes:
            a = arriving.pop((p.name, time), 0) + np.zeros(p.size, np.int64)
            values[p.name] = state.step(p, a, reset=time % p.reset_interval == p.reset_offset)
            if p.arrival < time <= p.arrival + len(data):
                keep(rows, p.name, values[p.name], state)
        for block in graph.blocks:
            arriving[block.target, time + 1 + block.delay] += weights[block.name] @ values[block.source]
    return {key: np.stack(value) for key, value in rows.items()}


def keep(rows, name, spikes, state):
    rows[name, "spikes"].append(spikes)
    rows[name, "u"].append(state.u[name])
    rows[name, "v"].append(state.v[name])


def assert_equal(graph, inputs, trace, expected):
    assert trace.spikes
    for what, recorded in (("spikes", trace.spikes), ("u", trace.currents), ("v", trace.membranes)):
        for name, found in recorded.items():
            shape = (len(inputs), graph.timesteps, *graph[name].shape)
            assert (found == expected[name, what].reshape(shape)).all(), (name, what)
    readout = graph.readout
    final = expected[readout.name, "v"].reshape(len(inputs), graph.timesteps, readout.size)[:, -1]
    assert (trace.readout == final).all()


def recorded(lava, graph, inputs, models, states=(), **options):
    names = [population.name for population in graph.membranes]
    return lava.run(graph, inputs, record=names, record_states=states, models=models, **options)


def neurons(name, shape, vth, bias=0, exp=0, **more):
    count = shape[0]
    parameters = {"vth": np.broadcast_to(vth, count).astype(np.int64), **more}
    parameters["bias_mant"] = np.broadcast_to(bias, count).astype(np.int64)
    parameters["bias_exp"] = np.broadcast_to(exp, count).astype(np.int64)
    return Lif(name, shape, tuple(range(count)), count, name, **{"dv": 3277, **parameters})


def block(source, target, geometry, exponent=0):
    return SynapseBlock(f"{target}:{source}", source, target, geometry, f"{target}:{source}", target, exponent=exponent)


def hand_built(timesteps, graded, delay_max=62, sign="auto"):
    """Every kind of thing once: conv, pool, maximum, skip over three populations, bias only, per-channel thresholds, big sums."""
    rng = np.random.default_rng(7)
    ids = np.arange(3)
    low, high, bits = (-100, 120, 8) if graded else (0, 1, 0)
    scale = 60 if graded else 1

    def odd(*shape, top=7):
        return (2 * rng.integers(-top // 2, top // 2 + 1, shape) + 1).astype(np.int32) * (rng.random(shape) < 0.6)

    populations = [
        Source("in", (2, 4, 4), (0, 1), 2, "in", minimum=low, maximum=high, message_bits=bits),
        neurons("a", (3, 4, 4), np.array([3, 5, 9]) * scale, [40, -9, 0], [3, 1, 7]),
        neurons("max", (3, 2, 2), 0, dv=4095),
        neurons("b", (3, 2, 2), 6, 5, dv=0),
        neurons("alone", (2, 1, 1), 4, [150, 200], dv=409),
        neurons("c", (3, 2, 2), [3000, 7000, 20000], dv=2048),
        Readout(
            "out",
            (4, 1, 1),
            tuple(range(4)),
            4,
            "out",
            bias_mant=np.array([3, 0, -5, 1]),
            bias_exp=np.array([0, 1, 2, 0]),
        ),
    ]
    blocks = [
        block("in", "a", Conv2d(odd(3, 2, 3, 3), padding=1)),
        block("a", "max", Pool(np.ones(3, np.int32), ids, ids, (2, 2), 2)),
        block("max", "b", Conv2d(odd(3, 3, 1, 1))),
        block("a", "b", Pool(np.array([1, 2, -4], np.int32), ids, ids, (2, 2), 2)),
        block("b", "c", OneToOne(np.full(3, 255, np.int32), ids, ids), exponent=5),
        block("b", "c", Conv2d(odd(3, 3, 1, 1, top=255), dilation=1), exponent=7),
        block("a", "c", Conv2d(odd(3, 3, 2, 2, top=31), stride=2), exponent=7),
        block("in", "c", Conv2d(odd(3, 2, 2, 2, top=3), stride=2), exponent=3),
        block("c", "out", Dense(odd(4, 12, top=63))),
        block("max", "out", Dense(-np.abs(odd(4, 12)))),
        block("alone", "out", Dense(odd(4, 2))),
    ]
    blocks[5] = replace(blocks[5], name="c:b again")
    graph = Graph.build(timesteps, populations, blocks)
    for step in (AssignFormats(LOIHI2, sign), BalanceDelays(delay_max), StaggerResets()):
        graph = step.apply(graph)
    graph.validate("test")
    return graph


def hand_input(graph, samples, seed=0):
    rng = np.random.default_rng(seed)
    source = graph.sources[0]
    if source.message_bits:
        return rng.integers(source.minimum, source.maximum + 1, (samples, *source.shape)).astype(np.int16)
    return (rng.random((samples, graph.timesteps, *source.shape)) < 0.4).astype(np.int16)


@pytest.mark.parametrize(
    ("sign", "models"), [("split", "stock"), ("mixed", "stock"), ("mixed", "fast"), ("split", "fused")]
)
def test_graded_input_delays_thresholds_and_big_sums_equal_the_loops(lava, sign, models):
    graph = hand_built(4, graded=True, sign="auto" if sign == "mixed" else sign)
    inputs = hand_input(graph, 3)
    seen = []

    names = [population.name for population in graph.membranes]
    trace = recorded(lava, graph, inputs, models, names, progress=lambda done, total: seen.append((done, total)))

    expected = zero_delay(graph, inputs)
    assert_equal(graph, inputs, trace, expected)
    assert {name: rate for name, spikes in trace.spikes.items() if not 0 < (rate := spikes.mean()) < 1} == {"out": 0}
    modes = {"excitatory", "inhibitory", "mixed"} if sign == "mixed" else {"excitatory", "inhibitory"}
    assert {b.format.sign_mode for b in graph.blocks} == modes
    assert any(b.delay for b in graph.blocks if b.source == "in"), "graded values are delayed too"
    assert max(np.abs(expected["c", "u"]).max() >> 6, 0) > 2**15, "sums beyond Lava's 16-bit port"
    assert np.abs(expected["c", "u"]).max() < 2**23
    total = 3 if models == "fused" else 3 * 4 + graph.readout.arrival
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})


@pytest.mark.parametrize("models", ["stock", "fast"])
def test_one_step_samples_and_relays_equal_the_loops(lava, models):
    graph = hand_built(1, graded=False, delay_max=1)
    inputs = hand_input(graph, 6)
    assert any(isinstance(p, Relay) for p in graph.populations)
    trace = recorded(lava, graph, inputs, models)
    assert_equal(graph, inputs, trace, zero_delay(graph, inputs))
    assert trace.spikes["a"].any()


@each_model
@pytest.mark.parametrize(("seed", "norm", "encoding"), [(10, "edge", "direct"), (26, "node", "spikes")])
def test_a_compiled_random_network_equals_the_loop(lava, seed, norm, encoding, models):
    loaded = random_trained_genotype(seed, norm=norm, encoding=encoding, timesteps=3)
    graph = compile_graph(loaded, LOIHI2)
    inputs = random_input(loaded, 2, seed)
    assert_equal(graph, inputs, recorded(lava, graph, inputs, models), zero_delay(graph, inputs))


@pytest.mark.parametrize("models", ["fast", "fused"])
def test_graded_values_may_differ_at_every_step(lava, models):
    graph = hand_built(3, graded=True)
    source = graph.sources[0]
    inputs = np.random.default_rng(3).integers(-100, 121, (2, 3, *source.shape)).astype(np.int16)
    assert_equal(graph, inputs, recorded(lava, graph, inputs, models), zero_delay(graph, inputs))


@each_model
def test_a_broken_schedule_is_run_as_it_is(lava, models):
    graph = hand_built(3, graded=False)
    late = [replace(p, reset_offset=(p.reset_offset + 1) % 3) if p.name == "b" else p for p in graph.populations]
    early = [replace(b, delay=0) if b.delay and b.target == "c" else b for b in graph.blocks]
    broken = graph.rebuild(late, early)
    inputs = hand_input(graph, 4)
    trace = recorded(lava, broken, inputs, models, ["b", "c"])
    assert_equal(broken, inputs, trace, streamed(broken, inputs))
    assert (trace.readout != lava.run(graph, inputs, models=models).readout).any()


def test_the_two_loops_agree_on_a_right_schedule():
    graph = hand_built(3, graded=False, delay_max=2)
    inputs = hand_input(graph, 4)
    meant, run = zero_delay(graph, inputs), streamed(graph, inputs)
    assert all((meant[key] == run[key]).all() for key in meant)


def test_wrong_inputs_and_names_are_refused_before_lava_starts():
    graph = hand_built(3, graded=False)
    good = hand_input(graph, 1)
    for wrong in (good[:, :2], good[:0], good * 2, good.astype(np.float32)):
        with pytest.raises(DataError, match=r"input: found .*; allowed"):
            run_lava(graph, wrong)
    with pytest.raises(DataError, match="record: found 'nobody'; allowed: a, alone"):
        run_lava(graph, good, record=["nobody"])
    with pytest.raises(BackendError, match="compile the graph first"):
        run_lava(graph.rebuild([replace(p, arrival=None) for p in graph.populations], graph.blocks), good)

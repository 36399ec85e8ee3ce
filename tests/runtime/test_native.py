"""The kernels give what the simulator on tensors gives: every spike, register and count, on networks of every kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from both_engines import assert_same, needs_kernels, traces_of_both
from cases import Case, generators
from isolated_graphs import isolated
from scipy.sparse import random as random_sparse
from small_graphs import dense, graph, neurons, readout

from litesnn.base.errors import DataError, LiteSNNError
from litesnn.compiler.graph import Conv2d, Dense, Geometry, Graph, Pool, Source, Sparse, SynapseBlock
from litesnn.compiler.graph.geometry.maps import Shape
from litesnn.compiler.graph.geometry.windows import reached
from litesnn.kernels import library
from litesnn.kernels.structures import WINDOWS
from litesnn.runtime.exact import RunTiming, Simulator
from litesnn.runtime.exact.native import NativeEngine, reason_against
from litesnn.runtime.exact.native.sum_room import SumRoom
from litesnn.runtime.exact.native.synapses import Ends, Straight, layout

CASES = [(name, kind) for name in ("forward", "feedback") for kind in generators(name)]
SEEDS = (3, 4, 5, 6)
Draw = Callable[[np.random.Generator], tuple[Geometry, Shape, Shape]]


@needs_kernels
@pytest.mark.parametrize(("campaign", "kind"), CASES)
def test_networks_of_the_campaigns(campaign: str, kind: str) -> None:
    compared = 0
    for seed in SEEDS:
        try:
            case: Case = generators(campaign)[kind](seed)
        except LiteSNNError:
            continue  # a network that is refused before it runs
        if reason_against(case.graph) is not None:
            continue
        compared += 1
        assert_same(*traces_of_both(case.graph, case.inputs))
        if not case.graph.isolated:
            assert_same(*traces_of_both(case.graph, case.inputs, stream=True))
    assert compared, "every network was refused"


def _strided_conv(rng: np.random.Generator) -> tuple[Geometry, Shape, Shape]:
    """Axes that differ, dilated in one of them; channels beyond one word and beyond eight vectors."""
    channels, outputs = int(rng.integers(1, 90)), int(rng.choice([1, 7, 48, 150, 300]))
    codes = rng.integers(-7, 8, (outputs, channels, 3, 2)) * (rng.random((outputs, channels, 3, 2)) < 0.4)
    geometry = Conv2d(codes.astype(np.int32), (2, 1), (1, 2), (1, 2))
    return geometry, (channels, 6, 5), (outputs, *reached((channels, 6, 5), geometry.axes))


def _pool_of_several(rng: np.random.Generator) -> tuple[Geometry, Shape, Shape]:
    """Source channels in any order, several into one target channel, some into none."""
    channels, outputs, count = int(rng.integers(1, 70)), int(rng.integers(1, 70)), int(rng.integers(1, 90))
    pairs = np.unique(rng.integers(0, (channels, outputs), (count, 2)), axis=0)
    codes = rng.integers(-7, 8, len(pairs)).astype(np.int32)
    geometry = Pool(codes, pairs[:, 0], pairs[:, 1], (3, 2), (2, 1), (1, 0))
    return geometry, (channels, 6, 5), (outputs, *reached((channels, 6, 5), geometry.axes))


def _plain_pool(rng: np.random.Generator) -> tuple[Geometry, Shape, Shape]:
    channels = int(rng.integers(1, 70))
    ids = np.arange(channels)
    return Pool(rng.integers(1, 8, channels).astype(np.int32), ids, ids, (2, 2), 2), (channels, 6, 4), (channels, 3, 2)


def _dense(rng: np.random.Generator) -> tuple[Geometry, Shape, Shape]:
    outputs = int(rng.choice([1, 20, 200, 700]))
    codes = rng.integers(-7, 8, (outputs, 70 * 6)) * (rng.random((outputs, 420)) < 0.5)
    return Dense(codes.astype(np.int32)), (70, 2, 3), (outputs, 1, 1)


def _sparse(rng: np.random.Generator) -> tuple[Geometry, Shape, Shape]:
    target = ((9, 3, 4), (108, 1, 1))[int(rng.integers(2))]
    matrix = random_sparse(108, 140, density=float(rng.choice([0.03, 0.3])), random_state=rng, format="csr")
    matrix.data = rng.integers(-7, 8, matrix.nnz).astype(float)
    return Sparse.from_matrix(matrix), (70, 1, 2), target


@needs_kernels
@pytest.mark.parametrize("draw", [_strided_conv, _pool_of_several, _plain_pool, _dense, _sparse])
@pytest.mark.parametrize("seed", range(8))
def test_every_geometry_and_width_of_sums(draw: Draw, seed: int) -> None:
    """A shifted second edge takes sums into 16 and 32 bits; the inputs are spikes, or graded of both signs; both held or per step."""
    rng = np.random.default_rng(seed)
    low, high = ((0, 1), (-3, 250))[seed % 2]
    geometry, shape, out_shape = draw(rng)
    threshold = rng.integers(0, 10, out_shape[0])
    enters = Source("input", shape, tuple(range(shape[0])), shape[0], "input", minimum=low, maximum=high)
    middle = replace(neurons("middle", out_shape[0], vth=threshold), shape=out_shape)
    sides = [SynapseBlock("side", "input", "middle", geometry, "side", "side", exponent=int(rng.choice([0, 5, 11])))]
    network = graph(
        [enters, middle, readout(2)],
        [
            SynapseBlock(
                "first", "input", "middle", geometry.map_codes(lambda codes: np.clip(codes, -1, 1)), "first", "first"
            ),
            *(sides if seed % 4 > 1 else []),
            dense("middle", "readout", rng.integers(-3, 4, (2, middle.size)).astype(np.int32)),
        ],
    )
    held = (5, *shape) if seed % 3 else (5, network.timesteps, *shape)
    ours, other = traces_of_both(network, rng.integers(low, high + 1, held).astype(np.int16))
    assert_same(ours, other)
    assert isinstance(ours, str) or ours.currents["middle"].any()


@needs_kernels
def test_results_do_not_depend_on_chunks_and_threads() -> None:
    case = generators("forward")["genotypes"](11)
    inputs = np.concatenate([case.inputs] * 9)
    whole = Simulator(case.graph).run(inputs)
    for size, threads in ((1, 1), (2, 3), (5, 2), (100, 4)):
        part = Simulator(case.graph, threads=threads).run(inputs, batch_size=size)
        np.testing.assert_array_equal(part.readout, whole.readout)
        assert part.registers == whole.registers


@needs_kernels
def test_progress_and_times_cover_all_samples() -> None:
    case = generators("forward")["genotypes"](11)
    seen: list[tuple[int, int]] = []
    timing = RunTiming()
    simulator = Simulator(case.graph, threads=2)
    simulator.run(case.inputs, batch_size=1, timing=timing, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done + 1, len(case.inputs)) for done in range(len(case.inputs))]
    for _ in range(20):  # in the order of the samples, whichever thread is done first
        again: list[tuple[int, int]] = []
        simulator.run(case.inputs, batch_size=1, progress=lambda done, total: again.append((done, total)))  # noqa: B023
        assert again == seen
    assert {entry["population"] for entry in timing.document()} == {p.name for p in case.graph.membranes}
    assert all(entry["synapses_s"] > 0 and entry["neurons_s"] > 0 for entry in timing.document())


@needs_kernels
def test_sums_beyond_the_registers_are_left_to_tensors() -> None:
    engine = NativeEngine(generators("forward")["genotypes"](11).graph, library())
    assert engine.reason_against({"input": (0, 1)}) is None
    assert "can pass 33," in str(engine.reason_against({"input": (0, 2**31 - 1)}))


def _same_convs(rng: np.random.Generator) -> Graph:
    """A source and a population into one population, through windows of one size: one kernel computes both. The source's come last."""

    def window(outputs: int, channels: int) -> Conv2d:
        return Conv2d(rng.integers(-3, 4, (outputs, channels, 3, 3)).astype(np.int32), 1, 1)

    blocks = [
        SynapseBlock("a", "input", "first", window(3, 2), "a", "a"),
        SynapseBlock("b", "input", "second", window(4, 2), "b", "b", delay=2),
        SynapseBlock("c", "first", "second", window(4, 3), "c", "c"),
    ]
    enters = Source("input", (2, 4, 4), (0, 1), 2, "input", minimum=0, maximum=1)
    parts = [
        neurons("first", 3, 4, vth=np.zeros(3, np.int64)),
        neurons("second", 4, 4, vth=np.zeros(4, np.int64)),
        readout(2),
    ]
    last = dense("second", "readout", rng.integers(-3, 4, (2, 64)))
    return isolated([enters, *parts], [*blocks, last])


@needs_kernels
@pytest.mark.parametrize("seed", range(3))
def test_events_of_one_step_are_not_taken_for_held(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = _same_convs(rng)
    assert_same(*traces_of_both(network, rng.integers(0, 2, (3, 1, 2, 4, 4)).astype(np.int16)))


@needs_kernels
def test_a_pool_into_more_channels_than_its_source_has_bits_for() -> None:
    """Its kernel for equal channels would read bits behind those of the last place."""
    ids = np.arange(3)
    wide = SynapseBlock("w", "input", "wide", Pool(np.ones(3, np.int32), ids, ids), "w", "w")
    enters = Source("input", (3, 2, 2), (0, 1, 2), 3, "input", minimum=0, maximum=1)
    parts = [enters, neurons("wide", 300, 2, vth=np.zeros(300, np.int64)), readout(2)]
    network = isolated(parts, [wide, dense("wide", "readout", np.ones((2, 1200), np.int32))])
    rooms = [SumRoom(channels, 0, 2, 32) for channels in (64, 128)]
    ends = [Ends(enters, network["wide"], room, np.dtype(np.int16)) for room in rooms]
    found = [layout(wide.geometry, wide.geometry.codes.astype(np.int64), end).straight for end in ends]
    assert found == [Straight(0, 0, 64)] * 2
    assert_same(*traces_of_both(network, np.ones((2, 2, 3, 2, 2), np.int16)))


def test_samples_without_a_step_are_refused() -> None:
    network = _same_convs(np.random.default_rng(0))
    with pytest.raises(DataError, match="found 0 steps per sample"):
        Simulator(network).run(np.zeros((2, 0, 2, 4, 4), np.int16))


def test_a_pool_of_many_channels_into_one_is_filled_up() -> None:
    """A pass over the map per source channel takes several times as long as rows of what spikes."""
    rng = np.random.default_rng(0)
    enters = Source("input", (9, 5, 5), tuple(range(9)), 9, "input", minimum=0, maximum=1)
    many = Pool(rng.integers(1, 8, 9).astype(np.int32), np.arange(9), np.zeros(9, np.int64), (3, 3), 1, 1)
    block = SynapseBlock("m", "input", "one", many, "m", "m")
    one = neurons("one", 1, 5, vth=np.full(1, 9))
    network = isolated([enters, one, readout(2)], [block, dense("one", "readout", np.ones((2, 25), np.int32))])
    ends = Ends(enters, one, SumRoom(16, 1, 5, 32), np.dtype(np.int16))
    assert layout(many, many.codes.astype(np.int64), ends).kind == WINDOWS
    assert_same(*traces_of_both(network, rng.integers(0, 2, (2, 3, 9, 5, 5)).astype(np.int16)))

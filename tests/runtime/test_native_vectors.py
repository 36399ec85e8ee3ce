"""Places of a line that share vectors: whatever is chosen, sums and spikes are those of the simulator on tensors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from both_engines import assert_same, needs_kernels, traces_of_both
from isolated_graphs import isolated
from small_graphs import dense, neurons, readout

from litesnn.compiler.graph import Conv2d, Geometry, Graph, Pool, Population, Source, SynapseBlock
from litesnn.runtime.exact.native.vectors import CACHED_BYTES, Vectors, padded_to

WIDTH = 8
CHOSEN = Vectors.of
LARGEST = {1: 0, 2: 5, 4: 11}
"""Exponent of weights that take sums into so many bytes."""


def _network(rng: np.random.Generator, channels: int, sum_bytes: int) -> Graph:
    """Convolutions of both strides and a pool into maps of 8 and of 4 columns, from spikes and from each other."""
    shape = (3, 5, WIDTH)
    first = Conv2d(_codes(rng, channels, 3), 1, (1, 1))
    ids = np.arange(channels)
    pool = Pool(np.ones(channels, np.int32), ids, ids, (3, 3), 1, 1)
    again = Conv2d(_codes(rng, channels, channels), 1, (1, 1))
    strided = Conv2d(_codes(rng, channels, channels), 2, (1, 1))
    halved = Pool(np.ones(channels, np.int32), ids, ids, (3, 3), 2, 1)
    enters = Source("input", shape, tuple(range(3)), 3, "input", minimum=0, maximum=1)
    whole = [
        replace(neurons(name, channels, vth=rng.integers(0, 6, channels)), shape=(channels, 5, WIDTH))
        for name in ("one", "two")
    ]
    half = replace(neurons("half", channels, vth=rng.integers(0, 6, channels)), shape=(channels, 3, WIDTH // 2))
    blocks = [
        ("input", "one", first),
        ("one", "two", again),
        ("one", "two", pool),
        ("two", "half", strided),
        ("one", "half", halved),
    ]
    exponent = LARGEST[sum_bytes]
    return isolated(
        [enters, *whole, half, readout(2)],
        [
            *(
                SynapseBlock(f"b{i}", *ends, geometry, f"b{i}", f"b{i}", exponent=exponent if i == 2 else 0)
                for i, (*ends, geometry) in enumerate(blocks)
            ),
            dense("half", "readout", rng.integers(-3, 4, (2, half.size)).astype(np.int32)),
        ],
    )


def _codes(rng: np.random.Generator, outputs: int, inputs: int) -> np.ndarray:
    codes: np.ndarray = rng.integers(-1, 2, (outputs, inputs, 3, 3)).astype(np.int32)
    return codes


@needs_kernels
@pytest.mark.parametrize("side", [1, 2, 4, 8])
@pytest.mark.parametrize("sum_bytes", [1, 2, 4])
@pytest.mark.parametrize("channels", [2, 12, 40])
def test_any_number_of_places_to_a_vector(
    side: int, sum_bytes: int, channels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spikes per step from an isolated network; and graded inputs, whose products go one vector at a time."""
    used = set[int]()

    def forced(population: Population, reads: list[tuple[Geometry, int]], width: int, vector_bytes: int) -> Vectors:
        whole = vector_bytes // width
        share = side if population.shape[2] % side == 0 else 1
        padded = padded_to(population.shape[0], max(8, whole // share))
        if share * padded % whole:
            return CHOSEN(population, reads, width, vector_bytes)
        used.add(share)
        return Vectors(padded, share)

    monkeypatch.setattr(Vectors, "of", staticmethod(forced))
    rng = np.random.default_rng(side + channels)
    network = _network(rng, channels, sum_bytes)
    ours, other = traces_of_both(network, rng.integers(0, 2, (4, 3, 3, 5, WIDTH)).astype(np.int16))
    assert_same(ours, other)
    assert not isinstance(ours, str)
    assert all(ours.spikes[name].any() for name in ("one", "two", "half"))
    assert side in used
    graded = replace(network["input"], minimum=-3, maximum=100)
    parts = [graded if p.name == "input" else p for p in network.populations]
    again = isolated(parts, list(network.blocks))
    assert_same(*traces_of_both(again, rng.integers(-3, 101, (2, 3, 3, 5, WIDTH)).astype(np.int16)))


def test_what_is_chosen_fills_vectors_where_maps_are_narrow() -> None:
    def chosen(shape: tuple[int, int, int], geometry: Geometry, vector_bytes: int = 64) -> Vectors:
        population = replace(neurons("p", shape[0]), shape=shape)
        return Vectors.of(population, [(geometry, 24)], 2, vector_bytes)

    narrow = Conv2d(np.ones((12, 24, 3, 3), np.int32), 1, 1)
    found = chosen((12, 8, 8), narrow)
    assert found.padded == 16
    assert found.side in (2, 4, 8)
    assert chosen((12, 8, 7), narrow) == Vectors(32)  # no places of a line to share a vector
    assert chosen((12, 8, 8), Conv2d(np.ones((12, 24, 3, 3), np.int32), 1, 2, 2)) == Vectors(32)  # taps apart
    assert chosen((96, 8, 8), Conv2d(np.ones((96, 24, 3, 3), np.int32), 1, 1)) == Vectors(96)  # full as it is
    rows = np.ones((3, 3, 24, found.padded), np.int16)
    wide = found.widened(rows, 1)
    assert wide[0].nbytes <= 2 * CACHED_BYTES
    assert wide.shape == (3, 2 + found.side, 24, found.side * 16)
    assert wide.sum() == found.side * rows.sum()

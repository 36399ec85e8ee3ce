"""Connections as geometries of integer codes, one for each delay; weights that are 0 do not exist."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.sanafe.description import AllToAll, Connection, Convolution, Floats, Ints, Pairs, Shape
from litesnn.compiler.frontends.sanafe.grids import Grid
from litesnn.compiler.graph import Conv2d, Dense, Geometry, Sparse

WEIGHT_MAX = 2**16
DENSE_FROM = 0.5
"""Of all pairs that are connected, from where on a matrix is held whole."""
DENSE_MAX = 2**26
Delayed = tuple[Geometry, int]
Codes = npt.NDArray[np.int32]


def weights_of(connection: Connection) -> Floats:
    """All weights of a connection."""
    assert isinstance(connection, (Convolution, AllToAll, Pairs))
    return connection.weight


def blocks_of(connection: Connection, grid: Grid, source: Shape, target: Shape) -> Iterator[Delayed]:
    """Geometries between two maps, with the delay of each.

    Raises
    ------
    ImportFileError
        For weights beyond what blocks of bytes hold.
    """
    codes = grid.weights(weights_of(connection))
    _check_size(connection, codes)
    found = codes.astype(np.int32)
    if isinstance(connection, Convolution):
        yield from _convolution(connection, found, source, target)
    elif isinstance(connection, AllToAll):
        for steps in _delays(connection.delay, found):
            part = np.where(connection.delay == steps, found, 0)
            if target[1:] == (1, 1):
                yield Dense(part), steps
            else:
                rows, columns = np.nonzero(part)
                yield _sparse(connection, part[rows, columns], rows, columns, source, target), steps
    elif isinstance(connection, Pairs):
        for steps in _delays(connection.delay, found):
            chosen = (connection.delay == steps) & (found != 0)
            yield (
                _sparse(connection, found[chosen], connection.post[chosen], connection.pre[chosen], source, target),
                steps,
            )


def _convolution(connection: Convolution, codes: Codes, source: Shape, target: Shape) -> Iterator[Delayed]:
    for steps in _delays(connection.delay, codes):
        kernel = Conv2d(np.ascontiguousarray(np.where(connection.delay == steps, codes, 0)), connection.stride)
        if (source, target) == (connection.in_shape, connection.out_shape):
            yield kernel, steps
        else:  # its maps are taken neuron by neuron
            yield Sparse.from_matrix(kernel.matrix(connection.in_shape, connection.out_shape)), steps


def _check_size(connection: Connection, codes: Ints) -> None:
    largest = int(np.abs(codes).max(initial=0))
    if largest > WEIGHT_MAX:
        connection.place.refuse(
            f"found weights up to {largest} in units of their grid; allowed: {WEIGHT_MAX} in magnitude"
        )


def _delays(delay: Ints, codes: Codes) -> list[int]:
    return [int(steps) for steps in np.unique(delay[codes != 0])]


def _sparse(connection: Connection, values: Codes, rows: Ints, columns: Ints, source: Shape, target: Shape) -> Geometry:
    """Synapses that add up where there are several between the same two neurons."""
    from scipy.sparse import csr_matrix

    shape = (int(np.prod(target)), int(np.prod(source)))
    summed = csr_matrix((values.astype(np.int64), (rows, columns)), shape)
    _check_size(connection, summed.data)
    found = Sparse.from_matrix(summed)
    pairs = shape[0] * shape[1]
    if target[1:] == (1, 1) and pairs <= DENSE_MAX and found.nnz >= DENSE_FROM * pairs:
        return Dense(found.matrix(source, target).toarray())
    return found

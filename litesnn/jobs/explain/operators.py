"""Linear maps in float64: real or integer weights in the layout of a geometry's codes, applied to many steps at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from litesnn.base.errors import DataError
from litesnn.compiler.graph import Conv2d, Dense, Geometry, OneToOne, Pool, Sparse, Table
from litesnn.compiler.graph.geometry.depthwise import Depthwise
from litesnn.compiler.graph.kinds.registers import Shape

Floats = npt.NDArray[np.float64]
Operator: TypeAlias = Callable[[Floats], Floats]
"""(M, C, H, W) of the source -> (M, C, H, W) of the target."""
UNROLLED_MAX = 60_000_000


def operator(geometry: Geometry, values: Floats, in_shape: Shape, out_shape: Shape) -> Operator:
    """The map with these weights, in the layout of the geometry's codes.

    Raises
    ------
    DataError
        For a map without a shared kernel that unrolls to more than 60 million weights.
    """
    return OPERATORS.of(geometry, "a block")(geometry, values, in_shape, out_shape)


def _conv(geometry: Conv2d, values: Floats, in_shape: Shape, out_shape: Shape) -> Operator:
    import torch

    kernel = torch.from_numpy(np.ascontiguousarray(values))

    def apply(sent: Floats) -> Floats:
        given = torch.from_numpy(np.ascontiguousarray(sent))
        result: Floats = torch.nn.functional.conv2d(
            given, kernel, None, geometry.stride, geometry.padding, geometry.dilation
        ).numpy()
        return result

    return apply


def _dense(geometry: Dense, values: Floats, in_shape: Shape, out_shape: Shape) -> Operator:
    return lambda sent: (sent.reshape(len(sent), -1) @ values.T).reshape(len(sent), *out_shape)


def _unrolled(geometry: Geometry, values: Floats, in_shape: Shape, out_shape: Shape) -> Operator:
    if values.size * geometry.uses_of_code(out_shape) > UNROLLED_MAX:
        raise DataError(
            f"a map from {in_shape} to {out_shape} has no shared-kernel form and more than {UNROLLED_MAX:,} weights; this network "
            "is too large to be explained"
        )
    # Geometries unroll integers: unroll the positions of the values, then put the values there.
    places = replace(geometry, codes=np.arange(1, values.size + 1, dtype=np.int32).reshape(values.shape))
    found = places.matrix(in_shape, out_shape)
    matrix = csr_matrix((values.ravel()[found.data - 1], found.indices, found.indptr), shape=found.shape)

    def apply(sent: Floats) -> Floats:
        result: Floats = np.ascontiguousarray((matrix @ sent.reshape(len(sent), -1).T).T)
        return result.reshape(len(sent), *out_shape)

    return apply


OPERATORS: Table[Callable[[Any, Floats, Shape, Shape], Operator]] = Table(
    "explain",
    {
        Conv2d: _conv,
        Dense: _dense,
        Depthwise: _unrolled,
        OneToOne: _unrolled,
        Pool: _unrolled,
        Sparse: _unrolled,
    },
)

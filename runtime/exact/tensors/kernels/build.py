"""Which kernels can compute a projection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix

from litesnn.compiler.graph import Conv2d, Dense, Geometry, OneToOne, Pool, Sparse, Table
from litesnn.compiler.graph.geometry.by_channel import ByChannel
from litesnn.compiler.graph.geometry.depthwise import Depthwise
from litesnn.runtime.exact.edges import worth_filling
from litesnn.runtime.exact.tensors.kernels.conv import ActiveWindows, DenseConv
from litesnn.runtime.exact.tensors.kernels.kernel import Kernel
from litesnn.runtime.exact.tensors.kernels.matrix import ActiveInputs, DenseMatrix, SparseMatrix
from litesnn.runtime.exact.tensors.kernels.pool import ChannelWindows
from litesnn.runtime.exact.tensors.layout import Shape

Weights: TypeAlias = npt.NDArray[np.int64] | csr_matrix


@dataclass(frozen=True)
class Place:
    """Where a projection is computed: shape of its target (C, H, W), type and device of the sums."""

    out_shape: Shape
    dtype: torch.dtype
    device: torch.device


def candidates(geometry: Geometry, weights: Weights, place: Place) -> list[Kernel]:
    """Kernels for integer weights in the layout of a geometry's codes (CSR for a sparse one); the usual choice first.

    Raises
    ------
    BackendError
        For a geometry that no kernel computes.
    """
    return KERNELS.of(geometry, "a block")(geometry, weights, place)


def _conv(geometry: Conv2d, weights: Weights, place: Place) -> list[Kernel]:
    return [
        DenseConv(geometry, weights, place.dtype, place.device),
        ActiveWindows(
            geometry=geometry, weights=weights, out_shape=place.out_shape, dtype=place.dtype, device=place.device
        ),
    ]


def _dense(geometry: Dense, weights: Weights, place: Place) -> list[Kernel]:
    return [kind(weights, place.out_shape, place.dtype, place.device) for kind in (DenseMatrix, ActiveInputs)]


def _by_channel(geometry: ByChannel, weights: Weights, place: Place) -> list[Kernel]:
    return [
        ChannelWindows(
            geometry=geometry, weights=weights, out_shape=place.out_shape, dtype=place.dtype, device=place.device
        )
    ]


def _sparse(geometry: Sparse, weights: csr_matrix, place: Place) -> list[Kernel]:
    kernels: list[Kernel] = [SparseMatrix(weights, place.out_shape, place.dtype, place.device)]
    if worth_filling(weights):
        kernels.append(DenseMatrix(weights.toarray(), place.out_shape, place.dtype, place.device))
    return kernels


KERNELS: Table[Callable[[Any, Any, Place], list[Kernel]]] = Table(
    "the exact simulator",
    {Conv2d: _conv, Depthwise: _by_channel, Dense: _dense, Pool: _by_channel, OneToOne: _by_channel, Sparse: _sparse},
)

"""Weight codes of a trained genotype, odd integers as `docs/numbers.md` says, and the connections that they make."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from litesnn.compiler.genotype import EdgePlan, Genotype
from litesnn.compiler.genotype.tensors import Floats, Tensors, step_of
from litesnn.compiler.graph import GEOMETRIES, EdgeSlice, Geometry


def edge_geometries(genotype: Genotype, edge: EdgePlan, tensors: Tensors) -> Iterator[Geometry]:
    """How an edge is connected to each of its sources, in their order."""
    codes = weight_codes(genotype, edge, tensors) if edge.weighted else None
    first = 0
    for channels in edge.source_channels:
        part = EdgeSlice(
            codes=codes,
            in_shape=edge.in_shape,
            out_shape=edge.out_shape,
            kernel=edge.kernel,
            stride=edge.stride,
            padding=edge.padding,
            dilation=edge.dilation,
            first=first,
            channels=channels,
        )
        yield GEOMETRIES[edge.rules.geometry].of_slice(part)
        first += channels


def weight_codes(genotype: Genotype, edge: EdgePlan, tensors: Tensors) -> npt.NDArray[np.int32]:
    """Odd weight codes, 0 where pruned, in the edge's weight shape."""
    weight = tensors[f"{edge.name}.weight"].astype(np.float32)
    step = step_of(genotype, edge, tensors).reshape(-1, *[1] * (weight.ndim - 1))
    top = 2**edge.bits - 1
    if genotype.quantizer is None or genotype.quantizer.method == "lite":
        codes = np.clip(2 * np.rint(weight.astype(np.float64) / step + 0.5) - 1, -top, top)
    else:
        codes = _rescaled(weight, step, edge.bits)
    masked: npt.NDArray[np.int32] = (codes * tensors[f"{edge.name}.mask"]).astype(np.int32)
    return masked


def _rescaled(weight: npt.NDArray[np.float32], step: Floats, bits: int) -> Floats:
    """The nearest odd code; midway the one nearer to 0, and +1 for 0. Single precision, as QP-SNN is published."""
    fine = np.maximum(step.astype(np.float32), np.finfo(np.float32).tiny)
    rank = np.clip(np.ceil(np.abs(weight) / fine), 1, 2 ** (bits - 1)).astype(np.float64)
    return np.asarray(np.where(weight < 0, 1 - 2 * rank, 2 * rank - 1))

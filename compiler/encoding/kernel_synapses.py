"""The synapses of a kernel in the order in which population lists hold them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Windowed

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class KernelSynapses:
    """Synapses of a kernel onto some output channels, ordered by source channel, output channel, and tap from the last.

    Attributes
    ----------
    counts : (source channels, taps) synapses of each
    output, tap, codes : output channel from the first of them, tap and code of each synapse
    """

    counts: Ints
    output: Codes
    tap: Ints
    codes: Codes


@lru_cache(maxsize=64)
def kernel_synapses(geometry: Windowed, channels: tuple[int, int], sources: int) -> KernelSynapses:
    """The synapses of a kernel onto an interval of output channels, for so many source channels.

    Slices that differ in place alone ask for the same ones.
    """
    matrix = geometry.kernel_matrix(channels, sources)
    outputs, taps = matrix.shape[0], geometry.window.taps
    channel, tap = np.divmod(np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr)), taps)
    order = np.argsort((channel * outputs + matrix.indices) * taps - tap, kind="stable")
    return KernelSynapses(
        counts=np.diff(matrix.indptr).reshape(sources, taps).astype(np.int64),
        output=matrix.indices[order].astype(np.int32),
        tap=tap[order],
        codes=matrix.data[order].astype(np.int32),
    )

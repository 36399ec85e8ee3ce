"""What every geometry answers about its codes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph.geometry.maps import Codes, Index, Shape

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class Geometry(ABC):
    """Base of all geometries; `codes` is the array of weight codes in the geometry's own layout."""

    codes: Codes
    kind: ClassVar[str] = ""
    array_names: ClassVar[tuple[str, ...]] = ("codes",)

    @property
    def nnz(self) -> int:
        """Stored weights in shared-kernel form (pruned ones do not count)."""
        return int(np.count_nonzero(self.codes))

    def map_codes(self, change: Callable[[Codes], Codes]) -> Any:
        """The same geometry with `change` applied to the codes elementwise."""
        return replace(self, codes=change(self.codes).astype(np.int32))

    @abstractmethod
    def scale_targets(self, factors: npt.NDArray[np.int64]) -> Any:
        """Multiply the codes into each target channel by an integer."""

    @abstractmethod
    def matrix(self, in_shape: Shape, out_shape: Shape) -> csr_matrix:
        """Exact unrolled codes, scipy CSR of shape (C*H*W of the target, C*H*W of the source)."""

    @abstractmethod
    def fan_out(self, in_shape: Shape, out_shape: Shape) -> Index:
        """Unrolled synapses per source neuron, (C, H, W)."""

    @abstractmethod
    def sums(self, in_shape: Shape, out_shape: Shape) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Per target channel, the largest sum of positive codes and of negated negative codes at any position."""

    @abstractmethod
    def read_channels(self, in_shape: Shape) -> npt.NDArray[np.bool_]:
        """Per source channel, whether any weight reads it."""

    @abstractmethod
    def keep(self, sources: Index | None, targets: Index | None, in_shape: Shape, out_shape: Shape) -> Any:
        """Restrict to the given source and target channels (sorted ids), which are renumbered from 0."""

    @abstractmethod
    def check(self, in_shape: Shape, out_shape: Shape) -> str | None:
        """None if the geometry turns `in_shape` into `out_shape`; otherwise what is wrong."""

    def params(self) -> dict[str, Any]:
        """Everything but the arrays, for graph.json."""
        return {}

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by name, for weights.safetensors."""
        return {name: getattr(self, name) for name in self.array_names}


def split_sums(codes: Codes, axes: tuple[int, ...]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Sums of the positive codes and of the negated negative codes over these axes."""
    wide = codes.astype(np.int64)
    return np.maximum(wide, 0).sum(axis=axes), np.maximum(-wide, 0).sum(axis=axes)

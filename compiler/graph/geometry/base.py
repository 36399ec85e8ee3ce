"""What every geometry answers about its codes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.shown import Brief
from litesnn.base.errors import CompileError
from litesnn.compiler.graph.geometry.maps import Codes, Index, Shape
from litesnn.compiler.graph.geometry.slices import EdgeSlice
from litesnn.compiler.graph.geometry.windows import AxisWindow, Window

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix, csr_matrix


Scalar = TypeVar("Scalar", bound=np.generic)

# (first, last + 1) target channel -> (C_in, kH, kW)
TapCounts = Callable[[tuple[int, int]], Index]


@dataclass(frozen=True, eq=False, repr=False)
class Geometry(Brief, ABC):
    """Base of all geometries; `codes` is the array of weight codes in the geometry's own layout.

    Attributes
    ----------
    kind : what it is called in tables, messages and graph.json
    array_names : its arrays, tensors `<block>.<array>` of a program
    dimensions : of `codes`
    one_to_one : whether it joins each neuron with the one at its own place alone
    to_map : whether its target is a map; otherwise a list of neurons
    splits_space : whether its target may be cut into tiles of rows and columns
    same_places : whether parts of one edge have their codes in the same places, so that they can be added
    """

    codes: Codes
    kind: ClassVar[str] = ""
    array_names: ClassVar[tuple[str, ...]] = ("codes",)
    dimensions: ClassVar[int] = 1
    one_to_one: ClassVar[bool] = False
    to_map: ClassVar[bool] = True
    splits_space: ClassVar[bool] = True
    same_places: ClassVar[bool] = True

    @classmethod
    def of_slice(cls, part: EdgeSlice) -> Any:
        """The connection that part of a genotype's edge is.

        Raises
        ------
        CompileError
            For a geometry that no operation of a genotype has.
        """
        raise CompileError(
            f"found an edge of geometry '{cls.kind}', which is not made of the weights of a genotype's edge"
        )

    @property
    def nnz(self) -> int:
        """Stored weights in shared-kernel form (pruned ones do not count)."""
        return int(np.count_nonzero(self.codes))

    @property
    def window(self) -> Window | None:
        """The window that slides over the source; None for a connection without a kernel."""
        return None

    def map_codes(self, change: Callable[[Codes], Codes]) -> Any:
        """The same geometry with `change` applied to the codes elementwise."""
        return replace(self, codes=change(self.codes).astype(np.int32))

    @abstractmethod
    def by_target(self, values: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """For each code, the value of its target channel, of values (C_out,); shaped to be multiplied with the codes."""

    def scale_targets(self, factors: npt.NDArray[np.int64]) -> Any:
        """Multiply the codes into each target channel by an integer."""
        return replace(self, codes=(self.codes * self.by_target(factors)).astype(np.int32))

    def uses_of_code(self, out_shape: Shape) -> int:
        """Synapses that one code makes when it is unrolled, at most."""
        return 1

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

    @abstractmethod
    def tap_counts(self, in_shape: Shape, out_shape: Shape) -> TapCounts:
        """Synapses from each source channel through each tap into a range of target channels; see `tap_axes`."""

    def tap_axes(self, in_shape: Shape) -> tuple[AxisWindow, AxisWindow]:
        """Windows along rows and columns.

        Without a window every source position is a tap of its own (of a stride that no second one hits): all reach the targets.
        """
        return (in_shape[1], in_shape[1], 0, 1), (in_shape[2], in_shape[2], 0, 1)

    def onto(self, channels: Index, in_shape: Shape, out_shape: Shape) -> csr_matrix:
        """The rows of `matrix` of the given target channels (sorted ids)."""
        return self.keep(None, channels, in_shape, out_shape).matrix(in_shape, (len(channels), *out_shape[1:]))

    def dense_kernel(self, in_shape: Shape, out_shape: Shape) -> Index | None:
        """Codes as one kernel for all places, (C_out, C_in, kH, kW); None where there is no such thing."""
        return None

    def array_problems(self) -> Iterator[str]:
        """What keeps arrays that anybody may have written from being what the rest takes them for."""
        for part, values in self.arrays().items():
            wanted = self.dimensions if part == "codes" else 1
            if values.ndim != wanted or (self.dimensions > 1 and 0 in values.shape):
                yield f"{part} has shape {values.shape}; allowed: {self.dimensions} dimensions, none empty"
                return
        yield from self._own_problems()

    def _own_problems(self) -> Iterator[str]:
        """`array_problems` of one kind, where all arrays have as many dimensions as they should."""
        yield from ()

    def params(self) -> dict[str, Any]:
        """Everything but the arrays, for graph.json."""
        return {}

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by name, for weights.safetensors."""
        return {name: getattr(self, name) for name in self.array_names}


class Windowed(Geometry):
    """Geometries with a kernel that slides over the source."""

    depthwise: ClassVar[bool] = False

    @property
    @abstractmethod
    def axes(self) -> tuple[AxisWindow, AxisWindow]:
        """Windows along rows and columns."""

    @abstractmethod
    def kernel_matrix(self, channels: tuple[int, int], sources: int) -> csc_matrix:
        """Codes (output channels in the interval, source channel * taps + tap) for so many source channels."""

    @property
    def window(self) -> Window:
        """See `Geometry.window`."""
        return Window(*self.axes, self.depthwise)

    def uses_of_code(self, out_shape: Shape) -> int:
        """See `Geometry.uses_of_code`."""
        return out_shape[1] * out_shape[2]

    def tap_axes(self, in_shape: Shape) -> tuple[AxisWindow, AxisWindow]:
        """See `Geometry.tap_axes`."""
        return self.axes

    def _own_problems(self) -> Iterator[str]:
        if min(figure for kernel, stride, _, dilation in self.axes for figure in (kernel, stride, dilation)) < 1:
            yield "stride, kernel and dilation must be 1 or more"


def counts_below(stored: npt.NDArray[np.bool_]) -> TapCounts:
    """`tap_counts` of stored weights (C_out, ...), from their number in all target channels below each."""
    dtype = np.dtype(np.int16 if len(stored) < 2**15 else np.int32)
    below = np.zeros((len(stored) + 1, *stored.shape[1:]), dtype)
    np.cumsum(stored, axis=0, dtype=dtype, out=below[1:])
    return lambda channels: (below[channels[1]] - below[channels[0]]).astype(np.int64)


def split_sums(codes: Codes, axes: tuple[int, ...]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Sums of the positive codes and of the negated negative codes over these axes."""
    wide = codes.astype(np.int64)
    return np.maximum(wide, 0).sum(axis=axes), np.maximum(-wide, 0).sum(axis=axes)

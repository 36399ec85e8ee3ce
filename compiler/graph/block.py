"""The edges of the graph: one block of synapses between two populations, with Lava's weight format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.shown import Brief
from litesnn.compiler.graph.geometry import Geometry, Shape

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SignMode = Literal["mixed", "excitatory", "inhibitory"]
MANTISSA_BITS = 8  # Lava clips mantissas to 8 bits plus sign (utils/weightutils.py)


@dataclass(frozen=True)
class SynapseFormat:
    """How the chip stores a weight: Lava's `num_weight_bits`, `weight_exp` and `sign_mode`.

    A code is stored as the mantissa `code << alignment`, aligned to the top of Lava's 8 bits so that Lava's truncation to
    `num_weight_bits` drops nothing; the effective weight is mantissa * 2^weight_exp.
    """

    num_weight_bits: int
    weight_exp: int
    sign_mode: SignMode

    @property
    def alignment(self) -> int:
        """Bits between a code and its mantissa: 8 - num_weight_bits, one more in mixed mode (its sign takes a bit)."""
        return MANTISSA_BITS - self.num_weight_bits + (self.sign_mode == "mixed")

    def code_range(self) -> tuple[int, int]:
        """Smallest and largest code the format holds exactly."""
        bits = self.num_weight_bits
        if self.sign_mode == "mixed":
            return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
        top = 2**bits - 1
        return (0, top) if self.sign_mode == "excitatory" else (-top, 0)


@dataclass(frozen=True, eq=False)
class AnalogScale:
    """What a code is worth before folding: `value` of code 1, a scalar or per target (C_out,), and, with `norm: edge`, the
    edge's gain per target (C_out,).
    """

    value: npt.NDArray[np.float64]
    gain: npt.NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Part:
    """Which part of a split block's weights a block holds; all parts add up to the whole. The sign is that of their format.

    Attributes
    ----------
    whole : name that the block had before it was split
    byte : of the weights' magnitudes, 0 for the lowest
    """

    whole: str
    byte: int = 0


@dataclass(frozen=True, eq=False, repr=False)
class SynapseBlock(Brief):
    """Synapses from `source` to `target`.

    Attributes
    ----------
    name : unique, for people
    geometry : weight codes and how they connect
    exponent : the integer weight is code * 2^exponent; 0 or more
    format : set by sign handling
    delay : extra steps besides the one that every synapse takes
    distance : steps of the sample between a spike and the step it belongs to at the target: 0, or 1 and more for feedback
    edge : name of the genotype's edge (several blocks may carry parts of one edge)
    place : where the edge stands in the genotype
    part : where the weights of one block were split over several: which of them these are
    subtracts : carries out the reset of its own neurons (`Membranes.own_synapse`): memory and axons hold it, and simulators leave
        it to the neuron's equation
    injected : the host writes the source's values into the target's neurons: they cross no synapse and arrive in the same step
    """

    name: str
    source: str
    target: str
    geometry: Geometry
    edge: str
    place: str
    analog: AnalogScale | None = None
    exponent: int = 0
    format: SynapseFormat | None = None
    delay: int = 0
    distance: int = 0
    part: Part | None = None
    subtracts: bool = False
    injected: bool = False

    @property
    def latency(self) -> int:
        """Steps of the chip between a value's being sent and its arrival."""
        return 0 if self.injected else 1 + self.delay

    @property
    def whole(self) -> str:
        """Name of the block that these weights are of, before it was split."""
        return self.name if self.part is None else self.part.whole

    @property
    def byte(self) -> int:
        """Which byte of the magnitudes of wide weights these are, 0 for the lowest."""
        return 0 if self.part is None else self.part.byte

    @property
    def is_identity(self) -> bool:
        """Whether every neuron reads the one at its own place, unweighted."""
        return self.geometry.one_to_one and self.exponent == 0 and bool((self.geometry.codes == 1).all())

    def weights(self, in_shape: Shape, out_shape: Shape) -> csr_matrix:
        """Integer weights as the accumulator sees them, unrolled: CSR (targets, sources), int64."""
        matrix = self.geometry.matrix(in_shape, out_shape).astype(np.int64)
        matrix.data <<= self.exponent
        return matrix

    def mantissas(self, in_shape: Shape, out_shape: Shape) -> csr_matrix:
        """Weights as handed to Lava (aligned to the top of 8 bits), unrolled: CSR (targets, sources), int32."""
        assert self.format is not None, "formats are assigned by the sign pass"
        matrix = self.geometry.matrix(in_shape, out_shape).astype(np.int32)
        matrix.data <<= self.format.alignment
        return matrix

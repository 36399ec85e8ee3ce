"""Fast models of `Sparse` and `DelaySparse`: only the columns of active sources are touched."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from lava.magma.core.decorator import implements, requires
from lava.magma.core.model.py.ports import PyInPort, PyOutPort
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.resources import CPU
from lava.proc.sparse.process import DelaySparse, Sparse
from lava.utils.weightutils import clip_weights, determine_sign_mode, truncate_weights
from scipy.sparse import csc_matrix, csr_matrix

from litesnn.runtime.lava.fast.protocol import DirectLoihiProtocol, DirectModel

Ints = npt.NDArray[np.int32]
Indices = npt.NDArray[np.intp]
LONGEST_DELAY = 63  # of Loihi 2, which Lava's model refuses to exceed
# Gathering the synapses of active sources costs so many synapses' products at once, and so many for each synapse gathered
# (measured on random matrices of 5 thousand to 839 thousand synapses at rates of 0.01 to 0.2).
GATHER_START, GATHER_EACH = 10_000, 8
DOUBLE_EXACT, LARGEST_PRODUCT = 2**53, 2**38  # of an 8-bit weight and an int32 message


class Accumulator:
    """Sums weights over active sources, remembering the last sum: a held input needs it once."""

    def __init__(self, weights: csr_matrix, weight_exp: int, binary: bool) -> None:
        self._rows = weights
        columns = csc_matrix(weights)
        self._first, self._count = columns.indptr[:-1].astype(np.intp), np.diff(columns.indptr).astype(np.intp)
        self._targets, self._weights = columns.indices, columns.data.astype(np.float32)
        longest = int(np.diff(weights.indptr).max(initial=0))
        self._gathers = binary or longest * LARGEST_PRODUCT < DOUBLE_EXACT
        self._weight_exp, self._binary = weight_exp, binary
        self._seen: Ints | None = None
        self._sum: Ints = np.zeros(weights.shape[0], np.int32)

    def __call__(self, messages: Ints) -> Ints:
        """Shifted sums (targets,) int32 of messages (sources,)."""
        if self._seen is None or not np.array_equal(self._seen, messages):
            self._seen = messages
            self._sum = self._shifted(self._summed(messages))
        return self._sum

    def _summed(self, messages: Ints) -> Ints:
        sending = messages != 0
        active = np.flatnonzero(sending)
        counts = self._count[active]
        if self._gathers and GATHER_START + GATHER_EACH * int(counts.sum()) < self._rows.nnz:
            return self._gathered(active, counts, None if self._binary else messages[active])
        sums: Ints = self._rows @ (sending.astype(np.int32) if self._binary else messages)
        return sums

    def _gathered(self, active: Indices, counts: Indices, values: Ints | None) -> Ints:
        """Sums over the columns of active sources alone: in double precision, which holds them, then int32, which may wrap."""
        behind = np.cumsum(counts)
        synapses = np.repeat(self._first[active] - (behind - counts), counts)
        synapses += np.arange(len(synapses))
        products = self._weights.take(synapses)
        if values is not None:
            products = products * np.repeat(values.astype(np.float64), counts)
        sums = np.bincount(self._targets.take(synapses), products, minlength=self._rows.shape[0])
        return sums.astype(np.int64).astype(np.int32)

    def _shifted(self, sums: Ints) -> Ints:
        return sums << self._weight_exp if self._weight_exp > 0 else sums >> -self._weight_exp


class _FastSynapses(DirectModel):
    sends_ahead = True
    s_in: Any = LavaPyType(PyInPort.VEC_DENSE, np.int32)
    a_out: Any = LavaPyType(PyOutPort.VEC_DENSE, np.int32, precision=16)
    a_buff: Any = LavaPyType(np.ndarray, np.int32, precision=16)
    weights: Any = LavaPyType(csr_matrix, np.int32, precision=8)
    num_message_bits: Any = LavaPyType(np.ndarray, int, precision=5)

    def stored_weights(self) -> csr_matrix:
        """The weights as the chip stores them: Lava's clipping and truncation, on the stored entries alone."""
        parameters = self.proc_params
        sign_mode = parameters.get("sign_mode") or determine_sign_mode(self.weights)
        stored = self.weights.copy()
        clipped = clip_weights(stored.data, sign_mode, num_bits=8)
        stored.data = truncate_weights(clipped, sign_mode, parameters.get("num_weight_bits", 8))
        return stored

    def accumulator(self, weights: csr_matrix) -> Accumulator:
        """Sums of this block over some of its weights."""
        return Accumulator(weights, self.proc_params.get("weight_exp", 0), self.num_message_bits.item() == 0)


@implements(proc=Sparse, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastSparseModel(_FastSynapses):
    """Sends what arrived a step before."""

    def on_start(self) -> None:
        """Prepare the weights."""
        self.weights = self.stored_weights()
        self.accumulate = self.accumulator(self.weights)

    def send_ahead(self) -> None:
        """Send what the step before made."""
        self.a_out.send(self.a_buff)

    def compute(self) -> None:
        """Sum for the next step."""
        self.a_buff = self.accumulate(self.received(self.s_in))


@implements(proc=DelaySparse, protocol=DirectLoihiProtocol)
@requires(CPU)
class FastDelaySparseModel(_FastSynapses):
    """Sends what arrived 1 + delay steps before; column d of `a_buff` is sent in d steps."""

    delays: Any = LavaPyType(csr_matrix, np.int32, precision=6)

    def on_start(self) -> None:
        """Prepare the weights of each delay."""
        longest = self.delays.max()
        if longest > LONGEST_DELAY:
            raise ValueError(
                f"DelaySparse: found a delay of {longest}; allowed: between 0 and {LONGEST_DELAY} for Loihi"
            )
        self.weights = self.stored_weights()
        self.a_buff = np.asfortranarray(self.a_buff)
        self.accumulate = {delay: self.accumulator(part) for delay, part in self._by_delay()}

    def _by_delay(self) -> list[tuple[int, csr_matrix]]:
        """Weights apart by their delay; a weight without a stored delay has none."""
        rest, parts = self.weights.copy(), []
        for delay in np.unique(self.delays.data[self.delays.data > 0]):
            part = self.weights.multiply(self.delays == delay).tocsr()
            part.eliminate_zeros()
            parts.append((int(delay), part))
            rest = rest - part
        rest.eliminate_zeros()
        return [*parts, (0, rest)] if rest.nnz else parts

    def send_ahead(self) -> None:
        """Send what is due, as a copy: the columns move on before all have received it."""
        self.a_out.send(self.a_buff[:, 0].copy())

    def compute(self) -> None:
        """Sum for the steps to come."""
        messages = self.received(self.s_in)
        self.a_buff[:, :-1] = self.a_buff[:, 1:]
        self.a_buff[:, -1] = 0
        for delay, accumulate in self.accumulate.items():
            self.a_buff[:, delay] += accumulate(messages)

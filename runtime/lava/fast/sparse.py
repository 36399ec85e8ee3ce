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
LONGEST_DELAY = 63  # of Loihi 2, which Lava's model refuses to exceed
# Gathering the columns of active sources costs so many synapses' products at once, and so many for each synapse gathered
# (measured on pruned 3x3 convolutions of 4 to 48 channels, 172 to 4 million synapses, at rates of 0.02 to 0.4).
GATHER_START, GATHER_EACH = 140_000, 5


class Accumulator:
    """Sums weights over active sources, remembering the last sum: a held input needs it once."""

    def __init__(self, weights: csr_matrix, weight_exp: int, binary: bool) -> None:
        self._rows, self._columns = weights, csc_matrix(weights)
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
        values = messages.astype(bool).astype(np.int32) if self._binary else messages
        active = np.flatnonzero(values)
        synapses = self._rows.nnz
        if GATHER_START + GATHER_EACH * synapses * len(active) // len(values) < synapses:
            sums: Ints = self._columns[:, active] @ values[active]
        else:
            sums = self._rows @ values
        return sums

    def _shifted(self, sums: Ints) -> Ints:
        return sums << self._weight_exp if self._weight_exp > 0 else sums >> -self._weight_exp


class _FastSynapses(DirectModel):
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

    def run_spk(self) -> None:
        """One time step."""
        self.a_out.send(self.a_buff)
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

    def run_spk(self) -> None:
        """One time step."""
        self.a_out.send(self.a_buff[:, 0])
        messages = self.received(self.s_in)
        self.a_buff[:, :-1] = self.a_buff[:, 1:]
        self.a_buff[:, -1] = 0
        for delay, accumulate in self.accumulate.items():
            self.a_buff[:, delay] += accumulate(messages)

"""Our models for Lava's stock processes: the same variables, ports and integers, in a fraction of the time.

Two things make them quick: what a step computes (`sparse`, `lif`), and how processes talk (`ports`, `protocol`): Lava gives
every end of every channel a thread of its own.
"""

from litesnn.runtime.lava.fast.recorders import FastMessageRecorderModel, FastVariableRecorderModel
from litesnn.runtime.lava.fast.source import FastRingBufferModel
from litesnn.runtime.lava.fast.sparse import FastDelaySparseModel, FastSparseModel

# Of all that is no neuron; those of neurons stand in `runtime.lava.kinds`.
FAST_MODELS = (
    FastRingBufferModel,
    FastSparseModel,
    FastDelaySparseModel,
    FastMessageRecorderModel,
    FastVariableRecorderModel,
)

__all__ = ["FAST_MODELS"]

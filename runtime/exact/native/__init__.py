"""The exact simulator on integers: spikes as bits, sums of the rows of what spikes, in kernels compiled for this processor."""

from litesnn.runtime.exact.native.run import NativeEngine
from litesnn.runtime.exact.native.suits import reason_against

__all__ = ["NativeEngine", "reason_against"]

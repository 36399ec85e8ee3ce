"""The exact simulator: Lava's `fixed_pt` integers, batched over samples and time, on CPU or GPU."""

from litesnn.runtime.exact.axis import is_aligned
from litesnn.runtime.exact.simulate import Simulator, simulate
from litesnn.runtime.exact.timing import RunTiming

__all__ = ["RunTiming", "Simulator", "is_aligned", "simulate"]

"""Kernels: ways to compute the synaptic sums of one projection, all exact, chosen by the time they take."""

from litesnn.runtime.exact.kernels.build import KERNELS, Place, candidates
from litesnn.runtime.exact.kernels.choose import Chooser
from litesnn.runtime.exact.kernels.kernel import Kernel

__all__ = ["KERNELS", "Chooser", "Kernel", "Place", "candidates"]

"""Kernels: ways to compute the synaptic sums of one projection, all exact, chosen by the time they take."""

from litesnn.runtime.exact.tensors.kernels.build import KERNELS, Place, candidates
from litesnn.runtime.exact.tensors.kernels.choose import Chooser
from litesnn.runtime.exact.tensors.kernels.kernel import Kernel

__all__ = ["KERNELS", "Chooser", "Kernel", "Place", "candidates"]

"""Kernels in C: loops over integers that neither numpy nor torch has, compiled for the processor at hand when first used.

What is computed with them is computed without them too, slower: where there is no compiler, `library()` says why. The reference that
`verify` compares with imports nothing from here.
"""

from litesnn.kernels.library import Library, library, missing

__all__ = ["Library", "library", "missing"]

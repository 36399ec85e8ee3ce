"""The exact simulator: Lava's `fixed_pt` integers, batched over samples and time, on CPU or GPU."""

from litesnn.runtime.exact.simulate import is_aligned, simulate

__all__ = ["is_aligned", "simulate"]

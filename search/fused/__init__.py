"""Training and search through the kernels in C: the same spikes and, bit for bit, the same gradients as `litesnn.search.model`.

The model knows nothing of them; a training and a search put them in. What they do not compute (other types, GPUs, single steps of loops,
recordings, machines without kernels) is computed as always.
"""

from litesnn.search.fused.choose import float_spikes

__all__ = ["float_spikes"]

"""Training and search through the kernels in C: the same spikes as `litesnn.search.model`, and its gradients: bit for bit in floating
point, rounded to float32 on the chip's integers.

The model knows nothing of them; a training and a search put them in. What they do not compute (other types, GPUs, single steps of loops,
recordings, registers that some input can leave, machines without kernels) is computed as always.
"""

from litesnn.search.fused.choose import fixed_spikes, float_spikes
from litesnn.search.fused.choose_weights import coded_weights
from litesnn.search.fused.convolutions import IntegerConvolution

__all__ = ["IntegerConvolution", "coded_weights", "fixed_spikes", "float_spikes"]

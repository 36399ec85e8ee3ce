"""The weights of an edge as its quantizer makes them: odd integer codes, 0 where pruned, times what code 1 stands for."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from litesnn.search.quantizer.edge import EdgeQuantizer, along_targets


def coded_weights(
    weight: Tensor, quantizer: EdgeQuantizer, step: Tensor, mask: Tensor | None, worth: Tensor | None
) -> Tensor:
    """float64 of the weights' shape; gradients reach weights and the mask.

    Parameters
    ----------
    step, worth : float64 scalars, or (C_out,): the quantizer's, and the value of code 1; without it values are the codes themselves
    mask : 0 and 1 of the weights' shape; None where everything is kept
    """
    codes = quantizer.codes(weight, step)
    if mask is not None:
        codes = codes * mask.double()
    return codes if worth is None else codes * along_targets(worth, weight)


CodedWeights = Callable[[Tensor, EdgeQuantizer, Tensor, Tensor | None, Tensor | None], Tensor]
"""What computes as `coded_weights` does; the result may be float32, rounded once."""

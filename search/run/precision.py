"""Convolutions in fewer bits while training in `float`; everything else stays as it is.

Only the convolutions and linear maps of the network compute in bfloat16, forward and back. Weights, scores and their gradients' sums,
quantizer steps and masks, normalization, membranes, losses and optimizers stay in 32-bit floats (steps in 64), so no loss needs
scaling. The `fixed` phase and every evaluation are untouched.
"""

from __future__ import annotations

import torch

from litesnn.search.settings.shared import Precision


def autocast(precision: Precision, device: torch.device) -> torch.autocast:
    """The context in which a network's convolutions compute in `precision`; what they return must be made float32 again."""
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16")

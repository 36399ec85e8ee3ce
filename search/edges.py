"""One edge of the network: its weights, scores and step, and the linear map of its integer codes.

Tensors are (T, N, C, H, W); T is 1 for a direct input, which is the same at every step. An edge always computes with integer
codes or with codes times the value of code 1, so that both evaluations of the model see the same weights.
"""

from __future__ import annotations

from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from litesnn.compiler.genotype import OPS, EdgePlan, InputSpec
from litesnn.search.axes import fold_time, unfold_time
from litesnn.search.pruning import initial_scores, scores_of_mask, top_mask
from litesnn.search.quantizer import natural_step, weight_codes


class Edge(nn.Module):
    """Codes and linear map of one edge.

    Parameters
    ----------
    plan : the resolved edge
    input_spec : the network's input; its scale enters the value of code 1 where the edge reads a direct input
    generator : source of the initial weights

    Attributes
    ----------
    weight, score : float32 of `plan.weight_shape`, trained; absent where the op has no weights
    mask : uint8 of the same shape, the mask in use; recomputed from the scores while training
    step : float64 scalar; value of code 1 is `step / 2 * factor`
    """

    weight: Tensor
    score: Tensor
    mask: Tensor
    step: Tensor

    def __init__(self, plan: EdgePlan, input_spec: InputSpec, generator: torch.Generator) -> None:
        super().__init__()
        self.plan = plan
        direct = plan.reads_input and input_spec.encoding == "direct"
        self.factor = input_spec.scale if direct else 1.0
        self.input_magnitude = max(-input_spec.minimum, input_spec.maximum) if direct else 1
        self.register_buffer("step", torch.tensor(plan.step or self._natural_constant(), dtype=torch.float64))
        if plan.weighted:
            weight = _initial_weight(plan, generator)
            self.weight = nn.Parameter(weight)
            self.score = nn.Parameter(initial_scores(weight))
            self.register_buffer("mask", top_mask(self.score.detach(), plan.keep).to(torch.uint8))
            if plan.step is None:
                self.step.fill_(self.natural_step())

    def load(self, weight: Tensor, mask: Tensor) -> None:
        """Take over stored weights and their mask; scores are chosen to reproduce the mask."""
        with torch.no_grad():
            self.weight.copy_(weight)
            self.mask.copy_(mask)
            self.score.copy_(scores_of_mask(weight, mask))

    def natural_step(self) -> float:
        """The unsnapped step: from the spread of the weights, or twice the op's natural value."""
        if self.plan.weighted:
            return natural_step(self.weight, self.plan.bits)
        return self._natural_constant()

    def code_value(self) -> float:
        """Value of code 1, h (`docs/numbers.md`): step / 2, times the input scale where the edge reads a direct input."""
        return float(self.step) / 2 * self.factor

    def refresh_mask(self) -> Tensor:
        """The mask from the current scores, stored and returned with its straight-through gradient."""
        mask = top_mask(self.score, self.plan.keep)
        with torch.no_grad():
            self.mask.copy_(mask)
        return mask

    def codes(self, *, refresh: bool = False) -> Tensor:
        """Integer codes as float64 of `plan.weight_shape`, 0 where pruned; constant kernels for ops without weights.

        Gradients reach weights and, with `refresh`, scores.
        """
        if not self.plan.weighted:
            return self._constant_codes()
        mask = self.refresh_mask() if refresh else self.mask
        return weight_codes(self.weight, float(self.step), self.plan.bits) * mask.double()

    def linear(self, signal: Tensor, codes: Tensor | None) -> Tensor:
        """Apply codes (in the signal's type) to (T, N, C, H, W); ops without weights need no codes and have code 1.

        The result has the signal's type, whatever the convolution computed in.
        """
        return unfold_time(self._folded(fold_time(signal), codes).to(signal.dtype), signal)

    def _folded(self, x: Tensor, codes: Tensor | None) -> Tensor:
        plan = self.plan
        if plan.op == "dense":
            assert codes is not None
            return F.linear(x.flatten(1), codes)[:, :, None, None]
        if plan.weighted:
            assert codes is not None
            return F.conv2d(x, codes, stride=plan.stride, padding=plan.padding, dilation=plan.dilation)
        if plan.op.startswith("avgpool"):
            return F.avg_pool2d(x, plan.kernel, plan.stride, plan.padding, divisor_override=1)
        before, after = self._channel_padding()
        return F.pad(x[:, :, :: plan.stride, :: plan.stride], (0, 0, 0, 0, before, after))

    def _channel_padding(self) -> tuple[int, int]:
        """Zero channels before and after the source's (shortcut option A of ResNet)."""
        missing = self.plan.out_shape[0] - self.plan.in_shape[0]
        return missing // 2, missing - missing // 2

    def _constant_codes(self) -> Tensor:
        before, _ = self._channel_padding()
        kernel = torch.zeros(self.plan.weight_shape, dtype=torch.float64, device=self.step.device)
        channels = torch.arange(self.plan.in_shape[0], device=kernel.device)
        kernel[channels + before, channels] = 1
        return kernel

    def _natural_constant(self) -> float:
        value = OPS[self.plan.op].natural_value
        return 2 * (value if value is not None else 1.0)


def _initial_weight(plan: EdgePlan, generator: torch.Generator) -> Tensor:
    """Kaiming normal: fan-out for convolutions, fan-in for dense edges."""
    shape = plan.weight_shape
    fan = shape[1] if plan.op == "dense" else shape[0] * plan.kernel**2
    gain = 1.0 if plan.op == "dense" else sqrt(2)
    return torch.randn(shape, generator=generator) * (gain / sqrt(fan))

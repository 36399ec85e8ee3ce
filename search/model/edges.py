"""One edge of the network: its weights, scores and step, and the linear map of its integer codes.

Tensors are (T, N, C, H, W); T is 1 for a direct input, which is the same at every step. An edge always computes with integer
codes or with codes times the value of code 1, so that both evaluations of the model see the same weights.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import EdgePlan, Genotype
from litesnn.search.model.axes import fold_time, per_channel, unfold_time
from litesnn.search.model.coded import CodedWeights, coded_weights
from litesnn.search.model.compression import WHOLE, Compression
from litesnn.search.model.pruning import initial_scores, pruned_count, scores_of_mask, top_mask
from litesnn.search.quantizer.edge import EdgeQuantizer

_WEAK_FEEDBACK = 0.25

Convolution = Callable[[Tensor, Tensor, int, int, int, int], Tensor]
"""Of (N, C, H, W) and weights, by stride, padding, dilation and groups."""


def plain_convolution(x: Tensor, codes: Tensor, stride: int, padding: int, dilation: int, groups: int) -> Tensor:
    """As torch computes it."""
    return F.conv2d(x, codes, None, stride, padding, dilation, groups)


class Edge(nn.Module):
    """Codes and linear map of one edge.

    Parameters
    ----------
    plan : the resolved edge
    genotype : the network: its quantizer, and its input, whose scale enters the value of code 1 where the edge reads it directly
    generator : source of the initial weights

    Attributes
    ----------
    weight, score : float32 of `plan.weight_shape`, trained (scores where something is pruned); absent where the op has no weights
    mask : uint8 of the same shape, the mask in use; recomputed from the scores while training
    step : float64 scalar, or (C_out,) with a step per channel; value of code 1 is `step / 2 * factor`
    compression : what of it is in force in the float evaluation
    coded, whole_convolution : make its weights, and the sums of its codes; a training gives faster ones, verification none
    input_range : lowest and highest value that it reads, integers
    """

    weight: Tensor
    score: Tensor
    mask: Tensor
    step: Tensor

    def __init__(self, plan: EdgePlan, genotype: Genotype, generator: torch.Generator) -> None:
        super().__init__()
        self.plan = plan
        self.compression: Compression = WHOLE
        self.coded: CodedWeights = coded_weights
        self.whole_convolution: Convolution = plain_convolution
        self.quantizer = EdgeQuantizer.of(genotype, plan)
        input_spec = genotype.input
        direct = plan.reads_input and input_spec.encoding == "direct"
        self.factor = input_spec.scale if direct else 1.0
        self.input_range = (input_spec.minimum, input_spec.maximum) if direct else (0, 1)
        step = torch.tensor(plan.step or self._natural_value(), dtype=torch.float64)
        self.register_buffer("step", step.repeat(plan.out_shape[0]) if self.quantizer.per_channel else step)
        if plan.weighted:
            weight = _initial_weight(plan, generator)
            self._prunes = pruned_count(weight.numel(), plan.keep) > 0
            self.weight = nn.Parameter(weight)
            self.score = nn.Parameter(initial_scores(weight), requires_grad=self._prunes)
            self.register_buffer("mask", top_mask(self.score.detach(), plan.keep).to(torch.uint8))
            if plan.step is None:
                self.step.copy_(self.natural_step())

    @property
    def input_magnitude(self) -> int:
        """Largest magnitude that it reads."""
        return max(-self.input_range[0], self.input_range[1])

    def load(self, weight: Tensor, mask: Tensor) -> None:
        """Take over stored weights and their mask; scores are chosen to reproduce the mask."""
        with torch.no_grad():
            self.weight.copy_(weight)
            self.mask.copy_(mask)
            self.score.copy_(scores_of_mask(weight, mask))

    def natural_step(self) -> Tensor:
        """The unsnapped step, shaped like `step`: from the weights, or twice the op's natural value."""
        if self.plan.weighted:
            return self.quantizer.natural_step(self.weight)
        return torch.full_like(self.step, self._natural_value())

    def code_value(self) -> Tensor:
        """Value of code 1, h (`docs/numbers.md`): step / 2, times the input scale where the edge reads a direct input."""
        return self.step / 2 * self.factor

    def refresh_mask(self) -> Tensor:
        """The mask from the current scores, stored and returned with its straight-through gradient."""
        mask = top_mask(self.score, self.plan.keep)
        with torch.no_grad():
            self.mask.copy_(mask)
        return mask

    def codes(self) -> Tensor:
        """Integer codes as float64 of `plan.weight_shape`, 0 where pruned; without weights, constant kernels (C_out, C_in, k, k).

        Gradients reach weights.
        """
        return self._codes(coded_weights)

    def trained_codes(self) -> Tensor:
        """`codes` as they are made while training: float32 may hold them."""
        return self._codes(self.coded)

    def values(self, *, refresh: bool = False) -> Tensor | None:
        """What the float evaluation multiplies with, of `plan.weight_shape`, float64 or rounded from it; None for ops without weights.

        Gradients reach weights and, with `refresh`, scores.
        """
        if not self.plan.weighted:
            return None
        if self.quantizer.floating or not self.compression.quantizing:
            values, mask = self.weight.double() * self.factor, self._mask(refresh)
            return values if mask is None else values * mask.double()
        return self.coded(self.weight, self.quantizer, self.step, self._mask(refresh), self.code_value())

    def real_linear(self, signal: Tensor, values: Tensor | None) -> Tensor:
        """The edge in real units: `values` (in the signal's type) applied to (T, N, C, H, W)."""
        if values is not None:
            return self.linear(signal, values.to(signal.dtype))
        h = self.code_value().to(signal.dtype)
        return self.linear(signal, None) * (per_channel(h) if h.ndim else h)

    def _codes(self, coded: CodedWeights) -> Tensor:
        if not self.plan.weighted:
            return self._constant_codes()
        if self.quantizer.floating:
            raise GenotypeError(
                f"{self.plan.place}: in floating point (quantizer.ends: 'float'), it has no integer codes; allowed: the float "
                "evaluation (set quantizer.ends to 'quantized' for the chip's)"
            )
        return coded(self.weight, self.quantizer, self.step, self._mask(refresh=False), None)

    def _mask(self, refresh: bool) -> Tensor | None:
        """What of the weights is in use, made from the scores where they are learnt; None where that is all."""
        if not self.compression.pruning:
            return None
        if not (refresh and self.compression.learning_masks):
            return self.mask
        if self._prunes:
            return self.refresh_mask()
        self.mask.fill_(1)
        return None

    def linear(self, signal: Tensor, codes: Tensor | None, convolve: Convolution = plain_convolution) -> Tensor:
        """Apply codes (in the signal's type) to (T, N, C, H, W); ops without weights need no codes and have code 1.

        The result has the signal's type, whatever the convolution computed in.
        """
        return unfold_time(self._folded(fold_time(signal), codes, convolve).to(signal.dtype), signal)

    def whole_linear(self, signal: Tensor, codes: Tensor | None) -> Tensor:
        """`linear` of whole numbers."""
        return self.linear(signal, codes, self.whole_convolution)

    def _folded(self, x: Tensor, codes: Tensor | None, convolve: Convolution) -> Tensor:
        plan = self.plan
        if plan.whole_map:
            assert codes is not None
            return F.linear(x.flatten(1), codes)[:, :, None, None]
        if plan.weighted:
            assert codes is not None
            groups = plan.in_shape[0] if plan.by_channel else 1
            return convolve(x, codes, plan.stride, plan.padding, plan.dilation, groups)
        if plan.kernel > 1:
            return F.avg_pool2d(x, plan.kernel, plan.stride, plan.padding, divisor_override=1)
        before, after = self._channel_padding()
        return F.pad(x[:, :, :: plan.stride, :: plan.stride], (0, 0, 0, 0, before, after))

    def _channel_padding(self) -> tuple[int, int]:
        """Zero channels before and after the source's (shortcut option A of ResNet)."""
        missing = self.plan.out_shape[0] - self.plan.in_shape[0]
        return missing // 2, missing - missing // 2

    def _constant_codes(self) -> Tensor:
        before, _ = self._channel_padding()
        plan = self.plan
        shape = (plan.out_shape[0], plan.in_shape[0], plan.kernel, plan.kernel)
        kernel = torch.zeros(shape, dtype=torch.float64, device=self.step.device)
        channels = torch.arange(plan.in_shape[0], device=kernel.device)
        kernel[channels + before, channels] = 1
        return kernel

    def _natural_value(self) -> float:
        value = self.plan.rules.natural_value
        return 2 * (value if value is not None else 1.0)


def _initial_weight(plan: EdgePlan, generator: torch.Generator) -> Tensor:
    """Kaiming normal: fan-out for convolutions, fan-in for dense edges. Feedback starts weak, so that loops start out stable."""
    shape = plan.weight_shape
    fan = plan.fan_in if plan.whole_map or plan.by_channel else shape[0] * plan.kernel**2
    gain = 1.0 if plan.whole_map else sqrt(2)
    if plan.distance > 0:
        gain *= _WEAK_FEEDBACK
    return torch.randn(shape, generator=generator) * (gain / sqrt(fan))

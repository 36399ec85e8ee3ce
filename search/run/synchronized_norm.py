"""Batch normalization over the samples of all processes, on CPUs and GPUs alike (torch's own needs a GPU).

Statistics are those of the whole batch, and gradients reach the samples of every process through them.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, distributed, nn

from litesnn.search.run.ranks import Ranks


class _Total(torch.autograd.Function):
    """Sum over all processes. Each one's loss is its part of the whole, so the gradient is the sum of all gradients."""

    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:
        total = value.clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        total = gradients[0].clone()
        distributed.all_reduce(total)
        return total


class SynchronizedNorm(nn.BatchNorm2d):
    """`nn.BatchNorm2d` whose statistics, while training, are those of all processes' samples; theirs may differ in number."""

    def forward(self, input: Tensor) -> Tensor:
        """Normalize (N, C, H, W)."""
        if not self.training:
            return super().forward(input)
        count = torch.tensor([input.numel() / self.num_features], dtype=input.dtype, device=input.device)
        sums: Tensor = _Total.apply(torch.cat([input.sum((0, 2, 3)), count]))  # type: ignore[no-untyped-call]
        total = sums[-1].detach()
        mean = sums[:-1] / total
        centred = input - mean[:, None, None]
        variance: Tensor = _Total.apply(centred.square().sum((0, 2, 3))) / total  # type: ignore[no-untyped-call]
        self._follow(mean.detach(), variance.detach() * total / (total - 1))
        normal = centred * torch.rsqrt(variance + self.eps)[:, None, None]
        return normal * self.weight[:, None, None] + self.bias[:, None, None]

    def _follow(self, mean: Tensor, variance: Tensor) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.num_batches_tracked.add_(1)
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)


def synchronize_norms(module: nn.Module, ranks: Ranks) -> None:
    """Put `SynchronizedNorm` in the place of every `nn.BatchNorm2d`, where there are several processes."""
    if ranks.count == 1:
        return
    for parent in list(module.modules()):
        for name, child in parent.named_children():
            if type(child) is nn.BatchNorm2d:
                parent.add_module(name, _synchronized(child))


def _synchronized(norm: nn.BatchNorm2d) -> SynchronizedNorm:
    device = norm.weight.device
    twin = SynchronizedNorm(norm.num_features, eps=norm.eps, momentum=norm.momentum).to(device)
    twin.load_state_dict(norm.state_dict())
    twin.train(norm.training)
    return twin

"""The interface of a kernel, and the switches that keep a device's arithmetic exact."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol

import torch
from torch import Tensor


class Kernel(Protocol):
    """Linear map from maps of words to maps of sums."""

    name: str
    """What it does, for the user's table."""

    def promising(self, words: Tensor) -> bool:
        """Whether it can be worth a try on words like these; says nothing of the first candidate, which always is."""

    def __call__(self, words: Tensor) -> Tensor:
        """Sums (M, C, H, W) of words (M, C, H, W), in the type of the words."""


@contextmanager
def only_sums_of_products() -> Iterator[None]:
    """Keep libraries to algorithms that add products and nothing else.

    Winograd and FFT convolutions (cuDNN, NNPACK) and shortened multiplications (TF32, bfloat16) would round.
    """
    before = torch.get_float32_matmul_precision()
    with ExitStack() as switches:
        switches.enter_context(torch.backends.cudnn.flags(enabled=False))
        if hasattr(torch.backends, "nnpack"):
            switches.enter_context(torch.backends.nnpack.flags(enabled=False))
        torch.set_float32_matmul_precision("highest")
        try:
            yield
        finally:
            torch.set_float32_matmul_precision(before)

"""Choosing a kernel by what it costs here: on this machine, for these weights, at this spike rate.

All kernels give the same integers, so the choice changes nothing but time.
"""

from __future__ import annotations

import time
from math import inf

import torch
from torch import Tensor

from litesnn.runtime.exact.tensors.kernels.kernel import Kernel

TRIALS = 2
"""Calls on which all promising candidates run; the fastest of them computes the rest."""


class Chooser:
    """A projection's kernel: the first candidate, unless another proves faster on the first words that hold spikes."""

    def __init__(self, candidates: list[Kernel]) -> None:
        self.kernel = candidates[0]
        self._least = dict.fromkeys(candidates, inf)
        self._trials = 0

    def __call__(self, words: Tensor) -> Tensor:
        """Sums by the chosen kernel."""
        if len(self._least) == 1:
            return self.kernel(words)
        sums = self._timed(self.kernel, words)
        if bool(words.any()):
            self._try_others(words)
        return sums

    def _try_others(self, words: Tensor) -> None:
        for other in [kernel for kernel in self._least if kernel is not self.kernel]:
            if other.promising(words):
                self._timed(other, words)
            else:
                del self._least[other]
        self._trials += 1
        if self._trials == TRIALS:
            self.kernel = min(self._least, key=self._least.__getitem__)
            self._least = {self.kernel: 0.0}

    def _timed(self, kernel: Kernel, words: Tensor) -> Tensor:
        """Run a candidate and keep its least time; the first time holds the library's own preparations."""
        start = now(words.device)
        sums = kernel(words)
        self._least[kernel] = min(self._least[kernel], now(words.device) - start)
        return sums


def now(device: torch.device) -> float:
    """Seconds on a clock, after everything the device was given is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()

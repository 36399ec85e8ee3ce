"""How long small computations take at their fastest, so that the faster of several can be chosen on the machine at hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

_TRIES = 7


def fastest(computes: list[Callable[[], object]], device: torch.device) -> list[float]:
    """The least seconds of each, tried in turn.

    On a CPU those of the processor with one thread: other work on the machine takes none of them, and threads do not wait for each other.
    """
    with _one_thread():
        tries = [[_seconds(compute, device) for compute in computes] for _ in range(_TRIES)]
    return [min(times) for times in zip(*tries, strict=True)]


def _seconds(compute: Callable[[], object], device: torch.device) -> float:
    now = time.process_time if device.type == "cpu" else time.perf_counter
    _wait(device)
    start = now()
    compute()
    _wait(device)
    return now() - start


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)

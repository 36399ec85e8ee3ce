"""Parts of one computation, by as many threads as torch computes with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import torch

PART = 2**15
"""Membranes whose gradient is computed at once: what lies between two passes over them stays in the second cache."""


def for_each(compute: Callable[[int], None], parts: range) -> None:
    """Compute every part; a part is called by where it begins."""
    threads = min(torch.get_num_threads(), len(parts))
    if threads == 1:
        _run(compute, iter(parts))
        return
    # Threads take the next part from one iterator; `next` of a range is one step of the interpreter.
    shared = iter(parts)
    waiting = [_pool(threads).submit(_run, compute, shared) for _ in range(threads - 1)]
    _run(compute, shared)
    for other in waiting:
        other.result()


def _run(compute: Callable[[int], None], parts: Iterator[int]) -> None:
    with torch.no_grad():
        for first in parts:
            compute(first)


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="litesnn-neurons")

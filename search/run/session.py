"""What trainings and searches share as runs: device, threads, deterministic arithmetic, progress bar, versions."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from rich.progress import Progress

from litesnn.base.errors import LiteSNNError
from litesnn.base.progress import progress_bars
from litesnn.base.version import __version__
from litesnn.search.run.memory import freed_memory_kept
from litesnn.search.run.ranks import ALONE, Ranks, join_ranks, lost_ranks_named


def usable_device(name: str, error: type[LiteSNNError]) -> torch.device:
    """A device as torch names it; `error` says so where it cannot be used here.

    Of several processes on one machine each takes its own GPU: `cuda` is the one whose number torchrun gave the process.
    """
    local = os.environ.get("LOCAL_RANK")
    try:
        device = torch.device(f"cuda:{local}" if name == "cuda" and local is not None else name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as cause:
        first = str(cause).splitlines()[0]
        raise error(
            f"device: found '{name}', which cannot be used here ({first}); allowed: cpu, cuda, cuda:N"
        ) from cause
    return device


def set_threads(count: int) -> None:
    """Torch's CPU threads; 0 keeps its own choice."""
    if count:
        torch.set_num_threads(count)


def shared_among_ranks(device: torch.device, batch_size: int, error: type[LiteSNNError]) -> Ranks:
    """The processes that share every batch; `error` where a batch has fewer samples than there are processes."""
    ranks = join_ranks(device)
    if batch_size < ranks.count:
        raise error(f"batch_size: found {batch_size} for {ranks.count} processes; allowed: at least as many")
    return ranks


@contextmanager
def run_session(shown: bool, ranks: Ranks = ALONE, error: type[LiteSNNError] = LiteSNNError) -> Iterator[Progress]:
    """Deterministic arithmetic, memory that stays, and the first process's bar where somebody looks.

    `error` is raised where another process is lost.
    """
    with (
        freed_memory_kept(),
        torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False),
        progress_bars("{task.description}", shown=shown and ranks.first, expected=True) as bar,
        lost_ranks_named(ranks, error),
    ):
        yield bar


def versions() -> dict[str, str]:
    """Of this package, Python and torch."""
    return {"litesnn": __version__, "python": platform.python_version(), "torch": str(torch.__version__)}

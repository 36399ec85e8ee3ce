"""Functions run in two processes that talk over Gloo, as torchrun would start them."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import distributed
from torch.multiprocessing import get_context

from litesnn.search.run.ranks import Ranks

COUNT = 2


def in_two_processes(folder: Path, function: Callable[..., Any], *arguments: Any, limit: float = 600) -> list[Any]:
    """What `function(ranks, *arguments)` returned in each process, or the traceback of its exception as text."""
    context = get_context("forkserver")
    context.set_forkserver_preload([function.__module__])
    processes = [
        context.Process(target=_enter, args=(rank, folder, function, arguments), daemon=True) for rank in range(COUNT)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(limit)
    assert not any(process.is_alive() for process in processes), "a process hangs"
    return [torch.load(folder / f"returned-{rank}") for rank in range(COUNT)]


def _enter(rank: int, folder: Path, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", f"file://{folder}/meeting", rank=rank, world_size=COUNT)
    try:
        returned = function(Ranks(rank, COUNT), *arguments)
    except Exception:
        returned = traceback.format_exc()
    torch.save(returned, folder / f"returned-{rank}")

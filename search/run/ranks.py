"""The processes of one run, as `torchrun` starts them: every batch is divided among them, everything else they do alike.

All processes hold the whole data set and the same parameters. They draw the same batches from the same seed, each takes its share, and
losses, gradients and statistics are summed over all, so that a run is that of one process but for the rounding of sums. Without
torchrun there is one process, and no call here does anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed, nn

from litesnn.base.errors import LiteSNNError

PATIENCE = timedelta(minutes=15)
"""How long a process waits for the others before the run ends."""


@dataclass(frozen=True)
class Ranks:
    """This process among all.

    Attributes
    ----------
    rank : of this process, 0 .. count - 1
    count : of processes
    """

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this process writes files and shows progress."""
        return self.rank == 0

    def share(self, samples: Tensor) -> Tensor:
        """This process's part of samples (N, ...); the parts of all differ by at most one sample."""
        return samples[self.rank :: self.count]

    def total(self, value: Tensor) -> Tensor:
        """The sum over all processes, without gradient and the same in each; `value` stays as it is."""
        if self.count == 1:
            return value
        summed = value.detach().clone()
        distributed.all_reduce(summed)
        return summed

    def total_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Sum the gradients of all processes, in one message; a parameter without gradient has none in any of them."""
        if self.count == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        summed = self.total(torch.cat([gradient.flatten() for gradient in gradients]))
        parts = torch.split(summed, [gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))

    def align(self, module: nn.Module) -> None:
        """Give every process the first one's parameters and buffers."""
        if self.count == 1:
            return
        for tensor in (*module.parameters(), *module.buffers()):
            distributed.broadcast(tensor.data, 0)

    def wait(self) -> None:
        """Until all processes are here."""
        if self.count > 1:
            distributed.barrier()

    @property
    def identity(self) -> dict[str, int]:
        """What a checkpoint says of the processes: sums round differently with another number."""
        return {} if self.count == 1 else {"processes": self.count}


ALONE = Ranks()


def is_first_process() -> bool:
    """Whether this is the only process, or the one of all that prints and writes."""
    return distributed.get_rank() == 0 if distributed.is_initialized() else os.environ.get("RANK", "0") == "0"


def join_ranks(device: torch.device) -> Ranks:
    """Join the processes that torchrun started, over NCCL on GPUs and Gloo on CPUs; alone where it started none.

    May be called again in the same process, and by a caller who has set up `torch.distributed` otherwise.
    """
    if not distributed.is_initialized():
        if int(os.environ.get("WORLD_SIZE", "1")) == 1:
            return ALONE
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    return Ranks(distributed.get_rank(), distributed.get_world_size())


@contextmanager
def lost_ranks_named(ranks: Ranks, error: type[LiteSNNError]) -> Iterator[None]:
    """Turn the failure of a message between processes into `error`: another one ended, or does not answer."""
    try:
        yield
    except RuntimeError as cause:
        if ranks.count == 1 or not _between_processes(cause):
            raise
        raise error(
            f"process {ranks.rank + 1} of {ranks.count} lost the others: one of them ended, or did not answer within "
            f"{PATIENCE.seconds // 60} minutes; its own message says why. Start again with --resume ({str(cause).splitlines()[0]})"
        ) from cause


def _between_processes(cause: RuntimeError) -> bool:
    text = str(cause).lower()
    return isinstance(cause, distributed.DistError) or "gloo" in text or "nccl" in text

"""One run, whatever it computes: steps of work, a checkpoint after each, a bar, and going on from where an earlier run stopped.

A training and every search are a `Work`. It knows its steps and what of it a checkpoint has to hold; when that is written, read, checked
against the run's identity and removed is decided here, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from rich.progress import Progress
from torch import Tensor

from litesnn.base.errors import LiteSNNError
from litesnn.reading import is_there
from litesnn.search.run.checkpoint import read_checkpoint, write_checkpoint
from litesnn.search.run.following import Follow, Tick
from litesnn.search.run.ranks import ALONE, Ranks
from litesnn.search.run.table import RunTable

State = TypeVar("State")
Report = TypeVar("Report")


class Work(Protocol[State, Report]):
    """What a run does.

    Attributes
    ----------
    title : what the bar shows before the first step
    total : units of the whole work, epochs or evaluations
    state_type : what `state` must be when it is read again, a dataclass
    tick : called within a long step with the share of it that is done; `following.silent` until somebody follows
    """

    title: str
    total: int
    state_type: type[State]
    tick: Tick

    @property
    def done(self) -> int:
        """Units so far, those of an earlier run included."""
        ...

    def steps(self) -> Iterator[Report]:
        """What is left to do; after each step `state` and `tensors` are whole. The same steps in every process."""
        ...

    def shown(self, report: Report) -> str:
        """A step in a few words, for the bar."""
        ...

    def state(self) -> Mapping[str, Any]:
        """What a checkpoint has to hold beside tensors, as JSON: the fields of `state_type`."""
        ...

    def tensors(self) -> Mapping[str, Tensor]:
        """What a checkpoint has to hold as tensors, by name."""
        ...

    def table(self) -> RunTable:
        """All units so far, a row each, with what may be drawn of them."""
        ...

    def restore(self, state: State, tensors: Mapping[str, Tensor], path: Path) -> None:
        """Go on after a checkpoint's last step; raises the run's error, naming `path`, for what no step of this work leaves."""
        ...


@dataclass(frozen=True)
class Run:
    """Whose work is done, and where its state is kept.

    Attributes
    ----------
    kind : `training` or `search`, for messages
    error : raised where the checkpoint is none, or of another run
    checkpoint : its file
    identity : what the run follows from, as JSON: a checkpoint of another identity is refused
    follow : how it can be followed while it works
    ranks : the processes that share the work; the first one writes
    """

    kind: str
    error: type[LiteSNNError]
    checkpoint: Path
    identity: Mapping[str, Any]
    follow: Follow
    ranks: Ranks = ALONE

    def go(
        self, work: Work[State, Report], bar: Progress, resume: bool, on_step: Callable[[Report], None] | None = None
    ) -> None:
        """All steps that are not done yet.

        Parameters
        ----------
        resume : go on from the checkpoint where there is one
        on_step : called after every step, once its checkpoint is written; in the first process

        Raises
        ------
        ExpectedTime
            Where the run is only to say how long it takes.
        """
        if self.follow.only_expected and self.ranks.count > 1:
            raise self.error("--expected-time: found several processes; allowed: one, without torchrun")
        if resume and is_there(self.checkpoint):
            state, tensors = read_checkpoint(self.checkpoint, self.identity, self.kind, self.error, work.state_type)
            work.restore(state, tensors, self.checkpoint)
        task = bar.add_task(work.title, total=work.total, completed=work.done, expected="")
        if not self.ranks.first:
            for _ in work.steps():
                pass
            return
        follower = self.follow.begin(work, bar, task, resume, self.error)
        work.tick = follower.share
        ended: Literal["stopped", "done"] = "stopped"
        try:
            for report in work.steps():
                if not self.follow.only_expected:
                    write_checkpoint(self.checkpoint, self.identity, work.state(), work.tensors())
                bar.update(task, completed=work.done, description=work.shown(report))
                follower.step()
                if on_step is not None:
                    on_step(report)
            ended = "done"
        finally:
            follower.end(ended)

    def finish(self, write: Callable[[], object]) -> None:
        """Have the first process write what the run produced and remove the checkpoint; the others wait for it."""
        if self.ranks.first:
            write()
            self.checkpoint.unlink(missing_ok=True)
        self.ranks.wait()

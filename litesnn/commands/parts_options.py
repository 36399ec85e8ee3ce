"""Options of commands whose work falls into parts: where they are computed, which of them, and putting them together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from litesnn.base.bars import EngineProgress
from litesnn.base.terminal import assembled
from litesnn.commands.consoles import stdout_console

if TYPE_CHECKING:
    from litesnn.base.parts.compute import Plan

MOST_PROCESSES = 4096
WorkersOption = Annotated[
    str | None,
    typer.Option(
        "--workers",
        metavar="N|ADDRESS",
        help="Compute parts in N processes of this machine, or on a cluster of Dask: tcp://HOST:PORT, or its scheduler file (.json).",
    ),
]
PartOption = Annotated[
    str | None,
    typer.Option(
        "--part", metavar="I/N", help="Compute only every N-th part, from the I-th: one job of an array of N."
    ),
]
MergeOption = Annotated[
    bool,
    typer.Option(
        "--merge", help="Compute nothing: put together what the jobs of an array left, or say what is missing."
    ),
]


def chosen_plan(workers: str | None, part: str | None, merge: bool) -> Plan:
    """How parts are computed.

    Raises
    ------
    PartsError
        For values that these options do not take, and `--merge` beside one of the others.
    """
    from litesnn.base.errors import PartsError
    from litesnn.base.parts.compute import Plan
    from litesnn.base.parts.part import Share

    if merge and (workers or part):
        raise PartsError("--merge: found with --workers or --part; allowed: alone, for it computes nothing")
    share = None
    if part is not None:
        number, _, count = part.partition("/")
        if not (number.isdecimal() and count.isdecimal() and len(part) < 16 and 1 <= int(number) <= int(count)):
            raise PartsError(f"--part: found '{part[:40]}'; allowed: I/N with I from 1 to N, e.g. 3/8")
        share = Share(int(number), int(count))
    if workers is None:
        return Plan(share=share, merge=merge)
    if workers.isdecimal():
        from litesnn.base.parts.processes import Processes

        if not 1 <= int(workers[:9]) <= MOST_PROCESSES:
            raise PartsError(f"--workers: found {workers[:40]}; allowed: 1 to {MOST_PROCESSES:,} processes")
        return Plan(Processes(int(workers)), share)
    if "://" not in workers and not workers.endswith(".json"):
        raise PartsError(
            f"--workers: found '{workers[:80]}'; allowed: a number of processes, tcp://HOST:PORT, or a scheduler file (.json)"
        )
    from litesnn.base.parts.cluster import Cluster

    return Plan(Cluster(workers), share)


def show_share(plan: Plan, left_in: str) -> None:
    """Say that a share of the parts is done, and what comes next."""
    stdout_console().print(
        assembled(
            f"part {plan.share} is done; its results are in ",
            (left_in, "bold"),
            "; next, when all parts are: the same with --merge",
        )
    )


@contextmanager
def parts_bar(plan: Plan) -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar over the parts; none where they run in this process, which has bars of its own."""
    from litesnn.base.parts.part import InTurn

    if isinstance(plan.engine, InTurn):
        yield None
        return
    with EngineProgress() as progress:
        yield progress


def refuse_parts(plan: Plan) -> None:
    """`PartsError` where there are no parts to share."""
    from litesnn.base.errors import PartsError
    from litesnn.base.parts.part import InTurn

    if plan.share is not None or plan.merge or not isinstance(plan.engine, InTurn):
        raise PartsError(
            "--workers, --part and --merge: found with a single run; allowed with --seeds or --sweep; torchrun shares a single run"
        )


def threads_unsaid(plan: Plan, threads: int) -> str:
    """What to say where several processes would each take all cores; empty otherwise."""
    from litesnn.base.parts.processes import Processes

    if threads or not isinstance(plan.engine, Processes) or plan.engine.count == 1:
        return ""
    return "--workers without --threads: each process computes with all cores of this machine; --threads 1 is faster with many"

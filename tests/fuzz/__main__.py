"""`python tests/fuzz --inputs 20000 --seed 1 [--reader NAME ...]`: broken and hostile inputs for every reader, and what became of them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).absolute().parents[1])  # `fuzz`, and the helpers that stand beside it

from fuzz.campaign import read_failure, replay, run  # noqa: E402
from fuzz.limits import Limits  # noqa: E402
from fuzz.registry import READERS  # noqa: E402
from fuzz.table import failures, table  # noqa: E402
from fuzz.tally import Tally  # noqa: E402


def main() -> int:
    """Exit code 0 where every reader did what is promised of it, 1 where one did not."""
    arguments = _arguments()
    limits = Limits(arguments.seconds, arguments.seconds, arguments.memory << 20)
    if arguments.unpack:
        read_failure(arguments.replay)[1].write(arguments.unpack)
        print(f"written to {arguments.unpack}")
        return 0
    if arguments.replay:
        outcome = replay(arguments.replay, limits).outcome
        print(f"{outcome.trace}{outcome.kind}: {outcome.what} {outcome.place}")
        return 0 if outcome.fine else 1
    shown = _Progress()
    tallies = run(
        arguments.reader or list(READERS),
        arguments.inputs,
        arguments.seed,
        limits,
        arguments.jobs,
        arguments.failures,
        shown,
    )
    shown.end()
    results = f"`python tests/fuzz --inputs {arguments.inputs} --seed {arguments.seed}`:\n\n{table(tallies)}"
    print(results)
    failed = failures(tallies)
    if failed:
        print(f"\n{failed}\n\nSmallest inputs: {arguments.failures}/; see --replay", file=sys.stderr)
    return 1 if failed else 0


class _Progress:
    """A line on a terminal."""

    def __call__(self, tally: Tally) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{tally.reader}: {tally.inputs:,} inputs, {tally.failed:,} failures\x1b[K")

    def end(self) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1000, help="inputs for each reader")
    parser.add_argument("--seed", type=int, default=1, help="other inputs; the same number gives the same ones")
    parser.add_argument("--reader", action="append", choices=list(READERS), help="this one only; repeat it for more")
    parser.add_argument("--jobs", type=int, default=1, help="processes at work")
    parser.add_argument(
        "--seconds",
        type=float,
        default=Limits.seconds,
        help="CPU time that an input may take, and time that it may wait",
    )
    parser.add_argument(
        "--memory", type=int, default=Limits.memory >> 20, help="MiB that an input may take over its own size"
    )
    parser.add_argument(
        "--failures", type=Path, default=Path("fuzz-failures"), help="folder for the smallest input of every failure"
    )
    parser.add_argument("--replay", type=Path, metavar="FILE", help="a file of that folder: what becomes of it now")
    parser.add_argument("--unpack", type=Path, metavar="FOLDER", help="with --replay: only write its files there")
    arguments = parser.parse_args()
    if arguments.unpack and not arguments.replay:
        parser.error("--unpack needs --replay FILE")
    return arguments


if __name__ == "__main__":
    sys.exit(main())

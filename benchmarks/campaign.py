"""Random networks of one family through all engines: PyTorch, the exact simulator, and some of them through Lava.

    python -m uv run python benchmarks/campaign.py feedback --networks 1000 --seed 1 --lava 100 [--log FILE] [--only KIND:SEED]

Networks are drawn until `--networks` of them count: a network counts if populations that are compared do spike. `--lava` of these go
through Lava too, spread evenly, once per set of `--models`. With `--log` every network's outcome is kept as a line of JSON, and a
run that was interrupted goes on behind it. Exit code 1 if any engine differs from its reference, or a comparison judged wrongly.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import torch
from cases import CAMPAIGNS, generators
from judge import Outcome, judge

from litesnn.base.errors import LiteSNNError
from litesnn.runtime.lava import LavaSession, Models

SEEDS = 1_000_000  # of one campaign seed
COLUMNS = (
    "networks",
    "tried",
    "populations spiking / compared",
    "engine",
    "counted",
    "spikes compared",
    "mismatches",
    "false alarms",
    "missed",
)


def run(
    campaign: str,
    networks: int,
    seed: int,
    lava_networks: int,
    models: Sequence[Models],
    before: Sequence[Outcome] = (),
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Outcomes until `networks` count, those of `before` first; `done` is called with every new one."""
    kinds, outcomes = generators(campaign), list(before)
    with ExitStack() as stack:
        session: LavaSession | None = None
        while (counted := sum(outcome.counts for outcome in outcomes)) < networks:
            in_lava = sum(outcome.counts and outcome.lava for outcome in outcomes)
            if in_lava < lava_networks and in_lava * networks <= counted * lava_networks:
                session = session or stack.enter_context(LavaSession())
                lava = session
            else:
                lava = None
            number = seed * SEEDS + len(outcomes)
            kind = list(kinds)[len(outcomes) % len(kinds)]
            outcomes.append(examine(campaign, kind, number, lava, models))
            done(outcomes[-1])
    return outcomes


def examine(campaign: str, kind: str, seed: int, lava: LavaSession | None, models: Sequence[Models]) -> Outcome:
    """One network; a refusal by the compiler is an outcome, too."""
    try:
        case = generators(campaign)[kind](seed)
    except LiteSNNError as error:
        return Outcome(kind, seed, refused=f"{type(error).__name__}: {error}")
    return judge(kind, seed, case, lava, models)


def table(outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """A row per engine and reference over all kinds, under a line of column names."""
    counted = [outcome for outcome in outcomes if outcome.counts]
    spiking, compared = sum(o.spiking for o in counted), sum(o.populations for o in counted)
    rows = [COLUMNS]
    pairs = dict.fromkeys((outcome.reference, engine) for outcome in counted for engine in outcome.engines)
    for reference, engine in sorted(pairs):
        ran = [outcome for outcome in counted if outcome.reference == reference and engine in outcome.engines]
        found = [
            sum(engine in getattr(outcome, what) for outcome in outcomes if outcome.reference == reference)
            for what in ("wrong", "alarms", "misses")
        ]
        spikes = sum(outcome.engines[engine] for outcome in ran)
        start = (
            (f"{len(counted):,}", f"{len(outcomes):,}", f"{spiking:,} / {compared:,}")
            if len(rows) == 1
            else ("", "", "")
        )
        rows.append((*start, f"{reference} = {engine}", f"{len(ran):,}", f"{spikes:,}", *(f"{n:,}" for n in found)))
    return rows


def troubled(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those in which an engine differs or a comparison judged wrongly, whether they count or not."""
    return [outcome for outcome in outcomes if outcome.wrong or outcome.alarms or outcome.misses]


def text(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows as a Markdown table."""
    lines = [rows[0], ("---",) * len(rows[0]), *rows[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _read_log(path: Path | None) -> list[Outcome]:
    if path is None or not path.exists():
        return []
    return [Outcome(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> int:
    """Run a campaign, or one network of it, and print what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("campaign", choices=list(CAMPAIGNS))
    parser.add_argument("--networks", type=int, default=1000, help="networks that count (default 1000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lava", type=int, default=100, help="how many of them go through Lava as well (default 100)")
    parser.add_argument("--models", nargs="+", choices=["stock", "fast", "fused"], default=["stock", "fast", "fused"])
    parser.add_argument("--log", type=Path, help="keep every outcome here, and go on behind what it holds")
    parser.add_argument("--only", metavar="KIND:SEED", help="one network, as a line of the log names it")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.only:
        kind, _, number = given.only.rpartition(":")
        with LavaSession() as lava:
            outcome = examine(given.campaign, kind, int(number), lava if given.lava else None, given.models)
        print(json.dumps(asdict(outcome), indent=2))
        return bool(troubled([outcome]))
    before, began = _read_log(given.log), time.monotonic()
    progress = {"tried": len(before), "counted": sum(outcome.counts for outcome in before), "said": began}

    def done(outcome: Outcome) -> None:
        if given.log is not None:
            with given.log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(asdict(outcome)) + "\n")
        if troubled([outcome]):
            print(f"{outcome.kind}:{outcome.seed} differs: {asdict(outcome)}", file=sys.stderr, flush=True)
        progress["tried"] += 1
        progress["counted"] += outcome.counts
        if time.monotonic() - progress["said"] > 30:
            progress["said"] = time.monotonic()
            print(
                f"{progress['counted']} of {given.networks} count, {progress['tried']} tried, {progress['said'] - began:.0f} s",
                file=sys.stderr,
                flush=True,
            )

    outcomes = run(given.campaign, given.networks, given.seed, given.lava, given.models, before, done)
    print(text(table(outcomes)))
    refused = sum(bool(outcome.refused) for outcome in outcomes)
    silent = len(outcomes) - refused - sum(outcome.counts for outcome in outcomes)
    overflowed = sum(outcome.overflows > 0 for outcome in outcomes if outcome.counts)
    print(
        f"\nnot counted: {silent:,} in which nothing spiked, {refused:,} refused; {overflowed:,} of those counted overflowed a register"
    )
    for outcome in troubled(outcomes):
        print(f"differs: {outcome.kind}:{outcome.seed}")
    return bool(troubled(outcomes))


if __name__ == "__main__":
    sys.exit(main())

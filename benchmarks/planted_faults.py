"""Faults planted in programs, one unit each, and what `litesnn prove` says of them: refused with their place, without a sample.

    python -m uv run python benchmarks/planted_faults.py [--faults 1000] [--seed 1] [--networks 12]

Programs are the digits example and random genotypes on both chips, some with feedback, with resets by subtraction and with relays.
Kinds are those of `tests/program_faults.py`, planted in turn. Exit code 1 if a fault is proved, or refused without its place.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from litesnn.base.errors import LiteSNNError
from litesnn.compiler.genotype import LoadedGenotype, load_genotype
from litesnn.compiler.origin import GenotypeOrigin
from litesnn.compiler.profile import load_profile
from litesnn.compiler.program.program import network_files
from litesnn.runtime.prove import prove
from litesnn.search.model.reference import FixedPopulation, fixed_parameters

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))
FAMILIES: tuple[dict[str, Any], ...] = (
    {},
    {"feedback": 2},
    {"reset": "subtract"},
    {"reset": "subtract_next"},
    {"quantizer": "any"},
)
Case = tuple[str, dict[str, bytes], dict[str, FixedPopulation]]


def programs(count: int, seed: int) -> Iterator[Case]:
    """Programs that are proved: name, files, PyTorch's integers."""
    from random_networks import random_trained_genotype

    yield from _on("digits", load_genotype(ROOT / "examples/digits/genotype.json"), "loihi2", {})
    number, found = seed * 1000, 1
    while found < count:
        choices, chip = FAMILIES[number % len(FAMILIES)], ("loihi2", "loihi1")[number // 5 % 2]
        overrides = {"delay_max": "1"} if number % 3 == 0 else {}
        for case in _on(f"random {number}", random_trained_genotype(number, **choices), chip, overrides):
            found += 1
            yield case
        number += 1


def _on(name: str, loaded: LoadedGenotype, chip: str, overrides: dict[str, str]) -> Iterator[Case]:
    origin, profile = GenotypeOrigin(loaded), load_profile(chip, overrides)
    try:
        files = network_files(origin.pipeline(profile).run(), origin, profile)
    except LiteSNNError:
        return
    integers = fixed_parameters(loaded)
    if prove(files, integers).word == "PROVED":
        yield name, files, integers


def judge(cases: list[Case], faults: int, seed: int) -> dict[str, Counter[str]]:
    """Kind -> how many faults of it were refused with their place, changed nothing and were proved, or were judged wrongly."""
    from program_faults import KINDS, plant

    rng, found = np.random.default_rng(seed), {kind: Counter[str]() for kind in KINDS}
    planted = number = 0
    while planted < faults:
        kind, (name, files, integers) = list(KINDS)[number % len(KINDS)], cases[number // len(KINDS) % len(cases)]
        number += 1
        made = plant(kind, files, rng)
        if made is None:
            continue
        fault, faulty = made
        proof = prove(faulty, integers)
        placed = any(fault.place in f"{problem.place}: {problem.detail}" for problem in proof.problems)
        if fault.nothing:
            outcome = "changed nothing" if proof.word == "PROVED" else "refused though it changed nothing"
        else:
            outcome = "refused" if proof.word == "REFUTED" and placed else "missed"
            planted += 1
        found[kind][outcome] += 1
        if outcome in ("missed", "refused though it changed nothing"):
            print(f"{outcome}: {fault} in {name}: {proof.word} {proof.problems[:2]}", file=sys.stderr)
    return found


def main() -> int:
    """Plant, judge, print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--faults", type=int, default=1000, help="faults that change something (default 1000)")
    parser.add_argument("--networks", type=int, default=12, help="programs that they are planted in (default 12)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(1)
    cases, began = list(programs(given.networks, given.seed)), time.monotonic()
    found = judge(cases, given.faults, given.seed)
    columns = ("refused", "missed", "changed nothing", "refused though it changed nothing")
    print(f"| kind | {' | '.join(columns)} |\n|---|{'---:|' * len(columns)}")
    for kind, counts in found.items():
        print(f"| {kind} | {' | '.join(str(counts[column]) for column in columns)} |")
    total = sum(found.values(), Counter[str]())
    print(f"| **all** | {' | '.join(str(total[column]) for column in columns)} |")
    print(f"\n{len(cases)} programs, {time.monotonic() - began:.0f} s")
    return bool(total["missed"] + total["refused though it changed nothing"])


if __name__ == "__main__":
    sys.exit(main())

"""Input number `index` of a reader under a seed: always the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from fuzz.case import Case
from fuzz.reader import NotApplicableError, Reader

VALID = "valid"
"""The only step of an input that nothing was done to."""
VALID_FIRST, VALID_EVERY = 4, 50
MUTATIONS = (1, 1, 1, 1, 2, 2, 3)
TRIES = 200


def generate(reader: Reader, seeds: Sequence[Case], name: str, seed: int, index: int) -> Case:
    """One of the valid inputs with one to three mutations; the first inputs, and now and then one, are valid ones themselves."""
    rng = Random(f"{name}/{seed}/{index}")
    if index < VALID_FIRST or index % VALID_EVERY == 0:
        return replace(seeds[(index if index < VALID_FIRST else index // VALID_EVERY) % len(seeds)], steps=(VALID,))
    case = rng.choice(seeds)
    wanted = rng.choice(MUTATIONS)
    for _ in range(TRIES):
        if len(case.steps) == wanted:
            break
        mutator = rng.choice(reader.mutators)
        try:
            case = replace(mutator(case, rng), steps=(*case.steps, _title(mutator)))
        except NotApplicableError:
            continue
    return reader.repair(case) if rng.random() < reader.repaired else case


def _title(mutator: object) -> str:
    return getattr(mutator, "__qualname__", type(mutator).__name__).replace(".<locals>", "")

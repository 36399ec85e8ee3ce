"""A program is the same bytes whichever Python and libraries make it: no figure depends on how floats are added up.

Between Pythons CI compares whole programs (.ci/same_program); here the one difference between them that reached a report is
played in one: before 3.12 `sum` rounds after every float, later it carries what it rounded away.
"""

import builtins
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from random_networks import random_trained_genotype
from written_genotypes import document, loaded

import litesnn
from litesnn.compiler.genotype import LoadedGenotype


def left_to_right(values: Iterable[Any], start: Any = 0) -> Any:
    for value in values:
        start = start + value
    return start


def rounded_once(values: Iterable[Any], start: Any = 0) -> Any:
    values = list(values)
    if any(isinstance(value, float) for value in values):
        return math.fsum([start, *values])
    return left_to_right(values, start)


def files_with(add_up: Callable[..., Any], genotype: LoadedGenotype, patch: pytest.MonkeyPatch) -> dict[str, bytes]:
    samples = litesnn.verification_samples(genotype.spec)
    with patch.context() as patched:
        patched.setattr(builtins, "sum", add_up)
        return litesnn.compile(genotype, "loihi2", samples=samples, lava_samples=0).program.files()


def test_the_two_ways_to_add_differ() -> None:
    assert left_to_right([0.1] * 10) != rounded_once([0.1] * 10)


@pytest.mark.parametrize("seed", range(4))
def test_a_program_does_not_depend_on_how_sum_adds_floats(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genotype = loaded(document(), tmp_path, seed=3) if seed == 0 else random_trained_genotype(seed)
    one, other = (files_with(add_up, genotype, monkeypatch) for add_up in (left_to_right, rounded_once))
    assert one.keys() == other.keys()
    for name, content in one.items():
        assert content == other[name], name

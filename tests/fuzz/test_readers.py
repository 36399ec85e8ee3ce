"""A few broken and hostile inputs for every reader, the same each time; `python tests/fuzz` tries more (docs/robustness.md)."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from fuzz.client import Client
from fuzz.limits import Limits
from fuzz.reader import NotApplicableError, load_reader
from fuzz.registry import READERS
from fuzz.server import Request
from fuzz.table import failures
from fuzz.tally import Tally

INPUTS, SEED = 25, 0
LIMITS = Limits(patience=60.0)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client(LIMITS) as started:
        yield started


@pytest.mark.parametrize("name", READERS)
def test_an_input_is_read_or_refused(client: Client, name: str) -> None:
    """With an error of our own, within the limits, and what is read can be used; some of the inputs must be of either kind."""
    tally = Tally(name)
    for number in range(INPUTS):
        tally.add(client.ask(Request(name, SEED, number)))
    assert not tally.failed, f"python tests/fuzz --inputs {INPUTS} --seed {SEED} --reader {name}\n{failures([tally])}"
    assert tally.kinds["accepted"]
    assert tally.kinds["refused"]


@pytest.mark.parametrize("name", READERS)
def test_every_mutator_has_a_say(client: Client, name: str) -> None:
    """What a reader lists applies to at least one of its valid inputs, and changes it."""
    seeds, reader = client.seeds(name), load_reader(name)
    for mutator in dict.fromkeys(reader.mutators):
        changed = False
        for number in range(40):
            rng = Random(number)
            seed = rng.choice(seeds)
            try:
                changed = changed or mutator(seed, rng) != seed
            except NotApplicableError:
                continue
        assert changed, mutator

"""A few broken and hostile inputs for every reader, the same each time; `python tests/fuzz` tries more (docs/robustness.md)."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from fuzz.case import Case
from fuzz.client import Client
from fuzz.limits import Limits
from fuzz.reader import NotApplicableError, load_reader
from fuzz.registry import READERS
from fuzz.server import Request
from fuzz.table import failures
from fuzz.tally import Tally

INPUTS, COSTLY_INPUTS, SEED = 12, 8, 0
LIMITS = Limits(patience=60.0)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client(LIMITS) as started:
        yield started


@pytest.mark.parametrize("name", READERS)
def test_an_input_is_read_or_refused(client: Client, name: str) -> None:
    """With an error of our own, within the limits, and what is read can be used; some of the inputs must be of either kind."""
    tally, inputs = Tally(name), COSTLY_INPUTS if load_reader(name).costly else INPUTS
    for number in range(inputs):
        tally.add(client.ask(Request(name, SEED, number)))
    assert not tally.failed, f"python tests/fuzz --inputs {inputs} --seed {SEED} --reader {name}\n{failures([tally])}"
    assert tally.kinds["accepted"]
    assert tally.kinds["refused"]


@pytest.mark.parametrize("name", READERS)
def test_every_mutator_has_a_say(client: Client, name: str) -> None:
    """All that a reader lists can change one of its valid inputs, or what another of its mutators makes of one."""
    seeds, waiting = client.seeds(name), list(dict.fromkeys(load_reader(name).mutators))
    made: list[Case] = []
    for number in range(100):
        rng = Random(number)
        case = rng.choice(made if made and number % 2 else seeds)
        for mutator in list(waiting):
            try:
                changed = mutator(case, rng)
            except NotApplicableError:
                continue
            if changed != case:
                waiting.remove(mutator)
                made.append(changed)
    assert not waiting

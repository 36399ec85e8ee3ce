"""The fuzzing suite itself: it finds every kind of fault, counts it once, and gives back the input that shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fuzz.campaign import read_failure, replay, run
from fuzz.case import Case, Special
from fuzz.client import Client
from fuzz.generate import generate
from fuzz.limits import Limits
from fuzz.outcome import Outcome
from fuzz.planted import NAME
from fuzz.reader import load_reader
from fuzz.server import Answer, Request
from fuzz.table import failures, table
from fuzz.tally import Tally

PLANTED = "fuzz.planted"
LIMITS = Limits(seconds=2.0, patience=4.0)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client(LIMITS) as started:
        yield started


def outcome_of(client: Client, word: str) -> Outcome:
    return client.ask(Request(PLANTED, case=Case({NAME: word.encode()}, NAME))).outcome


@pytest.mark.parametrize(
    ("word", "kind", "what"),
    [
        ("fine", "accepted", ""),
        ("other", "refused", "DataError"),
        ("lookup", "traceback", "KeyError: 'lookup'"),
        ("later", "traceback", "IndexError: later"),
        ("number", "different", "'number' was read as 3"),
        ("loop", "hang", "no answer after"),
        ("late loop", "hang", "no answer after"),
        ("wait", "hang", "no answer after"),
        ("memory", "memory", "Unable to allocate 2.00 GiB"),
        ("crash", "crash", "signal SIGSEGV"),
        # What an error says is printed with such characters written out, and shortened, so that neither is a fault.
        ("escape", "refused", "DataError"),
        ("endless", "refused", "characters ..."),
        ("write", "untidy", "the input's folder was changed"),
    ],
)
def test_every_kind_of_fault_is_found(client: Client, word: str, kind: str, what: str) -> None:
    outcome = outcome_of(client, word)
    assert outcome.kind == kind
    assert what in outcome.what
    assert outcome.phase == ("use" if word in ("later", "late loop", "number", "fine", "write") else "read")


def test_the_next_input_is_answered_after_a_crash(client: Client) -> None:
    assert [outcome_of(client, word).kind for word in ("crash", "fine", "loop", "other")] == [
        "crash",
        "accepted",
        "hang",
        "refused",
    ]


def test_a_planted_fault_is_found_written_and_replayed(tmp_path: Path) -> None:
    (tally,) = run([PLANTED], 60, 3, LIMITS, jobs=2, folder=tmp_path)
    assert tally.inputs == 60
    assert 0 < tally.kinds["traceback"] == tally.failed < 20
    (failure,) = tally.failures.values()
    assert failure.case.files == {NAME: b"lookup"}, "of all inputs that fail alike, the smallest is kept"
    (path,) = tmp_path.iterdir()
    assert read_failure(path) == (PLANTED, failure.case)
    assert json.loads(path.read_text())["outcome"]["what"] == "KeyError: 'lookup'"
    again = replay(path, LIMITS)
    assert again.outcome.key == failure.outcome.key
    assert "return words[said]" in again.outcome.trace
    (same,) = run([PLANTED], 60, 3, LIMITS)
    assert same.kinds == tally.kinds, "the same seed gives the same inputs, in any number of processes"


def test_a_valid_input_that_is_refused_is_a_failure(client: Client) -> None:
    answer = client.ask(Request(PLANTED, case=Case({NAME: b"other"}, NAME, steps=("valid",))))
    assert answer.outcome.kind == "different"
    assert "a valid input was refused" in answer.outcome.what


def test_seeds_that_cannot_be_made_are_the_suites_own_fault() -> None:
    with Client(LIMITS) as client, pytest.raises(RuntimeError, match="No module named 'fuzz.no_such_reader'"):
        client.ask(Request("fuzz.no_such_reader"))


def test_a_case_survives_its_file(tmp_path: Path) -> None:
    case = Case({"a/b": b"\0\xff", "c": Special("link", "/dev/zero"), "\udcff": b""}, "a/b", ("x=1",), ("step",))
    assert Case.of(json.loads(json.dumps(case.document()))) == case
    case.write(tmp_path)
    assert (tmp_path / "a" / "b").read_bytes() == b"\0\xff"
    assert (tmp_path / "c").is_symlink()


def test_the_same_number_gives_the_same_input_and_another_another() -> None:
    reader = load_reader("arrays")
    seeds = reader.seeds(Path())
    made = [generate(reader, seeds, "arrays", 1, number) for number in range(30)]
    assert made == [generate(reader, seeds, "arrays", 1, number) for number in range(30)]
    assert len({str(case.files) for case in made}) > 20
    assert made[10:] != [generate(reader, seeds, "arrays", 2, number) for number in range(10, 30)]


def test_the_table_counts_and_the_list_names() -> None:
    tally = Tally("planted")
    case = Case({NAME: b"lookup"}, NAME)
    for outcome in (Outcome("accepted", seconds=0.5), Outcome("refused", memory=3_000_000)):
        tally.add(Answer(outcome, None))
    assert tally.add(Answer(Outcome("traceback", "KeyError: 'a'", "a.py:1 f"), case))
    assert not tally.add(Answer(Outcome("traceback", "KeyError: 'b'", "a.py:1 f"), case))
    assert tally.add(Answer(Outcome("hang", "Hang: no answer", "a.py:2 g"), case))
    row = [cell.strip() for cell in table([tally]).splitlines()[2].strip("|").split("|")]
    assert row == ["planted", "5", "1", "1", "2", "1", "0.5", "3"]
    assert "planted: traceback in read at a.py:1 f: KeyError: 'a'  (2 of the inputs)" in failures([tally])

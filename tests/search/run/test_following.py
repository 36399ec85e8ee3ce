"""Runs that one can follow: how long they take, event files, and what is read of them again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from bar_images import bar_dataset, bar_genotype

from litesnn.base.errors import RunError, TrainingError
from litesnn.search.run.comparison import Comparison
from litesnn.search.run.events import ADVICE
from litesnn.search.run.files import RunFiles
from litesnn.search.run.following import ExpectedTime
from litesnn.search.run.found import find_runs
from litesnn.search.run.pace import Pace, told
from litesnn.search.run.table import RunTable
from litesnn.search.training import TrainingSettings, train_genotype

SETTINGS = TrainingSettings(epochs=2, fixed_epochs=1, batch_size=16, optimizer="adam", lr=0.01, threads=1)


class Clock:
    """Time that passes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def paced(total: int, seconds: list[float]) -> Pace:
    clock = Clock()
    pace = Pace(total, 0, clock)
    for done, taken in enumerate(seconds, start=1):
        clock.now += taken
        pace.step(done)
    return pace


def test_what_is_expected_is_a_span_around_what_was_measured() -> None:
    for seconds, low, high in (([10.0], 67.5, 112.5), ([10.0] * 5, 45, 55)):
        span = paced(10, seconds).expected()
        assert span is not None
        assert (span.low, span.high) == pytest.approx((low, high))
    steady, uneven = paced(20, [10, 10, 10, 10]).expected(), paced(20, [6, 14, 6, 14]).expected()
    assert steady is not None
    assert uneven is not None
    assert uneven.low < steady.low < 160 < steady.high < uneven.high


def test_the_first_batches_say_it_before_a_step_has_ended() -> None:
    clock = Clock()
    pace = Pace(10, 0, clock)
    for share in (0.1, 0.2):
        clock.now += 2
        pace.share(share)
        assert pace.expected() is None, "two batches are too few"
    clock.now += 2
    pace.share(0.3)
    span = pace.expected()
    assert span is not None
    assert (span.low + span.high) / 2 == pytest.approx(20 * 9.7)
    assert span.low < 20 * 9.7 * 0.75


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0, 0, "1 s"), (40, 50, "40 to 50 s"), (110, 300, "110 s to 5 min"), (3600 * 5, 3600 * 5, "5.0 h")],
)
def test_times_are_said_in_words(low: float, high: float, words: str) -> None:
    assert told(low, high) == words


def test_a_table_is_read_as_it_was_written() -> None:
    table = RunTable.of(("phase", "loss", "bits"), [("float", 0.1 + 0.2, 4), ("fixed", None, 2)], 7)
    assert RunTable.read(table.csv(), "x.csv", RunError) == table
    assert table.numbers == {"loss": [(1, 0.1 + 0.2)], "bits": [(1, 4), (2, 2)]}
    with pytest.raises(RunError, match="x.csv: line 3: found 2 values; allowed: 5"):
        RunTable.read("done,of,a,b,c\n1,2,3,4,5\n1,2\n", "x.csv", RunError)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seeds of one training."""
    folder = tmp_path_factory.mktemp("runs")
    for seed in (0, 1):
        settings = TrainingSettings(**{**SETTINGS.as_dict(), "seed": seed})
        train_genotype(bar_genotype(folder), bar_dataset(), folder / f"seed-{seed}.json", settings, progress=False)
    return folder


def test_a_training_leaves_all_that_its_page_shows(runs: Path) -> None:
    run = find_runs(runs / "seed-0.json")[0]
    assert run.journal is not None
    assert run.journal.samples == {"train": 160, "test": 80}
    assert run.journal.sessions[0].machine["cores"]
    assert run.table is not None
    assert run.table.column("phase") == ["float", "float", "fixed"]
    history = json.loads((runs / "seed-0.history.json").read_text())
    assert [row["train_loss"] for row in history["epochs"]] == run.table.column("train_loss")
    assert run.result["accuracy_fixed"] == history["result"]["accuracy_fixed"]
    text = (runs / "seed-0.run.json").read_text() + (runs / "seed-0.history.json").read_text()
    assert str(runs) not in text, "no path of this machine"


def test_runs_of_several_seeds_have_a_mean_and_a_spread(runs: Path) -> None:
    comparison = Comparison.of(find_runs(runs))
    assert list(comparison.runs) == ["seed-0", "seed-1"]
    assert comparison.differing == ("seed",)
    values = [run.result["accuracy_fixed"] for run in comparison.runs.values()]
    assert comparison.groups[0].measures["accuracy_fixed"][0] == pytest.approx(sum(values) / 2)
    rows = comparison.csv().splitlines()
    assert rows[0].startswith("run,kind,state,method,dataset,done,of,seconds,setting seed,")
    assert [row.split(",")[:3] for row in rows[1:]] == [[f"seed-{n}", "training", "done"] for n in (0, 1)]


def test_a_run_that_is_broken_or_not_there_is_said_with_its_place(runs: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run; allowed: the folder of a search"):
        find_runs(tmp_path)
    spoiled = json.loads((runs / "seed-0.run.json").read_text())
    spoiled["sessions"][0]["seconds"] = "long"
    (tmp_path / "run.json").write_text(json.dumps(spoiled))
    with pytest.raises(RunError, match=r"run.json: sessions.0.seconds: "):
        find_runs(tmp_path)


def test_the_expected_time_is_all_that_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("litesnn.search.run.pace.LEAST_SECONDS", 0.0)
    genotype = bar_genotype(tmp_path)
    before = set(tmp_path.iterdir())
    with pytest.raises(ExpectedTime, match="for 3 epochs, measured on the first batches"):
        train_genotype(genotype, bar_dataset(), tmp_path / "out.json", SETTINGS, only_expected=True)
    assert set(tmp_path.iterdir()) == before


def test_event_files_hold_every_number_of_the_table(tmp_path: Path) -> None:
    reader: Callable[..., object] = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="the extra litesnn[tensorboard] is not installed",
    ).EventAccumulator
    out = tmp_path / "out.json"
    train_genotype(bar_genotype(tmp_path), bar_dataset(), out, SETTINGS, tensorboard=True, progress=False)
    events = reader(str(RunFiles.of_training(out).events))
    events.Reload()  # type: ignore[attr-defined]
    table = find_runs(out)[0].table
    assert table is not None
    for name, points in table.numbers.items():
        found = [(event.step, event.value) for event in events.Scalars(name)]  # type: ignore[attr-defined]
        assert found == [(step, pytest.approx(value)) for step, value in points]


def test_event_files_without_tensorboard_are_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("litesnn.search.run.events.find_spec", lambda name: None)
    with pytest.raises(TrainingError) as error:
        train_genotype(bar_genotype(tmp_path), bar_dataset(), tmp_path / "out.json", SETTINGS, tensorboard=True)
    assert str(error.value) == ADVICE

"""Progress in a notebook's cell: one place that is replaced, in HTML and text; and nothing where nobody looks."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from litesnn.base.bars import EngineProgress, StepProgress, engine_progress
from litesnn.base.progress import CellProgress, progress_bars


class Output:
    """What a frontend would show of a cell: the last of each place."""

    def __init__(self) -> None:
        self.places: list[Any] = []
        self.pictures = 0

    def display(self, shown: Any, display_id: bool) -> Any:
        assert display_id
        self.places.append(shown)
        place = len(self.places) - 1
        return SimpleNamespace(update=lambda again: self._update(place, again))

    def _update(self, place: int, shown: Any) -> None:
        self.places[place] = shown
        self.pictures += 1


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch) -> Output:
    """A kernel, as far as we look at one."""
    output = Output()
    ipython, display = ModuleType("IPython"), ModuleType("IPython.display")
    ipython.get_ipython = lambda: SimpleNamespace(kernel=object())  # type: ignore[attr-defined]
    display.display = output.display  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return output


def test_bars_stand_in_one_place_and_go_at_the_end(cell: Output, capsys: pytest.CaptureFixture[str]) -> None:
    with EngineProgress() as bars:
        for done in range(1, 501):
            bars("<exact>\x1b", done, 500)
        (shown,) = cell.places
        assert 'value="500" max="500"' in shown._repr_html_()
        assert "&lt;exact&gt;\\x1b: 500 of 500" in shown._repr_html_()
        assert repr(shown).startswith("<exact>\\x1b: 500 of 500")
    assert (cell.places[0]._repr_html_(), repr(cell.places[0])) == ("", "")
    assert cell.pictures < 100  # a few a second
    assert capsys.readouterr() == ("", "")


def test_the_bar_of_a_run_stays_with_what_was_done(cell: Output) -> None:
    with progress_bars("{task.description}") as bar:
        assert isinstance(bar, CellProgress)
        task = bar.add_task("training", total=3)
        for _ in range(3):
            bar.advance(task)
        bar.update(task, description="done")
    assert "done: 3 of 3" in repr(cell.places[0])


def test_steps_are_a_line(cell: Output) -> None:
    with StepProgress("trying fixes") as steps:
        steps("prune <b>")
        assert cell.places[0]._repr_html_() == "<small>trying fixes: prune &lt;b&gt;</small>"


def test_inner_jobs_show_no_bars_of_their_own(cell: Output) -> None:
    with engine_progress(True) as outer, engine_progress(True) as inner:
        assert (outer is None, inner is None) == (False, True)
    told: list[tuple[str, int, int]] = []
    with engine_progress(lambda *said: told.append(said)) as own:
        assert own is not None
        own("exact", 1, 2)
    assert told == [("exact", 1, 2)]


def test_where_nobody_looks_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    with EngineProgress() as bars:
        bars("exact", 1, 1)
    with engine_progress(False) as told:
        assert told is None
    assert capsys.readouterr() == ("", "")

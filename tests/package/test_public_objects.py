"""What a person sees of every public object: a line in a shell, a card in a notebook, text; short, and text is data in all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from public_objects import classes, made, reachable

import litesnn
from litesnn.base.cards.card import Card, Figure, Rows
from litesnn.base.cards.html import html
from litesnn.base.cards.text import line, text
from litesnn.base.errors import DataError

LONGEST_REPR, LONGEST_PAGE, LONGEST_SUMMARY = 400, 20_000, 6000
HOSTILE = '<script>alert("x")</script>\x1b[31m\u202e\n'


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return made(tmp_path_factory.mktemp("public"))


def of_kind(objects: list[Any], kind: type) -> Any:
    return next(found for found in objects if type(found) is kind)


def test_there_is_an_object_of_every_public_class(objects: list[Any]) -> None:
    assert classes() - {type(found).__name__ for found in objects} == set()


def test_every_public_object_is_a_line_a_card_and_a_summary(objects: list[Any]) -> None:
    for found in objects:
        shown, page, said = repr(found), found._repr_html_(), found.summary()
        kind = type(found).__name__
        assert len(shown) < LONGEST_REPR
        assert "\n" not in shown
        assert kind in shown
        assert str(found) == shown
        assert len(page) < LONGEST_PAGE, kind
        assert page.startswith('<div class="litesnn-card">')
        assert "<script" not in page
        assert said.startswith(kind)
        assert len(said.splitlines()) >= 2
        assert len(said) < LONGEST_SUMMARY


def test_all_that_they_hold_is_short_in_a_shell_too(objects: list[Any]) -> None:
    found = list(reachable(objects))
    assert len({type(thing) for thing in found}) > 60
    assert {type(thing).__name__ for thing in found if len(repr(thing)) >= LONGEST_REPR} == set()


def test_the_card_of_a_program_says_what_its_report_says(objects: list[Any]) -> None:
    compiled = of_kind(objects, litesnn.Compilation)
    for said in (repr(compiled), compiled.summary(), compiled._repr_html_(), compiled.program.summary()):
        assert "Every spike agrees" in said
    assert f"{compiled.verification.compared_spikes:,} spikes compared" in compiled.summary()


def hostile_cards() -> Iterator[Card]:
    for long in (HOSTILE, HOSTILE * 1000):
        rows = Rows.of(long, [long] * 20, ([long] * 20 for _ in range(10_000)), 10_000)
        yield Card(
            kind="Card",
            title=long,
            answer=long,
            detail=long,
            figures=(Figure(long, long, long),) * 50,
            tables=(rows,) * 50,
        )


@pytest.mark.parametrize("card", hostile_cards(), ids=["short", "long"])
def test_foreign_text_is_data_and_a_card_is_bounded(card: Card) -> None:
    page, said, shown = html(card), text(card), line(card)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    for written in (page, said, shown):
        assert not {"\x1b", "\u202e"} & set(written)
    assert (len(page) < 250_000, len(said) < 50_000, len(shown) < LONGEST_REPR) == (True, True, True)
    assert "9,988 more" in page


def test_a_floorplan_a_raster_and_a_history_are_drawn_into_axes(objects: list[Any]) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    compiled, trace = of_kind(objects, litesnn.Compilation), next(o for o in objects if type(o).__name__ == "Trace")
    own = pyplot.subplots()[1]
    assert compiled.plot_floorplan(own) is own
    assert f"{len(compiled.program.mapping.cores):,} cores" in own.get_title()
    raster = trace.plot_raster(sample=-1)
    drawn = sum(len(marks.get_offsets()) for marks in raster.collections)
    assert drawn == sum(int((spikes[-1] != 0).sum()) for spikes in trace.spikes.values()) > 0
    histories = [found for found in objects if hasattr(found, "plot_history")]
    assert len(histories) == 2
    for found in histories:
        assert found.plot_history().lines
    pyplot.close("all")
    for draw in (
        lambda: trace.plot_raster("nobody"),
        lambda: trace.plot_raster(sample=4),
        lambda: compiled.plot_floorplan(None, "heat"),
    ):
        with pytest.raises(DataError, match="found .*; allowed: "):
            draw()


def test_without_matplotlib_a_plot_says_what_to_install(objects: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(litesnn.LiteSNNError, match=r"pip install 'litesnn\[plot\]'"):
        of_kind(objects, litesnn.Program).plot_floorplan()


def test_a_documents_path_and_object_are_one_network(tmp_path: Path, objects: list[Any]) -> None:
    spec = of_kind(objects, litesnn.Genotype).model_copy(update={"weights": None})
    path = tmp_path / "untrained.json"
    litesnn.save_genotype(spec, None, path)
    given = [path, str(path), spec, spec.model_dump(mode="json", exclude_none=True), litesnn.load_genotype(path)]
    assert len({litesnn.load_genotype(network).document for network in given}) == 1
    assert litesnn.load_profile(litesnn.load_profile("loihi2")) == litesnn.load_profile("loihi2")
    assert litesnn.estimate(given[3], "loihi2") == litesnn.estimate(path, litesnn.load_profile("loihi2"))
    assert type(litesnn.check(given[3], fix_seconds=0)) is litesnn.Check
    with pytest.raises(litesnn.LiteSNNError, match="names weights"):
        litesnn.load_genotype(of_kind(objects, litesnn.Genotype))

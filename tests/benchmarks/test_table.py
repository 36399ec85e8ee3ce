"""The table of ratios: verdicts against targets, and the results section of a page."""

import pytest
from table import BEGIN, END, Row, from_document, to_document, to_text, with_results

MACHINE = {"cpu": "a processor", "cores": 2, "load": 0.1, "system": "Linux", "python": "3.10.1"}
RUN = {"machine": MACHINE, "threads": 2, "torch": "2.3.1", "date": "2000-01-02", "command": "python speed.py"}


def row(median: float, target: float | None, at_most: bool = False) -> Row:
    ratio = {"min": median / 2, "median": median, "max": median * 2}
    return Row("ours / theirs", "a network", "3 s", "4 s", ratio, target, at_most)


@pytest.mark.parametrize(
    ("median", "target", "at_most", "met"),
    [(1.2, 1.0, False, True), (0.9, 1.0, False, False), (0.9, 1.5, True, True), (1.6, 1.5, True, False)],
)
def test_the_median_decides_whether_a_target_is_met(median: float, target: float, at_most: bool, met: bool) -> None:
    assert row(median, target, at_most).met() is met
    assert row(median, target, at_most).cells()[-1] == ("met" if met else "missed")


def test_a_row_without_a_target_has_no_verdict() -> None:
    assert row(2.0, None).met() is None
    assert row(2.0, None).cells()[-2:] == ("", "")


def test_rows_read_back_as_they_were_written() -> None:
    rows = [row(2.0, 1.0), row(0.5, 1.5, at_most=True), row(3.0, None)]
    assert from_document(to_document(rows, **RUN)) == rows


def test_text_shows_least_median_and_largest_in_aligned_columns() -> None:
    head, line = to_text([row(2.0, 1.0)]).splitlines()
    assert line.split()[-6:] == ["1.00", "2.00", "4.00", "≥", "1", "met"]
    assert head.index("median") == line.index("2.00")


def test_a_page_keeps_everything_but_its_results() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = with_results(page, to_document([row(2.0, 1.0)], **RUN))
    assert once.startswith(f"before\n{BEGIN}\n")
    assert once.endswith(f"\n{END}\nafter\n")
    assert "old" not in once
    assert "| ours / theirs | a network | 3 s | 4 s | 1.00 | 2.00 | 4.00 | ≥ 1 | met |" in once
    assert "python speed.py" in once
    assert with_results(once, to_document([row(2.0, 1.0)], **RUN)) == once


@pytest.mark.parametrize("page", ["", BEGIN, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}", f"{BEGIN}{BEGIN}{END}"])
def test_a_page_without_one_place_for_results_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="results belong between"):
        with_results(page, to_document([], **RUN))

"""The front holds what nobody beats, equals included, and nothing that is refused."""

from __future__ import annotations

from litesnn.compiler.exploration.document import Figures, Refusal, Row
from litesnn.compiler.exploration.front import front


def row(cores: int, memory: int, latency: int, *, fits: bool = True) -> Row:
    figures = Figures(
        cores=cores, least_cores=1, chips=1, neurons=1, memory_bits=memory, latency=latency, period=1, binds="neurons"
    )
    refused = None if fits else Refusal(code="LSN-CHIPS", message="no")
    return Row(profile="p", settings={}, key="", figures=figures, refused=refused)


def test_a_row_is_on_the_front_unless_another_is_as_good_in_all_and_better_in_one() -> None:
    rows = [row(2, 8, 5), row(1, 9, 5), row(2, 9, 5), row(3, 9, 4), row(2, 8, 5), row(1, 1, 1, fits=False)]
    assert front(rows) == (0, 1, 3, 4)


def test_rows_without_figures_are_on_no_front() -> None:
    assert front([Row(profile="p", settings={}, key="", refused=Refusal(code="compile", message="no"))]) == ()

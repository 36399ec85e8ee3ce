"""Accuracy against cores, and the bars of what a search found."""

from __future__ import annotations

from types import SimpleNamespace

from litesnn.display.cell_bars import cell_bars, full_channels
from litesnn.display.pareto import front, pareto_plots

SETTINGS = {"deploy_channels": 16, "nodes": 2, "levels": [0, 1], "outer_bits": None}


def test_the_front_has_what_no_other_beats() -> None:
    assert front([(4, 0.8), (2, 0.8), (8, 0.9), (9, 0.85), (2, 0.7)]) == [1, 2]
    assert front([(3, 0.5), (3, 0.5)]) == [0, 1], "equal ones do not beat each other"


def test_runs_of_each_kind_of_accuracy_are_a_picture_and_those_without_cores_are_none() -> None:
    def run(**result: float) -> SimpleNamespace:
        return SimpleNamespace(result=result)

    searches = {"a": run(chip_cores=2, accuracy=0.8), "b": run(chip_cores=4, accuracy=0.9), "c": run(accuracy=0.95)}
    trained = {"d": run(chip_cores=2, accuracy_fixed=0.91, accuracy=0.5)}
    (plot,) = pareto_plots({**searches, **trained})  # type: ignore[arg-type]
    assert [point.mark.text for point in plot.points] == ["a: 80.00 % on 2 cores", "b: 90.00 % on 4 cores"]
    assert len(plot.line.split()) == 2
    assert float(plot.points[1].y) < float(plot.points[0].y), "more accuracy is higher"
    assert pareto_plots({"a": searches["a"]}) == []  # type: ignore[arg-type]


def test_bars_show_channels_of_how_many_and_bits() -> None:
    history = {"settings": SETTINGS, "decoded": {"channels": [8, 8, 4], "bits": [1, 4]}}
    assert full_channels(SETTINGS) == [16, 8, 16]
    found = cell_bars(history)
    assert found is not None
    assert [bar.title for bar in found.bars] == [
        "stem: 8 of 16 channels a node, 4-bit weights",
        "cell 1: 8 of 8 channels a node, 1-bit weights",
        "cell 2: 4 of 16 channels a node, 4-bit weights",
    ]
    heights = [float(bar.height) for bar in found.bars]
    assert heights[0] == heights[1] == 2 * heights[2]
    assert cell_bars({"settings": SETTINGS, "decoded": {"edges": [], "bits": [1]}}) is None

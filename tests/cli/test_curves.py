"""Curves of the search's page: where values land in the box."""

from litesnn.display.curves import HEIGHT, WIDTH, line_chart, path_chart


def points(text: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]


def test_first_and_last_epoch_lie_at_the_sides_and_extremes_at_top_and_bottom() -> None:
    chart = line_chart("loss", {"a": [4.0, 3.0, 1.0], "b": [2.0, 2.0, 2.0]})
    a, b = (points(line.points) for line in chart.lines)
    assert [x for x, _ in a] == [46, (46 + WIDTH - 14) / 2, WIDTH - 14]
    assert a[0][1] == 8
    assert a[2][1] == HEIGHT - 20
    assert len({y for _, y in b}) == 1
    assert [text for _, text in chart.y_ticks] == ["1", "2.5", "4"]


def test_one_epoch_equal_values_and_infinities_are_drawn_too() -> None:
    assert len(points(line_chart("x", {"a": [5.0]}).lines[0].points)) == 1
    assert len(points(line_chart("x", {"a": [0.0, 0.0]}, low=0).lines[0].points)) == 2
    assert len(points(line_chart("x", {"a": [1.0, float("inf"), 2.0]}).lines[0].points)) == 2
    assert len(points(path_chart("x", "p", [(1.0, 2.0), (1.0, 2.0)]).lines[0].points)) == 2

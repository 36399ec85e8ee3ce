"""The floorplan of a report as a plot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.errors import DataError
from litesnn.base.plots import Square, draw_floorplan
from litesnn.compiler.report.numbers import words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from litesnn.compiler.report.report import Report
    from litesnn.compiler.report.sections.mapping import CoreEntry

GAP = 2  # cores between two chips
MOST_FREE = 2000


def plot_floorplan(report: Report, ax: Axes | None = None, resource: str | None = None) -> Axes:
    """Each chip's mesh with its cores, chips side by side, as wide as what is used.

    Parameters
    ----------
    ax : to draw into; new axes where None
    resource : what the shade stands for, a key of `report.mapping.resources`; the fullest of each core where None

    Raises
    ------
    DataError
        For a report without a mapping, and a resource that it does not have.
    MissingExtraError
        Where matplotlib is not installed.
    """
    mapping = report.mapping
    if mapping is None or not mapping.cores_detail:
        raise DataError(f"'{report.name}' has no floorplan: it was not mapped to cores")
    limits = {name: entry.limit for name, entry in mapping.resources.items() if entry.limit}
    if resource is not None and resource not in limits:
        raise DataError(f"resource: found '{resource}'; allowed: {', '.join(limits)}")
    slots = mapping.places[2]
    side = max(1, round(slots**0.5 + 0.499))
    columns, rows = (1 + max(core.router[axis] for core in mapping.cores_detail) for axis in range(2))
    chips = sorted({core.chip for core in mapping.cores_detail})

    def place(chip: int, x: int, y: int, slot: int) -> tuple[float, float]:
        return chips.index(chip) * (columns * side + GAP) + x * side + slot % side, y * side + slot // side

    def fill(core: CoreEntry) -> float:
        return max(
            (core.usage.get(name, 0) / limits[name] for name in ([resource] if resource else limits)), default=0.0
        )

    squares = [
        Square(*place(core.chip, *core.router, core.slot), fill=fill(core), number=core.core)
        for core in mapping.cores_detail
    ]
    used = {(square.x, square.y) for square in squares}
    every = (
        place(chip, x, y, slot) for chip in chips for x in range(columns) for y in range(rows) for slot in range(slots)
    )
    free = [spot for spot in every if spot not in used][:MOST_FREE]
    title = f"{report.name} on {report.profile}: {len(squares):,} cores"
    shade = f"{'fullest resource' if resource is None else words(resource)}, of its limit"
    return draw_floorplan(ax, squares, free, title, shade)

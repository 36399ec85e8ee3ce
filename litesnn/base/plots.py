"""Plots with matplotlib, which `pip install litesnn[plot]` adds: each draws into axes and returns them; nothing is shown or saved.

What is drawn is plain numbers; text may come from files and is data (no mathematics is set of it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import MissingExtraError
from litesnn.base.text import brief

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NEURONS, MOST_NAMES = 100_000, 24
"""Of a raster; and of names beside an axis."""
Spikes = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Square:
    """One core of a floorplan: its place on the chip's grid of cores, how full it is (1: to the limit), and its number."""

    x: float
    y: float
    fill: float
    number: int


def axes(ax: Axes | None, width: float = 7.0, height: float = 4.0) -> Axes:
    """The axes to draw into: those that were given, or new ones of a figure of this size in inches.

    Raises
    ------
    MissingExtraError
        Where matplotlib is not installed.
    """
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise MissingExtraError(
            f"plots: matplotlib is not installed ({error}); install it: pip install 'litesnn[plot]', or pip install matplotlib"
        ) from error
    return pyplot.subplots(figsize=(width, height), layout="constrained")[1] if ax is None else ax


def draw_floorplan(
    ax: Axes | None, squares: Sequence[Square], free: Sequence[tuple[float, float]], title: str, shade: str
) -> Axes:
    """Cores as squares, shaded by how full they are; free places are outlined. `shade` says what the colour stands for."""
    ax = axes(ax, 6.0, 5.0)
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    for x, y in free:
        ax.add_patch(Rectangle((x, y), 0.8, 0.8, fill=False, edgecolor="0.7", linewidth=0.6))
    used = PatchCollection([Rectangle((s.x, s.y), 0.8, 0.8) for s in squares], cmap="viridis")
    used.set_array(np.array([s.fill for s in squares]))
    used.set_clim(0, 1)
    ax.add_collection(used)
    if len(squares) <= MOST_NAMES:
        for square in squares:
            colour = "black" if square.fill > 0.6 else "white"
            ax.text(
                square.x + 0.4, square.y + 0.4, str(square.number), color=colour, ha="center", va="center", fontsize=8
            )
    ax.autoscale_view()
    ax.set(aspect="equal", xticks=[], yticks=[])
    ax.invert_yaxis()
    ax.set_title(plain(title), parse_math=False)
    ax.figure.colorbar(used, ax=ax, label=plain(shade), shrink=0.8)
    return ax


def draw_raster(ax: Axes | None, spikes: Mapping[str, Spikes], title: str) -> Axes:
    """Spikes of one sample, population above population: name -> (T, neurons), a mark where a value is not 0.

    Raises
    ------
    DataError
        For more than 100,000 neurons.
    """
    from litesnn.base.errors import DataError

    neurons = sum(values.shape[1] for values in spikes.values())
    if neurons > MOST_NEURONS:
        raise DataError(f"raster: found {neurons:,} neurons; allowed: {MOST_NEURONS:,}; name fewer populations")
    ax = axes(ax)
    first, middles = 0, []
    for number, values in enumerate(spikes.values()):
        steps, ids = np.nonzero(values)
        ax.scatter(steps, first + ids, marker="|", s=max(4, min(60, 4000 / max(neurons, 1))), color=f"C{number % 10}")
        middles.append(first + values.shape[1] / 2)
        first += values.shape[1]
        ax.axhline(first - 0.5, color="0.8", linewidth=0.6)
    longest = max((values.shape[0] for values in spikes.values()), default=1)
    ax.set(xlabel="time step", xlim=(-0.5, longest - 0.5), ylim=(first - 0.5, -0.5))
    _count_across(ax)
    shown = list(zip(middles, spikes, strict=True))[:: -(-len(middles) // MOST_NAMES) or 1]
    ax.set_yticks([place for place, _ in shown], [plain(name) for _, name in shown], parse_math=False)
    ax.set_title(plain(title), parse_math=False)
    return ax


def draw_history(
    ax: Axes | None, lines: Mapping[str, Sequence[float | None]], title: str, across: str, up: str
) -> Axes:
    """Lines over epochs, which count from 1; where there is no value, a line has a gap."""
    ax = axes(ax)
    for name, values in lines.items():
        known = [np.nan if value is None else value for value in values]
        ax.plot(range(1, len(known) + 1), known, label=plain(name), marker="." if len(known) < 60 else "")
    ax.set(xlabel=across, ylabel=up)
    _count_across(ax)
    ax.set_title(plain(title), parse_math=False)
    if lines:
        for text in ax.legend().get_texts():
            text.set_parse_math(False)
    return ax


def _count_across(ax: Axes) -> None:
    """Whole numbers along the lower axis."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def plain(text: str) -> str:
    """Text as a plot shows it: short, and visible."""
    return brief(text, 40)

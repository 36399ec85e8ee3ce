"""The stem and the cells of a found network as bars: how many channels each has, of how many it could have had, and its bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litesnn.compiler.report.numbers import px

WIDTH, HEIGHT = 360, 150
_LEFT, _TOP, _BOTTOM = 46, 16, 20
_COLOURS = {1: 0, 2: 1, 4: 4, 8: 2}


@dataclass(frozen=True)
class Bar:
    """One bar with its frame: places and sizes in SVG units, its colour, what stands below and above it, and its title."""

    x: str
    y: str
    width: str
    height: str
    frame_y: str
    frame_height: str
    middle: str
    colour: int
    below: str
    above: str
    title: str


@dataclass(frozen=True)
class Bars:
    """Bars over one axis of channels, and a key of their colours."""

    title: str
    bars: tuple[Bar, ...]
    y_ticks: tuple[tuple[str, str], ...]
    key: tuple[tuple[int, str], ...]
    width: int = WIDTH
    height: int = HEIGHT


def cell_bars(history: Mapping[str, Any]) -> Bars | None:
    """Of a history of LitE-SNN's search; None where it does not say the channels, as those of earlier versions, and of other methods."""
    decoded, settings = history.get("decoded", {}), history["settings"]
    channels, bits = decoded.get("channels"), decoded.get("bits")
    if not channels or not bits or len(channels) != len(bits) + 1:
        return None
    full = full_channels(settings)
    top = max(*full, *channels)
    step = (WIDTH - _LEFT - 14) / len(channels)
    names = ["stem", *(f"cell {cell + 1}" for cell in range(len(bits)))]
    widths = [settings.get("outer_bits") or 4, *bits]
    bars = []
    for place, (name, now, most, width) in enumerate(zip(names, channels, full, widths, strict=True)):
        left = _LEFT + step * (place + 0.15)
        bars.append(
            Bar(
                px(left),
                px(_down(now, top)),
                px(step * 0.7),
                height=px(_down(0, top) - _down(now, top)),
                frame_y=px(_down(most, top)),
                frame_height=px(_down(0, top) - _down(most, top)),
                middle=px(left + step * 0.35),
                colour=_COLOURS.get(width, 6),
                below="stem" if place == 0 else str(place),
                above=str(now),
                title=f"{name}: {now} of {most} channels a node, {width}-bit weights",
            )
        )
    ticks = tuple((px(_down(value, top)), f"{value:g}") for value in (0, top / 2, top))
    key = tuple((_COLOURS.get(width, 6), f"{width} bit") for width in sorted(set(widths)))
    return Bars(
        "channels of the stem and of each node of cells 1, 2, ...; framed: as many as there could be",
        tuple(bars),
        ticks,
        key,
    )


def full_channels(settings: Mapping[str, Any]) -> list[int]:
    """Of the stem and of a node of each cell, as they are deployed, with none cut off."""
    stem, nodes = settings["deploy_channels"], settings["nodes"]
    return [stem, *(stem // nodes * 2**level for level in settings["levels"])]


def _down(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - value / top * (HEIGHT - _TOP - _BOTTOM)

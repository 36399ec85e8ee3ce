"""The pipeline: when each population works on each of several samples streamed back to back, in steps.

A population computes step t of sample s in chip step arrival + s * period + t * interval, and resets when its next sample arrives.
A source whose spikes would come too early is delayed; the wait is drawn in front of the bar it waits for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SAMPLES, ROW, BAR, WIDTH = 3, 24, 14, 960
SMALLEST_STEP, WIDEST_STEP = 7.0, 36.0


@dataclass(frozen=True)
class Interval:
    """Consecutive steps of one sample in one population, x and width in pixels."""

    sample: int
    x: float
    width: float
    text: str


@dataclass(frozen=True)
class Wait:
    """A delayed input: from the step its spikes would arrive (x0, at row y0) to the step they do (x1, at y1)."""

    x0: float
    y0: float
    x1: float
    y1: float
    delay: int
    text: str


@dataclass(frozen=True)
class Line:
    """One population: its bars, and x of every reset."""

    name: str
    y: float
    intervals: tuple[Interval, ...]
    resets: tuple[float, ...]


@dataclass(frozen=True)
class TimelineView:
    """Pixels throughout; `ticks` are (x, step)."""

    lines: tuple[Line, ...]
    waits: tuple[Wait, ...]
    ticks: tuple[tuple[float, int], ...]
    width: float
    height: float
    latency: int
    latency_x: float
    timesteps: int
    period: int
    interval: int
    idle: int
    samples: int
    isolated: bool
    delayed_blocks: int
    relays: int
    row: int = ROW
    bar: int = BAR


def timeline_view(report: Mapping[str, Any]) -> TimelineView | None:
    """None for a network that was not scheduled."""
    schedule, certificate = report["schedule"], report["certificate"]
    if schedule is None or not certificate:
        return None
    isolated = report["network"]["isolated"]
    samples = 1 if isolated else SAMPLES
    timesteps, interval = schedule["timesteps"], schedule.get("initiation_interval", 1)
    period = schedule.get("period", timesteps)
    last = schedule["depth"] + samples * period
    step = min(WIDEST_STEP, max(SMALLEST_STEP, WIDTH / last))
    resets = {row["population"]: (row["reset_interval"], row["reset_offset"]) for row in certificate}
    arrivals = _arrivals(certificate)
    lines, row_of = [], {}
    for i, (name, arrival) in enumerate(arrivals.items()):
        row_of[name] = i
        bars = tuple(
            bar
            for sample in range(samples)
            for bar in _bars(name, arrival + sample * period, sample, timesteps, interval, step)
        )
        lines.append(Line(name, i * ROW, bars, _resets(resets.get(name), arrival, arrival + samples * period, step)))
    every = next(n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9) if n * step >= 28)
    return TimelineView(
        lines=tuple(lines),
        waits=tuple(_waits(certificate, row_of, step)),
        ticks=tuple((t * step, t) for t in range(0, last + 1, every)),
        width=last * step,
        height=len(lines) * ROW,
        latency=schedule["latency"],
        latency_x=schedule["latency"] * step,
        timesteps=timesteps,
        period=period,
        interval=interval,
        idle=period - timesteps,
        samples=samples,
        isolated=isolated,
        delayed_blocks=schedule["delayed_blocks"],
        relays=schedule["relays"],
    )


def _arrivals(certificate: list[Mapping[str, Any]]) -> dict[str, int]:
    """Sources of the network first (they are read but compute nothing), then every population."""
    own = {row["population"]: row["arrival"] for row in certificate}
    read = {entry["source"]: entry["source_arrival"] for row in certificate for entry in row["inputs"]}
    return {name: arrival for name, arrival in read.items() if name not in own} | own


def _bars(name: str, first: int, sample: int, timesteps: int, interval: int, step: float) -> Iterator[Interval]:
    """One bar for steps that follow each other, or one for each."""
    if interval == 1:
        text = f"{name}: sample {sample + 1} in steps {first} to {first + timesteps - 1}"
        yield Interval(sample, first * step, timesteps * step, text)
        return
    for t in range(timesteps):
        at = first + t * interval
        yield Interval(sample, at * step, step, f"{name}: step {t + 1} of sample {sample + 1} in step {at}")


def _resets(reset: tuple[int | None, int | None] | None, arrival: int, last: int, step: float) -> tuple[float, ...]:
    """Lava counts steps from 1 and resets before the update where `step % interval == offset`."""
    interval, offset = reset or (None, None)
    if not interval:
        return ()
    return tuple(t * step for t in range(arrival, last + 1) if (t + 1) % interval == offset)


def _waits(certificate: list[Mapping[str, Any]], row_of: Mapping[str, int], step: float) -> list[Wait]:
    waits = []
    for row in certificate:
        delayed = [entry for entry in row["inputs"] if entry["delay"] > 0]
        for i, entry in enumerate(delayed):
            text = f"{entry['source']} → {row['population']}: spikes wait {entry['delay']} steps"
            y = row_of[row["population"]] * ROW + ROW * (i + 1) / (len(delayed) + 1)
            waits.append(
                Wait(
                    (entry["source_arrival"] + 1) * step,
                    row_of[entry["source"]] * ROW + (ROW + BAR) / 2,
                    (entry["source_arrival"] + 1 + entry["delay"]) * step,
                    y,
                    entry["delay"],
                    text,
                )
            )
    return waits

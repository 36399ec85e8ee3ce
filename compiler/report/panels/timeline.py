"""The pipeline: when each population works on each of several samples streamed back to back, in steps.

A population computes step t of sample s in chip step arrival + s * period + t * interval, and resets when its next sample arrives.
A source whose spikes would come too early is delayed; the wait is drawn in front of the bar it waits for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from litesnn.compiler.report.panels.panel import Panel

if TYPE_CHECKING:
    from litesnn.compiler.report.report import Report
    from litesnn.compiler.report.sections.schedule import ArrivalEntry, ScheduleSection

SAMPLES, ROW, BAR, WIDTH = 3, 24, 14, 960
SMALLEST_STEP, WIDEST_STEP = 7.0, 36.0
TICK, MOST_TICKS = 28, 4000
"""Pixels that a tick needs, and how many ticks and resets of a population are drawn at the most."""


@dataclass(frozen=True)
class Interval:
    """Consecutive steps of one sample in one population, x and width in pixels."""

    sample: int
    x: float
    width: float
    text: str


@dataclass(frozen=True, kw_only=True)
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


@dataclass(frozen=True, kw_only=True)
class TimelinePanel(Panel):
    """Pixels throughout; `ticks` are (x, step)."""

    anchor = "timeline"
    link = "Pipeline"

    schedule: ScheduleSection
    lines: tuple[Line, ...]
    waits: tuple[Wait, ...]
    ticks: tuple[tuple[float, int], ...]
    step: float
    samples: int
    isolated: bool
    row: int = ROW
    bar: int = BAR

    @classmethod
    def of(cls, report: Report) -> TimelinePanel | None:
        """None for a network that was not scheduled."""
        schedule, certificate = report.schedule, report.certificate
        if schedule is None or not certificate:
            return None
        samples = 1 if report.network.isolated else SAMPLES
        period = schedule.sample_period
        last = schedule.depth + samples * period
        step = min(WIDEST_STEP, max(SMALLEST_STEP, WIDTH / last))
        resets = {row.population: (row.reset_interval, row.reset_offset) for row in certificate}
        arrivals = _arrivals(certificate)
        lines, row_of = [], {}
        for i, (name, arrival) in enumerate(arrivals.items()):
            row_of[name] = i
            bars = tuple(
                bar
                for sample in range(samples)
                for bar in _bars(name, arrival + sample * period, sample, schedule, step)
            )
            lines.append(
                Line(name, i * ROW, bars, _resets(resets.get(name), arrival, arrival + samples * period, step))
            )
        every = next(n for n in _spacings() if n * step >= TICK and last / n <= MOST_TICKS)
        return cls(
            schedule=schedule,
            lines=tuple(lines),
            waits=tuple(_waits(certificate, row_of, step)),
            ticks=tuple((t * step, t) for t in range(0, last + 1, every)),
            step=step,
            samples=samples,
            isolated=report.network.isolated,
        )

    @property
    def width(self) -> float:
        """From the first input to the last bar's end."""
        return (self.schedule.depth + self.samples * self.schedule.sample_period) * self.step

    @property
    def height(self) -> int:
        """Of all lines."""
        return len(self.lines) * ROW

    @property
    def latency_x(self) -> float:
        """Where the first answer is complete."""
        return self.schedule.latency * self.step

    @property
    def idle(self) -> int:
        """Steps per sample in which a population rests."""
        return self.schedule.sample_period - self.schedule.timesteps

    template = """\
{% set line = panel.schedule %}
<section id="timeline" aria-labelledby="timeline-title">
<h2 id="timeline-title">Pipeline</h2>
<p class="lede">{% if panel.isolated %}Every sample is a run of its own from zero state, {{ line.timesteps }} step{{ "" if line.timesteps == 1 else "s" }} unless its input says more; its answer is complete after {{ line.latency }}.{% else %}A new sample enters every {{ line.sample_period }} step{{ "" if line.sample_period == 1 else "s" }}; its answer is complete {{ line.latency }} steps after its first input.{% endif %} {% if line.delayed_blocks %}{{ line.delayed_blocks }} synapse block{{ "" if line.delayed_blocks == 1 else "s" }} wait{{ "s" if line.delayed_blocks == 1 else "" }} so that paths of different length meet.{% else %}No path has to wait for another.{% endif %}{% if panel.idle and not panel.isolated %} Feedback: a step of a sample takes {{ line.initiation_interval }} step{{ "" if line.initiation_interval == 1 else "s" }} of the chip, and samples are parted by an empty one, so populations rest in {{ panel.idle }} of {{ line.sample_period }} steps.{% endif %}{% if line.relays %} {{ line.relays }} relay population{{ "" if line.relays == 1 else "s" }} carry spikes past the longest delay.{% endif %}</p>
<div class="time" style="--row:{{ panel.row }}px">
<ol class="rows">{% for item in panel.lines %}<li title="{{ item.name }}"><span>{{ item.name }}</span></li>{% endfor %}</ol>
<div class="scroll" tabindex="0" role="region" aria-label="Timeline of the pipeline">
<svg width="{{ (panel.width + 24) | px }}" height="{{ (panel.height + 44) | px }}" role="group" aria-label="Steps in which each population computes each of {{ panel.samples }} samples">
<g transform="translate(8 24)">
<g class="grid">{% for x, step in panel.ticks %}<path d="M{{ x | px }} -4V{{ panel.height | px }}"/><text x="{{ x | px }}" y="-8">{{ step }}</text>{% endfor %}</g>
<g class="waits">{% for wait in panel.waits %}<g><title>{{ wait.text }}</title><path class="drop" d="M{{ wait.x0 | px }} {{ wait.y0 | px }}V{{ wait.y1 | px }}"/><path class="wait" d="M{{ wait.x0 | px }} {{ wait.y1 | px }}H{{ wait.x1 | px }}"/><circle cx="{{ wait.x0 | px }}" cy="{{ wait.y1 | px }}" r="1.8"/><text x="{{ (wait.x0 - 4) | px }}" y="{{ wait.y1 | px }}">+{{ wait.delay }}</text></g>{% endfor %}</g>
{% for item in panel.lines %}
<g transform="translate(0 {{ item.y | px }})">{% for bar in item.intervals %}<rect class="s{{ bar.sample }}" x="{{ bar.x | px }}" y="{{ ((panel.row - panel.bar) / 2) | px }}" width="{{ bar.width | px }}" height="{{ panel.bar }}"><title>{{ bar.text }}</title></rect>{% endfor %}{% for x in item.resets %}<path class="reset" d="M{{ x | px }} {{ ((panel.row - panel.bar) / 2 - 3) | px }}v{{ panel.bar + 6 }}"/>{% endfor %}</g>
{% endfor %}
<path class="answer" d="M{{ panel.latency_x | px }} -4V{{ (panel.height + 6) | px }}"/>
<text class="answer" x="{{ panel.latency_x | px }}" y="{{ (panel.height + 17) | px }}">answer 1 complete after {{ line.latency }} steps</text>
</g>
</svg>
</div>
</div>
<p class="keys">{% for i in range(panel.samples) %}<span class="key"><i class="swatch s{{ i }}"></i> sample {{ i + 1 }}</span> {% endfor %}<span class="key"><i class="swatch reset"></i> reset</span>{% if panel.waits %} <span class="key"><i class="swatch wait"></i> spikes of sample 1 wait (delay)</span>{% endif %} <span class="key">numbers: steps</span></p>
</section>
"""


def _spacings() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50, ..."""
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def _arrivals(certificate: Sequence[ArrivalEntry]) -> dict[str, int]:
    """Sources of the network first (they are read but compute nothing), then every population; 0 where it is not known."""
    own = {row.population: row.arrival or 0 for row in certificate}
    read = {entry.source: entry.source_arrival or 0 for row in certificate for entry in row.inputs}
    return {name: arrival for name, arrival in read.items() if name not in own} | own


def _bars(name: str, first: int, sample: int, schedule: ScheduleSection, step: float) -> Iterator[Interval]:
    """One bar for steps that follow each other, or one for each."""
    timesteps, interval = schedule.timesteps, schedule.initiation_interval
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
    if interval is None or offset is None or not 0 <= offset < interval:
        return ()
    first = arrival + (offset - arrival - 1) % interval
    return tuple(t * step for t in range(first, last + 1, interval)[:MOST_TICKS])


def _waits(certificate: Sequence[ArrivalEntry], row_of: Mapping[str, int], step: float) -> Iterator[Wait]:
    for row in certificate:
        delayed = [entry for entry in row.inputs if entry.delay > 0]
        for i, entry in enumerate(delayed):
            due = (entry.source_arrival or 0) + 1
            yield Wait(
                x0=due * step,
                y0=row_of[entry.source] * ROW + (ROW + BAR) / 2,
                x1=(due + entry.delay) * step,
                y1=row_of[row.population] * ROW + ROW * (i + 1) / (len(delayed) + 1),
                delay=entry.delay,
                text=f"{entry.source} → {row.population}: spikes wait {entry.delay} steps",
            )

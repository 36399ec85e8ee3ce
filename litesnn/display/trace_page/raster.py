"""The raster: what every population sent, rows of neurons over steps, with cells in which engines part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from litesnn.compiler.report.numbers import count, shape
from litesnn.compiler.report.panels.panel import Section
from litesnn.compiler.report.sections.sample_trace import RasterEntry, SampleTrace

SHADES, FAINTEST = 10, 3
LOWEST, HIGHEST, WIDEST = 14.0, 192.0, 28.0
"""Pixels: height of a population, width of a column."""
MOST_TICKS, BESIDE, MARK = 12, 240.0, 0.35


@dataclass(frozen=True, kw_only=True)
class Row:
    """One population: `paths` are (shade, path in cells), `wrong` the path of cells in which engines part."""

    name: str
    note: str
    said: str
    rows: int
    height: str
    paths: tuple[tuple[int, str], ...]
    wrong: str


@dataclass(frozen=True, kw_only=True)
class RasterPanel(Section):
    """`ticks` are (percent across, step); `wide` is the width of a drawing in pixels, at the most."""

    anchor = "raster"
    link = "Spikes"

    rows: tuple[Row, ...]
    columns: int
    span: int
    ticks: tuple[tuple[str, int], ...]
    wide: float
    parted: bool
    not_drawn: int

    @classmethod
    def of(cls, trace: SampleTrace) -> RasterPanel:
        """All populations that are drawn, in the order of the network."""
        span = trace.steps_per_column
        columns = -(-trace.timesteps // span)
        every = next(n for n in (1, 2, 5, 10, 20, 50) if columns / n <= 2 * MOST_TICKS or n == 50)
        return cls(
            rows=tuple(_row(entry, columns) for entry in trace.populations),
            columns=columns,
            span=span,
            ticks=tuple((f"{100 * (i + 0.5) / columns:.2f}", i * span) for i in range(0, columns, every)),
            wide=columns * WIDEST,
            parted=any(entry.differing for entry in trace.populations),
            not_drawn=trace.not_drawn,
        )

    @property
    def beside(self) -> bool:
        """Whether drawings are so narrow that populations stand beside each other."""
        return self.wide <= BESIDE

    template = """\
<section id="raster" aria-labelledby="raster-title">
<h2 id="raster-title">Spikes, step by step</h2>
<p class="lede">Time goes across, {{ "a column is a step" if panel.span == 1 else "a column is " ~ panel.span ~ " steps" }} of the sample: delays along the way are taken out. Neurons go down, channel after channel. The fullest cell of a population has the strongest shade.{% if panel.not_drawn %} {{ panel.not_drawn | count }} more populations are not drawn.{% endif %}</p>
<p class="legend"><span class="ramp"><span>few</span>{% for i in range(3, 10) %}<i class="f{{ i }}"></i>{% endfor %}<span>most of that population</span></span>{% if panel.parted %} <span class="key"><i class="f10"></i> at the right of a cell: engines part</span>{% endif %} <output id="cell" class="script"></output></p>
<div class="raster{{ ' cards' if panel.beside }}" style="--wide:{{ panel.wide | px }}px">
{% for row in panel.rows %}
<div class="row">
<div class="name"><b>{{ row.name }}</b> <small>{{ row.note }}</small></div>
<div>{% if loop.first or panel.beside %}<div class="ticks{{ ' many' if panel.ticks | length > 12 }}" aria-hidden="true">{% for left, step in panel.ticks %}<span style="left:{{ left }}%">{{ step }}</span>{% endfor %}</div>{% endif %}

<svg class="cells" data-entry="{{ loop.index0 }}" viewBox="0 0 {{ panel.columns }} {{ row.rows }}" preserveAspectRatio="none" style="height:{{ row.height }}px" role="img" aria-label="{{ row.said }}"><title>{{ row.said }}</title>{% for shade, path in row.paths %}<path class="cell f{{ shade }}" d="{{ path }}"/>{% endfor %}{% if row.wrong %}<path class="cell f10" d="{{ row.wrong }}"/>{% endif %}</svg></div>
</div>
{% endfor %}
</div>
</section>
"""


def _row(entry: RasterEntry, columns: int) -> Row:
    most = max(map(max, entry.cells), default=0)
    shades: dict[int, list[str]] = {}
    for y, cells in enumerate(entry.cells):
        x = 0
        for value, run in groupby(cells):
            width = len(list(run))
            if value:
                shade = FAINTEST + (SHADES - 1 - FAINTEST) * value // most
                shades.setdefault(shade, []).append(_run(x, y, width))
            x += width
    rows = len(entry.cells)
    sent = f"{count(entry.sent)} {'values' if entry.graded else 'spikes'}"
    note = "silent" if not entry.sent else sent
    return Row(
        name=entry.population,
        note=f"{entry.kind} {shape(entry.shape)} · {note} · {entry.row}",
        said=f"{entry.population}: {sent} in {columns} columns, {rows} rows; {entry.row}",
        rows=rows,
        height=f"{min(HIGHEST, max(LOWEST, rows * (8 if rows <= 12 else 4 if rows <= 32 else 2))):g}",
        paths=tuple((shade, "".join(runs)) for shade, runs in sorted(shades.items())),
        wrong="".join(_wrong(entry.differing)),
    )


def _run(x: int, y: int, width: int) -> str:
    return f"M{x} {y}h{width}v1h-{width}z"


def _wrong(cells: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Marks at the right of their cells, so that the shade stays to be seen."""
    return (f"M{column + 1 - MARK:g} {row}h{MARK}v1h-{MARK}z" for row, column in cells)

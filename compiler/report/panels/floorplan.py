"""The floorplan: the part of each chip's mesh that holds cores, with its routers, shaded by how full the cores are.

Coordinates are SVG user units. The cores of a router stand around it, so that the gaps between them carry the mesh's links.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from math import ceil, sqrt
from typing import TYPE_CHECKING

from litesnn.compiler.report.numbers import count, level, percent, span, words
from litesnn.compiler.report.panels.panel import Panel

if TYPE_CHECKING:
    from litesnn.compiler.report.report import Report
    from litesnn.compiler.report.sections.mapping import CoreEntry, MappingSection, SliceEntry

CORE, GAP, MARGIN = 20.0, 6.0, 4.0
SCALE = 2.2  # pixels per unit, at the most
Limits = Mapping[str, float | None]


@dataclass(frozen=True, kw_only=True)
class Core:
    """One used core: where it is drawn, its shade (0..9, or 10 above a limit), and the same in words."""

    index: int
    entry: int
    x: float
    y: float
    shade: int
    text: str


@dataclass(frozen=True)
class Chip:
    """One chip: its used cores, the places of the others as a path, and how many cores a program may use."""

    index: int
    cores: tuple[Core, ...]
    free: str
    places: int


@dataclass(frozen=True)
class _Mesh:
    """Routers of a chip, of which `columns` by `rows` from (`left`, `top`) on are drawn."""

    columns: int
    rows: int
    per_router: int
    usable: int
    left: int = 0
    top: int = 0

    @classmethod
    def of(cls, mapping: MappingSection) -> _Mesh:
        """The profile's mesh, or the smallest that holds every core where the profile does not know it."""
        columns, rows, per_router = mapping.places
        known = None if mapping.mesh is None else mapping.mesh.cores
        return cls(columns, rows, per_router, columns * rows * per_router if known is None else known)

    def around(self, routers: Collection[tuple[int, int]]) -> _Mesh:
        """The smallest rectangle that holds all of some routers."""
        columns, rows = {x for x, _ in routers}, {y for _, y in routers}
        left, top = min(columns), min(rows)
        return replace(self, left=left, top=top, columns=max(columns) - left + 1, rows=max(rows) - top + 1)

    @property
    def side(self) -> int:
        """Cores along one side of a router's square."""
        return max(1, ceil(sqrt(self.per_router)))

    @property
    def pitch(self) -> float:
        return self.side * (CORE + GAP)

    def router(self, x: int, y: int) -> tuple[float, float]:
        half = (self.pitch - GAP) / 2
        return MARGIN + (x - self.left) * self.pitch + half, MARGIN + (y - self.top) * self.pitch + half

    def core(self, x: int, y: int, slot: int) -> tuple[float, float]:
        row, column = divmod(slot, self.side)
        left, top = (x - self.left) * self.pitch, (y - self.top) * self.pitch
        return MARGIN + left + column * (CORE + GAP), MARGIN + top + row * (CORE + GAP)

    @property
    def xs(self) -> range:
        """Columns that are drawn."""
        return range(self.left, self.left + self.columns)

    @property
    def ys(self) -> range:
        """Rows that are drawn."""
        return range(self.top, self.top + self.rows)


@dataclass(frozen=True, kw_only=True)
class FloorplanPanel(Panel):
    """All chips share one mesh: `links` is a path, `routers` are points; `part` says which routers are drawn, empty if all are."""

    anchor = "floorplan"
    link = "Floorplan"

    chips: tuple[Chip, ...]
    width: float
    height: float
    links: str
    routers: tuple[tuple[float, float], ...]
    resources: tuple[str, ...]
    part: str
    core_size: float = CORE

    @property
    def widest(self) -> float:
        """Pixels that the pictures take at the most: cores stay small where there are few."""
        return self.width * SCALE * min(2, len(self.chips))

    @classmethod
    def of(cls, report: Report) -> FloorplanPanel | None:
        """The chips that hold cores; None where there are none."""
        mapping = report.mapping
        if mapping is None or not mapping.cores_detail:
            return None
        whole = _Mesh.of(mapping)
        mesh = whole.around({core.router for core in mapping.cores_detail})
        limits = {name: entry.limit for name, entry in mapping.resources.items()}
        chips: dict[int, list[tuple[int, CoreEntry]]] = defaultdict(list)
        for entry, core in enumerate(mapping.cores_detail):
            chips[core.chip].append((entry, core))
        last_x, last_y = mesh.router(mesh.xs[-1], mesh.ys[-1])
        first_x, first_y = mesh.router(mesh.left, mesh.top)
        rows = [f"M{first_x:g} {mesh.router(mesh.left, y)[1]:g}H{last_x:g}" for y in mesh.ys]
        columns = [f"M{mesh.router(x, mesh.top)[0]:g} {first_y:g}V{last_y:g}" for x in mesh.xs]
        return cls(
            chips=tuple(_chip(mesh, index, cores, limits) for index, cores in sorted(chips.items())),
            width=mesh.columns * mesh.pitch - GAP + 2 * MARGIN,
            height=mesh.rows * mesh.pitch - GAP + 2 * MARGIN,
            links="".join(rows + columns),
            routers=tuple(mesh.router(x, y) for y in mesh.ys for x in mesh.xs),
            part="" if (mesh.columns, mesh.rows) == (whole.columns, whole.rows) else _part(mesh, whole),
            resources=tuple(name for name, limit in limits.items() if limit),
        )

    template = """\
<section id="floorplan" aria-labelledby="floorplan-title">
<h2 id="floorplan-title">Floorplan</h2>
<p class="lede">Each square is a core beside its router; the shade is how full it is. Point at a core, tap it, or focus one and use the arrow keys.{% if panel.part %} {{ panel.part }}{% endif %}</p>
<div class="legend">
<label class="script">Shade by <select id="shade"><option value="">fullest resource</option>{% for name in panel.resources %}<option value="{{ name }}">{{ name | words }}</option>{% endfor %}</select></label>
<span class="ramp"><span>0</span>{% for i in range(10) %}<i class="f{{ i }}"></i>{% endfor %}<span>100 %</span></span>
<span class="key"><i class="f10"></i> above it</span>
<span class="key"><i class="free"></i> free</span>
<span class="key script"><i class="kin"></i> shares a population with the one shown</span>
</div>
<div class="plan{{ ' many' if panel.chips | length > 1 else '' }}" style="--wide:{{ panel.widest | px }}px">
<div class="chips">
{% for chip in panel.chips %}
<figure class="chip">
<svg viewBox="0 0 {{ panel.width | px }} {{ panel.height | px }}" role="group" aria-label="Chip {{ chip.index }}: {{ chip.cores | length }} of {{ chip.places }} cores used">
<path class="links" d="{{ panel.links }}"/>
<path class="free" d="{{ chip.free }}"/>
<g class="routers">{% for x, y in panel.routers %}<circle cx="{{ x | px }}" cy="{{ y | px }}" r="2"/>{% endfor %}</g>
{% for core in chip.cores %}
<g class="core f{{ core.shade }}" role="img" tabindex="{{ 0 if loop.first else -1 }}" data-entry="{{ core.entry }}"><title>{{ core.text }}</title><rect x="{{ core.x | px }}" y="{{ core.y | px }}" width="{{ panel.core_size | px }}" height="{{ panel.core_size | px }}" rx="2"/>{% if panel.chips | length <= 2 %}<text x="{{ (core.x + panel.core_size / 2) | px }}" y="{{ (core.y + panel.core_size / 2) | px }}">{{ core.index }}</text>{% endif %}</g>
{% endfor %}
</svg>
<figcaption>chip {{ chip.index }} <span>{{ chip.cores | length }} of {{ chip.places }} cores</span></figcaption>
</figure>
{% endfor %}
</div>
<aside id="core" class="script" aria-live="polite"></aside>
</div>
</section>
"""


def _part(mesh: _Mesh, whole: _Mesh) -> str:
    """Which routers are drawn, in words."""
    return (
        f"Drawn is the part of the chip that is used: {mesh.columns} × {mesh.rows} of its {whole.columns} × {whole.rows} routers, "
        f"from ({mesh.left}, {mesh.top}) on."
    )


def _chip(mesh: _Mesh, index: int, cores: list[tuple[int, CoreEntry]], limits: Limits) -> Chip:
    used = {(*core.router, core.slot) for _, core in cores}
    free = [
        "M{:g} {:g}h{s:g}v{s:g}h-{s:g}z".format(*mesh.core(x, y, slot), s=CORE)
        for y in mesh.ys
        for x in mesh.xs
        for slot in range(mesh.per_router)
        if (x, y, slot) not in used
    ]
    # In reading order, which is the order the arrow keys follow.
    ordered = sorted(cores, key=lambda item: (item[1].router[1], item[1].router[0], item[1].slot))
    drawn = tuple(_core(mesh, entry, core, limits) for entry, core in ordered)
    return Chip(index, drawn, "".join(free), mesh.usable)


def _core(mesh: _Mesh, entry: int, core: CoreEntry, limits: Limits) -> Core:
    router_x, router_y = core.router
    x, y = mesh.core(router_x, router_y, core.slot)
    fills = {name: value / limit for name, value in core.usage.items() if (limit := limits.get(name))}
    fullest = max(fills, key=lambda name: fills[name], default=None)
    parts = "; ".join(_slice_text(part) for part in core.slices) or "empty"
    text = f"Core {core.core} on chip {core.chip}, router ({router_x}, {router_y}): {parts}."
    if fullest is None:
        return Core(index=core.core, entry=entry, x=x, y=y, shade=0, text=text)
    fill = fills[fullest]
    text += f" Fullest: {words(fullest)}, {percent(fill)} of its limit."
    return Core(index=core.core, entry=entry, x=x, y=y, shade=10 if fill > 1 else level(fill), text=text)


def _slice_text(part: SliceEntry) -> str:
    return f"{part.population}, channels {span(*part.channels)}, {count(part.neurons)} neurons"

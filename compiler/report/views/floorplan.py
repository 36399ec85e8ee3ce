"""The floorplan: each chip's mesh of routers with their cores, shaded by how full they are.

Coordinates are SVG user units. The cores of a router stand around it, so that the gaps between them carry the mesh's links.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

from litesnn.compiler.report.numbers import count, level, percent, spans, words

CORE, GAP, MARGIN = 20.0, 6.0, 4.0


@dataclass(frozen=True)
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
class FloorplanView:
    """All chips share one mesh: `links` is a path, `routers` are points."""

    chips: tuple[Chip, ...]
    width: float
    height: float
    links: str
    routers: tuple[tuple[float, float], ...]
    resources: tuple[str, ...]
    core_size: float = CORE


@dataclass(frozen=True)
class _Mesh:
    columns: int
    rows: int
    per_router: int
    usable: int

    @property
    def side(self) -> int:
        """Cores along one side of a router's square."""
        return max(1, ceil(sqrt(self.per_router)))

    @property
    def pitch(self) -> float:
        return self.side * (CORE + GAP)

    def router(self, x: int, y: int) -> tuple[float, float]:
        half = (self.pitch - GAP) / 2
        return MARGIN + x * self.pitch + half, MARGIN + y * self.pitch + half

    def core(self, x: int, y: int, slot: int) -> tuple[float, float]:
        row, column = divmod(slot, self.side)
        return MARGIN + x * self.pitch + column * (CORE + GAP), MARGIN + y * self.pitch + row * (CORE + GAP)


def floorplan_view(mapping: Mapping[str, Any]) -> FloorplanView | None:
    """The chips that hold cores; None for a mapping without cores."""
    details = mapping["cores_detail"]
    if not details:
        return None
    mesh = _mesh(mapping, details)
    limits = {name: entry["limit"] for name, entry in mapping["resources"].items()}
    chips: dict[int, list[tuple[int, Mapping[str, Any]]]] = defaultdict(list)
    for entry, core in enumerate(details):
        chips[core["chip"]].append((entry, core))
    last_x, last_y = mesh.router(mesh.columns - 1, mesh.rows - 1)
    first_x, first_y = mesh.router(0, 0)
    rows = [f"M{first_x:g} {mesh.router(0, y)[1]:g}H{last_x:g}" for y in range(mesh.rows)]
    columns = [f"M{mesh.router(x, 0)[0]:g} {first_y:g}V{last_y:g}" for x in range(mesh.columns)]
    return FloorplanView(
        chips=tuple(_chip(mesh, index, cores, limits) for index, cores in sorted(chips.items())),
        width=mesh.columns * mesh.pitch - GAP + 2 * MARGIN,
        height=mesh.rows * mesh.pitch - GAP + 2 * MARGIN,
        links="".join(rows + columns),
        routers=tuple(mesh.router(x, y) for y in range(mesh.rows) for x in range(mesh.columns)),
        resources=tuple(name for name, limit in limits.items() if limit),
    )


def core_label(core: Mapping[str, Any]) -> str:
    """`stem + cell0.node1`: the populations of a core, each once."""
    return " + ".join(sorted({part["population"] for part in core["slices"]})) or "empty"


def _mesh(mapping: Mapping[str, Any], details: list[Mapping[str, Any]]) -> _Mesh:
    """The profile's mesh, or the smallest that holds every core where the profile does not know it."""
    known = mapping.get("mesh")
    if known:
        places = known["columns"] * known["rows"] * known["cores_per_router"]
        return _Mesh(known["columns"], known["rows"], known["cores_per_router"], known.get("cores", places))
    columns, rows = (1 + max(core["router"][axis] for core in details) for axis in (0, 1))
    per_router = 1 + max(core["slot"] for core in details)
    return _Mesh(columns, rows, per_router, columns * rows * per_router)


def _chip(
    mesh: _Mesh, index: int, cores: list[tuple[int, Mapping[str, Any]]], limits: Mapping[str, float | None]
) -> Chip:
    used = {(*core["router"], core["slot"]) for _, core in cores}
    free = [
        "M{:g} {:g}h{s:g}v{s:g}h-{s:g}z".format(*mesh.core(x, y, slot), s=CORE)
        for y in range(mesh.rows)
        for x in range(mesh.columns)
        for slot in range(mesh.per_router)
        if (x, y, slot) not in used
    ]
    # In reading order, which is the order the arrow keys follow.
    ordered = sorted(cores, key=lambda item: (item[1]["router"][1], item[1]["router"][0], item[1]["slot"]))
    drawn = tuple(_core(mesh, entry, core, limits) for entry, core in ordered)
    return Chip(index, drawn, "".join(free), mesh.usable)


def _core(mesh: _Mesh, entry: int, core: Mapping[str, Any], limits: Mapping[str, float | None]) -> Core:
    router_x, router_y = core["router"]
    x, y = mesh.core(router_x, router_y, core["slot"])
    fills = {name: value / limit for name, value in core["usage"].items() if (limit := limits.get(name))}
    fullest = max(fills, key=lambda name: fills[name], default=None)
    parts = "; ".join(_slice_text(part) for part in core["slices"]) or "empty"
    text = f"Core {core['core']} on chip {core['chip']}, router ({router_x}, {router_y}): {parts}."
    if fullest is None:
        return Core(core["core"], entry, x, y, 0, text)
    fill = fills[fullest]
    text += f" Fullest: {words(fullest)}, {percent(fill)} of its limit."
    return Core(core["core"], entry, x, y, 10 if fill > 1 else level(fill), text)


def _slice_text(part: Mapping[str, Any]) -> str:
    first, last = part["channels"]
    return f"{part['population']}, channels {spans(range(first, last))}, {count(part['neurons'])} neurons"

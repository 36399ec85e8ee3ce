"""What a network costs over many settings of chips: a row for every combination, kept in a file from which a later run goes on."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from litesnn.base.bars import engine_progress
from litesnn.base.errors import OutputError, ProfileError
from litesnn.base.output import check_file, write_atomically
from litesnn.base.output_kinds import EXPLORATION
from litesnn.base.parts.compute import IN_TURN, Plan, compute
from litesnn.base.parts.part import Part
from litesnn.base.version import __version__
from litesnn.compiler.exploration.document import Exploration, Row, Target, Value, written
from litesnn.compiler.exploration.front import front
from litesnn.compiler.exploration.grid import Grid, Point, at
from litesnn.compiler.exploration.measure import measured, refused
from litesnn.compiler.graph import Graph
from litesnn.compiler.origin import Origin
from litesnn.compiler.passes import SignHandling
from litesnn.compiler.profile import Profile, load_profile
from litesnn.compiler.profile.load import AnyProfile
from litesnn.compiler.program import Program
from litesnn.compiler.program.given import AnyProgram
from litesnn.compiler.report.panels.provenance import tool_versions
from litesnn.jobs.networks import Network, digest_of, network_or_program, origin_of
from litesnn.jobs.part_store import PartStore
from litesnn.reading import Kind, parse_json, read_file

BETWEEN_WRITES = 5.0  # seconds
_FILE = Kind(OutputError, limit=2**26)


def explore(
    network: Network | AnyProgram,
    profiles: AnyProfile | Sequence[AnyProfile] = "loihi2",
    settings: Mapping[str, Sequence[Value]] | None = None,
    *,
    sign: SignHandling = "auto",
    place: bool = True,
    file: str | os.PathLike[str] | None = None,
    progress: Callable[[str, int, int], None] | bool = True,
    plan: Plan | None = None,
) -> Exploration:
    """Compile, map and check a network for every profile with every combination of settings.

    Parameters
    ----------
    network : a genotype, trained or not, a file of another tool or a program, as a path or loaded. The genotype of a program is
        compiled anew for every row; of one that came from another tool the graph is taken as it stands
    profiles : one or several: names of shipped profiles, paths of TOML files, or loaded profiles
    settings : figure -> the values to set it to: `{"neurons_per_core": [256, 512]}`; a text is read as `--set` reads it
    sign : how weights of both signs are stored when it is compiled
    place : put the cores on the mesh, for the traffic; all other figures are the same without
    file : where the rows are kept as JSON, written all along; rows that stand in it already are not computed again
    progress : True shows a bar where somebody looks; or called with `rows`, how many are done, and of how many
    plan : where rows are computed; a share of them is left in `FILE.parts` for whoever merges them

    Raises
    ------
    LiteSNNError
        For rows that failed or are missing (`PartsError`, which names them), a malformed network or profile, a figure or a value
        that there is not, more than 1,000 rows, and a file that cannot be written. What does not run on a chip is a row that says why.
    """
    plan = plan or IN_TURN
    chosen = [profiles] if isinstance(profiles, str | os.PathLike | Profile) else list(profiles)
    if not chosen:
        raise ProfileError("explore: found no profile; allowed: one or more")
    loaded = [load_profile(given) for given in chosen]
    grid = Grid.of(loaded, {name: [*map(_text, values)] for name, values in (settings or {}).items()})
    place_of_rows = None if file is None else Path(file)
    store = None if place_of_rows is None else PartStore(parts_folder(place_of_rows))
    kept = {} if place_of_rows is None else _kept(place_of_rows)
    given = network_or_program(network)
    origin = given.origin if isinstance(given, Program) else origin_of(given)
    graph = given.graph if isinstance(given, Program) and origin.genotype is None else None
    job = _Job(origin, graph, grid=grid, sign=sign, place=place)
    rows: dict[int, Row] = {}
    parts: dict[int, Part] = {}
    for number, point in enumerate(grid.points()):
        found = job.row_or_part(number, point, kept)
        if isinstance(found, Row):
            rows[number] = found
        else:
            parts[number] = found
    numbers, written_at = list(parts), time.monotonic()
    told: Callable[[str, int, int], None] | None = None

    def done(index: int, result: Any) -> None:
        nonlocal written_at
        rows[numbers[index]] = job.row(grid_points[numbers[index]], result)
        if told is not None:
            told("rows", len(rows), grid.size)
        if place_of_rows is not None and plan.share is None and time.monotonic() - written_at > BETWEEN_WRITES:
            _write(place_of_rows, job.exploration(rows))
            written_at = time.monotonic()

    grid_points = list(grid.points())
    try:
        with engine_progress(progress) as told:
            results = compute(list(parts.values()), plan, _InStore(store, plan), done)
            for index, result in results.items():
                rows[numbers[index]] = job.row(grid_points[numbers[index]], result)
            if told is not None:
                told("rows", len(rows), grid.size)
    finally:
        if place_of_rows is not None and plan.share is None and rows:
            _write(place_of_rows, job.exploration(rows))
    if store is not None and plan.share is None:
        store.clear(parts.values())
    return job.exploration(rows)


def parts_folder(file: Path) -> Path:
    """Where jobs of an array leave the rows that belong into a file."""
    return file.with_name(f"{file.name}.parts")


@dataclass(frozen=True)
class _InStore:
    """Rows that jobs of an array left; rows of one job alone go into its file instead."""

    store: PartStore | None
    plan: Plan

    def read(self, part: Part) -> Any | None:
        """A row that was left."""
        return None if self.store is None else self.store.read(part)

    def write(self, part: Part, result: Any) -> None:
        """Leave a row."""
        if self.store is not None and self.plan.share is not None:
            self.store.write(part, result)


class _Job:
    """One network on one grid."""

    def __init__(self, origin: Origin, graph: Graph | None, grid: Grid, sign: SignHandling, place: bool) -> None:
        self.origin, self.graph, self.grid, self.sign, self.place = origin, graph, grid, sign, place
        self.network = digest_of(origin)

    def row_or_part(self, number: int, point: Point, kept: Mapping[str, Row]) -> Row | Part:
        """The row of a point where it is kept or there is no such profile; else what computes it."""
        profile, settings = point
        try:
            target = at(point)
        except ProfileError as error:
            return Row(profile=profile.name, settings=settings, key="", refused=refused("profile", error))
        key = self._key(target)
        if key in kept:
            return kept[key].model_copy(update={"profile": profile.name, "settings": settings})
        named = ", ".join([profile.name, *(f"{name}={written(value)}" for name, value in settings.items())])
        work = partial(_figures, self.origin, self.graph, target, self.sign, self.place)
        return Part(f"row {number + 1}: {named}", key, work)

    def row(self, point: Point, result: Mapping[str, Any]) -> Row:
        """The row of a point from what was computed."""
        profile, settings = point
        target = at(point)
        digest = hashlib.sha256(target.content()).hexdigest()
        about = {"profile": profile.name, "settings": settings, "profile_sha256": digest, "key": self._key(target)}
        return Row.model_validate({**about, **result})

    def _key(self, target: Profile) -> str:
        digest = hashlib.sha256(target.content()).hexdigest()
        parts = (__version__, self.network, digest, self.sign, str(self.place))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def exploration(self, found: Mapping[int, Row]) -> Exploration:
        """The whole, of the rows that are there by number."""
        rows = [found[number] for number in sorted(found)]
        return Exploration(
            format="litesnn.exploration",
            version=1,
            name=self.origin.name,
            network_sha256=self.network,
            trained=self.origin.trained,
            as_it_stands=self.graph is not None,
            sign=self.sign,
            placed=self.place,
            profiles=tuple(Target(name=profile.name, bases=profile.bases or ()) for profile in self.grid.profiles),
            settings=self.grid.settings,
            rows_in_all=self.grid.size,
            rows=tuple(rows),
            front=front(rows),
            versions=tool_versions(),
        )


def _figures(origin: Origin, graph: Graph | None, target: Profile, sign: SignHandling, place: bool) -> dict[str, Any]:
    """What a row holds beside its settings, as JSON."""
    found = dict(zip(("figures", "refused"), measured(origin, graph, target, sign, place=place), strict=True))
    return {name: None if part is None else part.model_dump(mode="json") for name, part in found.items()}


def _text(value: Value) -> str:
    return value.strip() if isinstance(value, str) else written(tuple(value) if isinstance(value, list) else value)


def _kept(path: Path) -> dict[str, Row]:
    """The rows of an earlier run by what they depend on; none where there is no file, or an empty one."""
    check_file(path, EXPLORATION)
    if not path.exists() or not (content := read_file(path, _FILE)):
        return {}
    try:
        found = Exploration.model_validate(parse_json(content, str(path), OutputError))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise OutputError(
            f"{path}: not rows that this version reads: {where}: {first['msg']}; remove it, or choose another"
        ) from error
    return {row.key: row for row in found.rows if row.key}


def _write(path: Path, found: Exploration) -> None:
    write_atomically(path, found.content(), EXPLORATION)

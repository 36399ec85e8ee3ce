"""What a network costs over many settings of chips: a row for every combination, kept in a file from which a later run goes on."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from litesnn.base.bars import engine_progress
from litesnn.base.errors import OutputError, ProfileError
from litesnn.base.output import check_file, write_atomically
from litesnn.base.output_kinds import EXPLORATION
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
from litesnn.jobs.networks import Network, network_or_program, origin_of
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

    Raises
    ------
    LiteSNNError
        For a malformed network or profile, a figure or a value that there is not, more than 1,000 rows, and a file that cannot be
        written. What does not run on a chip is a row that says why.
    """
    chosen = [profiles] if isinstance(profiles, str | os.PathLike | Profile) else list(profiles)
    if not chosen:
        raise ProfileError("explore: found no profile; allowed: one or more")
    loaded = [load_profile(given) for given in chosen]
    grid = Grid.of(loaded, {name: [*map(_text, values)] for name, values in (settings or {}).items()})
    place_of_rows = None if file is None else Path(file)
    kept = {} if place_of_rows is None else _kept(place_of_rows)
    given = network_or_program(network)
    origin = given.origin if isinstance(given, Program) else origin_of(given)
    graph = given.graph if isinstance(given, Program) and origin.genotype is None else None
    job = _Job(origin, graph, grid=grid, sign=sign, place=place)
    rows: list[Row] = []
    written_at = time.monotonic()
    try:
        with engine_progress(progress) as told:
            for point in grid.points():
                rows.append(job.row(point, kept))
                if told is not None:
                    told("rows", len(rows), grid.size)
                if place_of_rows is not None and time.monotonic() - written_at > BETWEEN_WRITES:
                    _write(place_of_rows, job.exploration(rows))
                    written_at = time.monotonic()
    finally:
        if place_of_rows is not None and rows:
            _write(place_of_rows, job.exploration(rows))
    return job.exploration(rows)


class _Job:
    """One network on one grid."""

    def __init__(self, origin: Origin, graph: Graph | None, grid: Grid, sign: SignHandling, place: bool) -> None:
        self.origin, self.graph, self.grid, self.sign, self.place = origin, graph, grid, sign, place
        self.network = _digest_of(origin)

    def row(self, point: Point, kept: Mapping[str, Row]) -> Row:
        """The row of a point: the one that is kept, or a new one."""
        profile, settings = point
        try:
            target = at(point)
        except ProfileError as error:
            return Row(profile=profile.name, settings=settings, key="", refused=refused("profile", error))
        digest = hashlib.sha256(target.content()).hexdigest()
        parts = (__version__, self.network, digest, self.sign, str(self.place))
        key = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        if key in kept:
            return kept[key].model_copy(update={"profile": profile.name, "settings": settings})
        figures, refusal = measured(self.origin, self.graph, target, self.sign, place=self.place)
        return Row(
            profile=profile.name, settings=settings, profile_sha256=digest, key=key, figures=figures, refused=refusal
        )

    def exploration(self, rows: Sequence[Row]) -> Exploration:
        """The whole, of the rows that are there."""
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


def _digest_of(origin: Origin) -> str:
    """Of everything that the network is: its files, or of an untrained genotype its document."""
    genotype = origin.genotype
    files = origin.files() if origin.trained or genotype is None else {"genotype": genotype.document}
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()


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

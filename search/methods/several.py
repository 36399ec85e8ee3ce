"""Several searches of one method, or trainings of one genotype, that differ in a few settings: each in a place of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litesnn.base.errors import PartsError, RunError
from litesnn.base.parts.compute import IN_TURN, Plan, compute
from litesnn.base.parts.part import InTurn, Part
from litesnn.search.methods.method import SearchMethod, SearchOptions
from litesnn.search.run.files import RunFiles
from litesnn.search.run.found import FoundRun, find_runs
from litesnn.search.run.output import check_search_output, check_training_output

if TYPE_CHECKING:
    from litesnn.search.data import Dataset

Source = Callable[[], "Dataset"]
"""Loads a data set, wherever it is called."""
SOME_SEEDS = 1000  # at most


@dataclass(frozen=True)
class Variant:
    """One of several runs: the name of its place, and its settings, a dataclass with `as_dict`."""

    name: str
    settings: Any


def over_seeds(variants: Sequence[Variant], seeds: Sequence[int]) -> list[Variant]:
    """Each variant with each seed; `seed-0` of a variant without a name."""
    return [
        Variant(f"{variant.name}-seed-{seed}".lstrip("-"), replace(variant.settings, seed=seed))
        for variant in variants
        for seed in seeds
    ]


def parse_seeds(text: str) -> list[int]:
    """`0,1,2` or `0-9` as seeds.

    Raises
    ------
    RunError
        For anything else, one seed twice, and more than 1,000.
    """
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()) or len(part) > 40:
            raise RunError(
                f"--seeds: found '{text[:80]}'; allowed: seeds with commas between them, or from-to: 0,1,2 or 0-9"
            )
        begin, end = int(first), int(last) if dash else int(first)
        if end - begin >= SOME_SEEDS or end < begin:
            raise RunError(
                f"--seeds: found {part}; allowed: from the lower to the higher, up to {SOME_SEEDS:,} of them"
            )
        found += range(begin, end + 1)
    if len(set(found)) < len(found) or len(found) > SOME_SEEDS:
        raise RunError(f"--seeds: found '{text[:80]}'; allowed: each seed once, up to {SOME_SEEDS:,}")
    return found


def search_several(
    method: SearchMethod[Any],
    source: Source,
    folder: Path,
    variants: Sequence[Variant],
    options: SearchOptions,
    plan: Plan = IN_TURN,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[FoundRun]:
    """Search once for each variant, into a folder of its name in `folder`.

    With `options.resume`, searches that are done are not repeated, and those that were ended go on. All processes need the folder.

    Returns
    -------
    The runs that are done, of all variants in their order; with a share of the plan those that lie there.

    Raises
    ------
    PartsError
        Where searches failed, or are missing when they are only to be put together.
    """
    for variant in variants:
        check_search_output(folder / variant.name)
    alone = replace(options, progress=options.progress and isinstance(plan.engine, InTurn))
    parts = [
        Part(
            variant.name,
            variant.name,
            partial(_searched, method, source, folder / variant.name, variant.settings, alone),
        )
        for variant in variants
    ]
    return _run(parts, variants, lambda name: folder / name, options.resume, plan, progress)


def train_several(
    train: Callable[[Path, Any], object],
    output: Path,
    variants: Sequence[Variant],
    resume: bool,
    plan: Plan = IN_TURN,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[FoundRun]:
    """Train once for each variant; see `search_several`.

    Parameters
    ----------
    train : trains into a path with settings; can be pickled
    output : `trained.json` becomes `trained-seed-0.json`, ...
    """

    def place(name: str) -> Path:
        return output.with_name(f"{output.stem}-{name}.json")

    for variant in variants:
        check_training_output(place(variant.name))
    parts = [Part(place(v.name).name, v.name, partial(_trained, train, place(v.name), v.settings)) for v in variants]
    return _run(parts, variants, place, resume, plan, progress)


def _run(
    parts: Sequence[Part],
    variants: Sequence[Variant],
    place: Callable[[str], Path],
    resume: bool,
    plan: Plan,
    progress: Callable[[str, int, int], None] | None,
) -> list[FoundRun]:
    if "WORLD_SIZE" in os.environ and not isinstance(plan.engine, InTurn):
        raise PartsError(
            "--workers: found with torchrun; allowed: one of them: torchrun shares each run, --workers shares the runs"
        )
    kept = _Finished({variant.name: variant.settings for variant in variants}, place, resume or plan.merge)
    compute(parts, plan, kept, progress=progress)
    found = (_finished(place(variant.name), variant.settings) for variant in variants)
    return [run for run in found if run is not None]


@dataclass(frozen=True)
class _Finished:
    """What is kept of a run are its own files."""

    settings: dict[str, Any]
    place: Callable[[str], Path]
    looked_at: bool

    def read(self, part: Part) -> bool | None:
        """Whether it is done; None where it has to be computed."""
        if not self.looked_at or _finished(self.place(part.key), self.settings[part.key]) is None:
            return None
        return True

    def write(self, part: Part, result: Any) -> None:
        """It has written its files."""


def _finished(path: Path, settings: Any) -> FoundRun | None:
    """The run in a place, if it is done and had these settings; `auto` is whatever was decided then."""
    files = RunFiles.of_training(path) if path.suffix == ".json" else RunFiles.of_search(path)
    if not files.there:
        return None
    run = find_runs(path)[0]
    wanted = settings.as_dict()
    decided = {name: run.settings.get(name) for name, value in wanted.items() if value == "auto"}
    same = {name: run.settings.get(name) for name in wanted} == {**_plain(wanted), **decided}
    return run if run.state == "done" and run.history is not None and same else None


def _plain(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()}


def _searched(method: SearchMethod[Any], source: Source, folder: Path, settings: Any, options: SearchOptions) -> bool:
    method.search(source(), folder, settings, options)
    return True


def _trained(train: Callable[[Path, Any], object], path: Path, settings: Any) -> bool:
    train(path, settings)
    return True

"""Runs side by side: which settings differ, what came of each, and of those that differ in the seed alone the mean and the spread."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

from litesnn.search.run.found import FoundRun

FORMAT, VERSION = "litesnn.comparison", 1
HEAD = ("run", "kind", "state", "method", "dataset", "done", "of", "seconds")


@dataclass(frozen=True)
class Group:
    """Runs that differ in their seed alone: measure -> (mean, standard deviation of the sample)."""

    runs: tuple[str, ...]
    measures: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Comparison:
    """Runs, each under a name of its own; `differing` are the settings whose values are not the same in all runs of one method."""

    runs: Mapping[str, FoundRun]
    differing: tuple[str, ...]
    measures: tuple[str, ...]
    groups: tuple[Group, ...]

    @classmethod
    def of(cls, runs: Sequence[FoundRun]) -> Comparison:
        """Compare runs; those of the same name are told apart by their place."""
        named: dict[str, FoundRun] = {}
        for run in runs:
            twice = [other.name for other in runs].count(run.name) > 1
            name = f"{run.path.resolve().parent.name}/{run.name}" if twice else run.name
            while name in named:
                name += "'"
            named[name] = run
        names = dict.fromkeys(name for run in runs for name in run.settings)
        differing = tuple(name for name in names if _differs(name, runs))
        measures = tuple(dict.fromkeys(name for run in runs for name in run.result))
        return cls(named, differing, measures, tuple(_groups(named)))

    def document(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "differing": list(self.differing),
            "runs": [
                {
                    **dict(zip(HEAD, self._head(name), strict=True)),
                    "settings": dict(run.settings),
                    "result": dict(run.result),
                }
                for name, run in self.runs.items()
            ],
            "groups": [
                {
                    "runs": list(group.runs),
                    "result": {
                        name: {"mean": middle, "standard_deviation": spread}
                        for name, (middle, spread) in group.measures.items()
                    },
                }
                for group in self.groups
            ],
        }

    def content(self) -> bytes:
        """The JSON file."""
        return (json.dumps(self.document(), indent=1) + "\n").encode()

    def csv(self) -> str:
        """A line for each run (RFC 4180): settings that differ, then what came of it."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*HEAD, *(f"setting {name}" for name in self.differing), *self.measures])
        for name, run in self.runs.items():
            settings = [written(run.settings.get(setting)) for setting in self.differing]
            writer.writerow([*self._head(name), *settings, *(run.result.get(measure) for measure in self.measures)])
        return stream.getvalue()

    def _head(self, name: str) -> list[Any]:
        run = self.runs[name]
        seconds = None if run.seconds is None else round(run.seconds, 2)
        return [name, run.kind, run.state, run.method, run.dataset, run.done, run.total, seconds]


def written(value: Any) -> str:
    """A setting as `--set` takes it; empty where a run has none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(written, value)) if isinstance(value, list | tuple) else str(value)


def _differs(name: str, runs: Sequence[FoundRun]) -> bool:
    """Methods have other settings, which is no difference between runs of one."""
    values: dict[tuple[str, str], set[str]] = {}
    for run in runs:
        values.setdefault((run.kind, run.method), set()).add(_key(run.settings.get(name)))
    return any(len(found) > 1 for found in values.values())


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _groups(runs: Mapping[str, FoundRun]) -> list[Group]:
    """Only of runs that are done: a mean over others says nothing."""
    alike: dict[str, list[str]] = {}
    for name, run in runs.items():
        if run.state == "done":
            settings = {key: value for key, value in run.settings.items() if key != "seed"}
            alike.setdefault(_key([run.kind, run.method, run.dataset, settings]), []).append(name)
    found = []
    for names in alike.values():
        if len(names) > 1:
            results = [runs[name].result for name in names]
            shared = [measure for measure in results[0] if all(measure in result for result in results)]
            spread = {measure: [result[measure] for result in results] for measure in shared}
            measures = {measure: (mean(values), stdev(values)) for measure, values in spread.items()}
            found.append(Group(tuple(names), measures))
    return found

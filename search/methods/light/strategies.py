"""The two searches as sequences of evaluations that can be interrupted between any two of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, Protocol, TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from litesnn.search.methods.light.mixture import of_wiring
from litesnn.search.methods.light.pruning import Pruning, evaluations
from litesnn.search.methods.light.scoring import Scorer
from litesnn.search.methods.light.settings import CellSearchSettings
from litesnn.search.run.table import Cell
from litesnn.search.spaces.four_nodes import CELL_EDGES, Wiring, sample_wiring

CANDIDATES_PER_CHECKPOINT = 20


class BadRow(Exception):
    """What is wrong with a row that a search should go on from, in words."""


@dataclass(frozen=True)
class _Round:
    """A row of `PruningSearch`."""

    scores: list[tuple[int, int, float | None]]
    removed: list[tuple[int, int]]


@dataclass(frozen=True)
class _Candidate:
    """A row of `RandomSearch`."""

    operations: list[str]
    score: float | None


Row = TypeVar("Row", _Round, _Candidate)


class Strategy(Protocol):
    """One way to search.

    Attributes
    ----------
    total : evaluations of the whole search
    rows : what was done, as JSON: see `history.json` in docs/search-lightsnn.md
    """

    total: int
    rows: list[dict[str, Any]]

    @property
    def done(self) -> int:
        """Evaluations so far."""
        ...

    def steps(self) -> Iterator[None]:
        """What is left to do; after each step `rows` is whole."""
        ...

    def restore(self, rows: list[dict[str, Any]]) -> None:
        """Go on after these rows."""
        ...

    def best(self) -> Wiring:
        """What was found."""
        ...

    def described(self) -> str:
        """Where the search is, in a few words."""
        ...

    def told(self) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
        """Columns, and a row for each evaluation."""
        ...


class PruningSearch:
    """LightSNN: one network, one batch of candidates per round (`pruning.py`). All candidates of a round see the same samples.

    A row is a round: `scores`, [edge, operation, score] of what was tried, and `removed`, [edge, operation], empty until all was tried.
    """

    def __init__(self, scorer: Scorer, settings: CellSearchSettings) -> None:
        self.scorer = scorer
        self.operations = settings.operations
        self.pruning = Pruning(settings.operations)
        self.total = evaluations(len(settings.operations))
        self.rows: list[dict[str, Any]] = []

    @property
    def done(self) -> int:
        """Evaluations so far."""
        return sum(len(row["scores"]) for row in self.rows)

    def steps(self) -> Iterator[None]:
        """One step per group of candidates that are computed together."""
        network = self.scorer.network()
        while not self.pruning.finished:
            if not self.rows or self.rows[-1]["removed"]:
                self.rows.append({"scores": [], "removed": []})
            row, number = self.rows[-1], len(self.rows)
            stems = self.scorer.stems(network, number)
            known = {(edge, operation) for edge, operation, _ in row["scores"]}
            for group in self.scorer.chunks(self.pruning.removals()):
                if known.issuperset(group):
                    continue
                scores = self.scorer.scores(network, stems, self.pruning.without(group))
                row["scores"] += [[*removal, _plain(score)] for removal, score in zip(group, scores, strict=True)]
                yield
            self._finish(row)
            yield

    def restore(self, rows: list[dict[str, Any]]) -> None:
        """Repeat the removals of these rows."""
        for index, row in enumerate(rows):
            found = _checked(_Round, row, index)
            scores = {(edge, operation): _score(score) for edge, operation, score in found.scores}
            wanted = set(self.pruning.removals())
            whole = bool(found.removed) or index + 1 < len(rows)
            if (
                not wanted
                or len(scores) < len(found.scores)
                or not (set(scores) == wanted if whole else set(scores) <= wanted)
            ):
                raise BadRow(f"rows.{index}: found scores of other operations than round {index + 1} tries")
            if whole and self.pruning.finish_round(scores) != tuple(found.removed):
                raise BadRow(f"rows.{index}: found other removals than follow from its scores")
            self.rows.append({"scores": list(map(list, found.scores)), "removed": list(map(list, found.removed))})

    def best(self) -> Wiring:
        """The operation left on each edge."""
        return self.pruning.wiring()

    def described(self) -> str:
        """The round."""
        return f"round {len(self.rows)}"

    def told(self) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
        """What was tried without which operation of an edge, and whether that went."""
        rows: list[tuple[Cell, ...]] = []
        for number, row in enumerate(self.rows, start=1):
            removed = {(edge, operation) for edge, operation in row["removed"]}
            for edge, operation, score in row["scores"]:
                place, name = CELL_EDGES[edge].name, self.operations[operation]
                rows.append((number, place, name, score, int((edge, operation) in removed)))
        return ("round", "edge", "operation", "score", "removed"), rows

    def _finish(self, row: dict[str, Any]) -> None:
        scores = {(edge, operation): _score(score) for edge, operation, score in row["scores"]}
        row["removed"] = [list(removal) for removal in self.pruning.finish_round(scores)]


class RandomSearch:
    """SNASNet: random cells, each with weights and samples of its own; the highest score wins, the earliest among equals.

    A row is a candidate: `operations`, one for each edge, and `score`.
    """

    def __init__(self, scorer: Scorer, settings: CellSearchSettings) -> None:
        self.scorer, self.settings = scorer, settings
        self.total = settings.candidates
        self.rows: list[dict[str, Any]] = []

    @property
    def done(self) -> int:
        """Evaluations so far."""
        return len(self.rows)

    def steps(self) -> Iterator[None]:
        """One step per group of candidates between two checkpoints."""
        while self.done < self.total:
            for number in range(self.done, min(self.done + CANDIDATES_PER_CHECKPOINT, self.total)):
                wiring = self.candidate(number)
                self.rows.append({"operations": list(wiring), "score": _plain(self.score(wiring, number))})
            yield

    def candidate(self, number: int) -> Wiring:
        """The cell with this number."""
        rng = np.random.default_rng((self.settings.seed, 2, number))
        return sample_wiring(self.settings.operations, self.settings.feedback, rng)

    def score(self, wiring: Wiring, number: int) -> float:
        """The score of a cell, with the weights and samples of a candidate's number."""
        network = self.scorer.network(number)
        stems = self.scorer.stems(network, number)
        return self.scorer.scores(network, stems, of_wiring(wiring, self.settings.operations))[0]

    def restore(self, rows: list[dict[str, Any]]) -> None:
        """Candidates that are scored already."""
        for index, row in enumerate(rows):
            found = _checked(_Candidate, row, index)
            if index >= self.total or tuple(found.operations) != self.candidate(index):
                raise BadRow(f"rows.{index}: found another cell than candidate {index} of {self.total}")
            self.rows.append({"operations": found.operations, "score": found.score})

    def best(self) -> Wiring:
        """The cell with the highest score."""
        return tuple(max(self.rows, key=lambda row: _score(row["score"]))["operations"])

    def told(self) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
        """The score of each candidate, and the best until then."""
        rows: list[tuple[Cell, ...]] = []
        best: float | None = None
        for row in self.rows:
            best = max((score for score in (best, row["score"]) if score is not None), default=None)
            rows.append((row["score"], best))
        return ("score", "best_score"), rows

    def described(self) -> str:
        """The best score so far."""
        best = max((_score(row["score"]) for row in self.rows), default=-inf)
        return f"best score {best:.4g}"


def strategy_of(scorer: Scorer, settings: CellSearchSettings) -> Strategy:
    """The search that the settings ask for."""
    return PruningSearch(scorer, settings) if settings.method == "lightsnn" else RandomSearch(scorer, settings)


def edge_operations(wiring: Wiring) -> dict[str, str]:
    """Operation by name of the edge, as `1<-0`."""
    return {edge.name: operation for edge, operation in zip(CELL_EDGES, wiring, strict=True)}


def _checked(kind: type[Row], row: dict[str, Any], index: int) -> Row:
    try:
        return TypeAdapter(kind).validate_python(row)
    except ValidationError as error:
        detail: ErrorDetails = error.errors()[0]
        place = ".".join(map(str, ("rows", index, *detail["loc"])))
        raise BadRow(f"{place}: {detail['msg']}") from error


def _plain(score: float) -> float | None:
    """JSON has no -inf: null."""
    return score if isfinite(score) else None


def _score(value: float | None) -> float:
    return -inf if value is None else value

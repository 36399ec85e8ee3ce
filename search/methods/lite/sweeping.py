"""The sweep of LitE-SNN's Figure 3: one search per pair of lambdas, the rest equal, and a table of what each found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from litesnn.base.errors import SearchError
from litesnn.base.output import check_file, write_atomically
from litesnn.base.output_kinds import SWEEP
from litesnn.reading import Kind, is_there, parse_json, read_file
from litesnn.search.data import Dataset
from litesnn.search.methods.lite.history import EpochRow
from litesnn.search.methods.lite.search import search_genotype
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.run.history import FORMAT, VERSION
from litesnn.search.run.output import HISTORY_FILE, check_search_output
from litesnn.search.run.ranks import is_first_process

FIGURE_3 = ((1e-9, 0.0), (1e-9, 1e-13), (5e-9, 1e-13), (1e-9, 5e-13))
"""Pairs named in the paper's text around Figure 3, and one with a higher price of operations."""


MAX_HISTORY_BYTES = 2**28
"""Of history.json: an epoch takes 2 kB."""


@dataclass(frozen=True)
class SweepPoint:
    """What one pair of lambdas found: `accuracy` at its T in the last epoch of the search (a fraction), `model_size` in bytes,
    `bit_syn_ops` per sample, as `EpochRow`."""

    lambda_mem: float
    lambda_comp: float
    folder: str
    accuracy: float
    model_size: float
    bit_syn_ops: float
    bits: list[int]
    timesteps: int


def sweep(
    dataset: str | Dataset,
    out_dir: Path,
    settings: SearchSettings,
    pairs: Sequence[tuple[float, float]],
    **options: Any,
) -> list[SweepPoint]:
    """Search once per pair (lambda_mem, lambda_comp), each into a folder of its own; writes `sweep.json` into `out_dir`.

    With `resume`, searches that are done are not repeated.
    """
    check_file(out_dir / "sweep.json", SWEEP)
    for index in range(len(pairs)):
        check_search_output(out_dir / f"sweep-{index}")
    points = []
    for index, (memory, operations) in enumerate(pairs):
        folder = out_dir / f"sweep-{index}"
        priced = replace(settings, lambda_mem=memory, lambda_comp=operations)
        history = _finished(folder, priced) if options.get("resume") else None
        if history is None:
            history = search_genotype(dataset, folder, priced, **options).history
        points.append(_point(memory, operations, folder.name, history))
    document = {"format": "litesnn.sweep", "version": 1, "points": [asdict(point) for point in points]}
    if is_first_process():
        write_atomically(out_dir / "sweep.json", (json.dumps(document, indent=1) + "\n").encode(), SWEEP)
    return points


def parse_pair(text: str) -> tuple[float, float]:
    """`1e-9:1e-13` as (lambda_mem, lambda_comp)."""
    try:
        memory, operations = (float(part) for part in text.split(":"))
    except ValueError:
        raise SearchError(f"sweep: found '{text}'; allowed: LAMBDA_MEM:LAMBDA_COMP, e.g. 1e-9:1e-13") from None
    return memory, operations


def _finished(folder: Path, settings: SearchSettings) -> dict[str, Any] | None:
    """The history of a search that is done, None where there is none, or one of other settings.

    Raises
    ------
    SearchError
        For a file that no search wrote.
    """
    path = folder / HISTORY_FILE
    if not is_there(path):
        return None
    history = parse_json(read_file(path, Kind(SearchError, "history", MAX_HISTORY_BYTES)), str(path), SearchError)
    if not isinstance(history, dict) or history.get("format") != FORMAT or history.get("version") != VERSION:
        raise SearchError(
            f"{path}: not a history of this version of LiteSNN; remove it or start the sweep without resuming"
        )
    if history.get("settings") != settings.as_dict():
        return None
    try:
        last = TypeAdapter(EpochRow).validate_python(history["epochs"][-1])
        return {"epochs": [last.document()]}
    except (ValueError, LookupError, TypeError) as error:
        raise SearchError(
            f"{path}: not a whole history ({str(error)[:200]}); remove it or start the sweep without resuming"
        ) from error


def _point(memory: float, operations: float, folder: str, history: dict[str, Any]) -> SweepPoint:
    last = history["epochs"][-1]
    decoded = last["decoded"]
    return SweepPoint(
        lambda_mem=memory,
        lambda_comp=operations,
        folder=folder,
        accuracy=last["accuracy"][decoded["timesteps"] - 1],
        model_size=decoded["model_size"],
        bit_syn_ops=decoded["bit_syn_ops"],
        bits=decoded["bits"],
        timesteps=decoded["timesteps"],
    )

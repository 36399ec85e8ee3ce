"""The sweep of LitE-SNN's Figure 3: one search per pair of lambdas, the rest equal, and a table of what each found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from litesnn.base.errors import SearchError
from litesnn.base.output import check_file, write_atomically
from litesnn.base.output_kinds import SWEEP
from litesnn.base.parts.compute import IN_TURN, Plan
from litesnn.search.data import Dataset, load_dataset
from litesnn.search.methods.lite.history import EpochRow
from litesnn.search.methods.lite.limits import SHARES
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.method import SearchOptions
from litesnn.search.methods.several import Variant, search_several
from litesnn.search.run.found import FoundRun
from litesnn.search.run.ranks import is_first_process

FIGURE_3 = ((1e-9, 0.0), (1e-9, 1e-13), (5e-9, 1e-13), (1e-9, 5e-13))
"""Pairs named in the paper's text around Figure 3, and one with a higher price of operations."""
SWEEP_FILE = "sweep.json"


@dataclass(frozen=True)
class SweepPoint:
    """What one pair of lambdas found: `accuracy` at its T in the last epoch of the search (a fraction), `model_size` in bytes,
    `bit_syn_ops` per sample, as `EpochRow`; `cores` and `synapse_memory` in bytes as estimated, where the search has a chip."""

    lambda_mem: float
    lambda_comp: float
    folder: str
    accuracy: float
    model_size: float
    bit_syn_ops: float
    bits: list[int]
    timesteps: int
    max_cores: int | None = None
    cores: int | None = None
    synapse_memory: int | None = None


def sweep(
    dataset: str | Dataset,
    out_dir: Path,
    settings: SearchSettings,
    pairs: Sequence[tuple[float, float]],
    *,
    data_dir: str | PathLike[str] | None = None,
    device: str = "cpu",
    resume: bool = False,
    progress: bool = True,
    tensorboard: bool = False,
    plan: Plan = IN_TURN,
) -> list[SweepPoint]:
    """Search once per pair (lambda_mem, lambda_comp), each into a folder of its own; writes `sweep.json` into `out_dir`.

    Parameters
    ----------
    resume : go on with searches that were ended, and do not repeat those that are done
    plan : where they are computed, see `docs/machines.md`
    """
    from litesnn.search.methods.lite.method import LITESNN

    source = partial(load_dataset, dataset, data_dir) if isinstance(dataset, str) else partial(_itself, dataset)
    options = SearchOptions(device, resume, progress, tensorboard)
    check_file(out_dir / SWEEP_FILE, SWEEP)
    variants = pair_variants(settings, pairs)
    runs = search_several(LITESNN, source, out_dir, variants, options, plan)
    return points_of(out_dir, runs, whole=len(runs) == len(variants))


def pair_variants(settings: SearchSettings, pairs: Sequence[tuple[float, float]]) -> list[Variant]:
    """The searches of a sweep."""
    return [
        Variant(f"sweep-{index}", replace(settings, lambda_mem=memory, lambda_comp=operations))
        for index, (memory, operations) in enumerate(pairs)
    ]


def sweep_variants(settings: SearchSettings, texts: Sequence[str]) -> list[Variant]:
    """The searches of `MEM:COMP` and `cores=N`; widths are a choice where one has a limit and no other are given."""
    variants = []
    for index, text in enumerate(texts):
        name, equals, value = text.partition("=")
        if not equals:
            memory, operations = parse_pair(text)
            changes: dict[str, Any] = {"lambda_mem": memory, "lambda_comp": operations}
        elif name.strip() == "cores" and value.strip().isdecimal() and len(value) < 10:
            widths = settings.widths if len(settings.widths) > 1 else SHARES
            changes = {"max_cores": int(value), "widths": widths}
        else:
            raise SearchError(f"sweep: found '{text[:80]}'; allowed: LAMBDA_MEM:LAMBDA_COMP, cores=N, or figure3")
        variants.append(Variant(f"sweep-{index}", replace(settings, **changes)))
    return variants


def points_of(out_dir: Path, runs: Sequence[FoundRun], whole: bool) -> list[SweepPoint]:
    """The points of the searches that are done; writes `sweep.json` where they are the `whole` sweep."""
    points = [_point(run) for run in runs]
    document = {"format": "litesnn.sweep", "version": 1, "points": [asdict(point) for point in points]}
    if whole and is_first_process():
        write_atomically(out_dir / SWEEP_FILE, (json.dumps(document, indent=1) + "\n").encode(), SWEEP)
    return points


def _itself(data: Dataset) -> Dataset:
    return data


def parse_pair(text: str) -> tuple[float, float]:
    """`1e-9:1e-13` as (lambda_mem, lambda_comp)."""
    try:
        memory, operations = (float(part) for part in text.split(":"))
    except ValueError:
        raise SearchError(f"sweep: found '{text}'; allowed: LAMBDA_MEM:LAMBDA_COMP, e.g. 1e-9:1e-13") from None
    return memory, operations


def _point(run: FoundRun) -> SweepPoint:
    """`SearchError` for a history that is not whole."""
    assert run.history is not None
    try:
        last = TypeAdapter(EpochRow).validate_python(run.history["epochs"][-1])
    except (ValueError, LookupError, TypeError) as error:
        raise SearchError(
            f"{run.path}: not a whole history ({str(error)[:200]}); remove it or start the sweep without resuming"
        ) from error
    found = run.history.get("estimate", {})
    return SweepPoint(
        lambda_mem=run.settings["lambda_mem"],
        lambda_comp=run.settings["lambda_comp"],
        folder=run.name,
        accuracy=last.accuracy[last.decoded.timesteps - 1],
        model_size=last.decoded.model_size,
        bit_syn_ops=last.decoded.bit_syn_ops,
        bits=last.decoded.bits,
        timesteps=last.decoded.timesteps,
        max_cores=run.settings.get("max_cores"),
        cores=found.get("cores"),
        synapse_memory=found.get("synapse_memory"),
    )

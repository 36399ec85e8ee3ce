"""A search without training as one run: data set in, genotype and history out, resumable after every group of evaluations."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress

from litesnn.compiler.genotype import Genotype, SearchRecord, resolve, save_genotype
from litesnn.errors import SearchError
from litesnn.output import write_atomically
from litesnn.output_kinds import HISTORY
from litesnn.reading import is_there
from litesnn.search.data import Dataset, load_dataset
from litesnn.search.methods.light.macro import check_size, spiking_cells, to_genotype
from litesnn.search.methods.light.scoring import Scorer, training_samples
from litesnn.search.methods.light.settings import CellSearchSettings
from litesnn.search.methods.light.strategies import BadRow, edge_operations, strategy_of
from litesnn.search.run.checkpoint import read_checkpoint, write_checkpoint
from litesnn.search.run.output import check_search_output
from litesnn.search.run.session import run_session, usable_device, versions
from litesnn.search.spaces.four_nodes import without_idle_nodes

FORMAT = "litesnn.search"
VERSION = 1


@dataclass(frozen=True)
class CellSearchResult:
    """What a search produced: the untrained genotype, where it lies, and the document of history.json."""

    genotype: Genotype
    path: Path
    history: dict[str, Any]


def search_cell(
    dataset: str | Dataset,
    out_dir: str | PathLike[str],
    settings: CellSearchSettings | None = None,
    *,
    data_dir: str | PathLike[str] | None = None,
    device: str = "cpu",
    resume: bool = False,
    progress: bool = True,
    on_evaluations: Callable[[int], None] | None = None,
) -> CellSearchResult:
    """Search a cell for a data set; writes `genotype.json` (untrained) and `history.json` into `out_dir`.

    No network is trained and no label is looked at. The same seed, settings and threads give the same files on one CPU.

    Parameters
    ----------
    dataset : a name of `litesnn.search.data.DATASETS`, or a data set
    data_dir : folder with the data set's files
    device : as torch names it
    resume : go on from `search.checkpoint` in `out_dir` where there is one
    progress : show a bar, if standard error is a terminal
    on_evaluations : called with the number of evaluations so far, once their checkpoint is written

    Raises
    ------
    OutputError
        If `out_dir` cannot be written, or holds other files of these names.
    SearchError, DataError
        For settings or data that do not fit.
    """
    settings = settings or CellSearchSettings()
    check_search_output(Path(out_dir))
    if settings.threads:
        torch.set_num_threads(settings.threads)
    data = load_dataset(dataset, None if data_dir is None else Path(data_dir)) if isinstance(dataset, str) else dataset
    run = _Run(data, Path(out_dir), settings, usable_device(device, SearchError))
    with run_session(progress) as bar:
        run.search(resume, bar, on_evaluations)
    return run.write()


@dataclass(frozen=True)
class _State:
    """What a checkpoint's state is; the strategy knows what its rows hold."""

    rows: list[dict[str, Any]]


class _Run:
    """One search and the checkpoint it can go on from."""

    def __init__(self, data: Dataset, folder: Path, settings: CellSearchSettings, device: torch.device) -> None:
        self.data, self.folder, self.settings = data, folder, settings
        check_size(settings, data.input_spec.shape, data.name)
        scorer = Scorer(training_samples(data, settings).x, data.input_spec.scale, settings, device)
        self.timesteps = scorer.skeleton.timesteps
        self.strategy = strategy_of(scorer, settings)
        self.checkpoint = folder / "search.checkpoint"
        self.identity = {"dataset": data.name, "train_shape": list(data.x_train.shape), **settings.as_dict()}

    def search(self, resume: bool, bar: Progress, on_evaluations: Callable[[int], None] | None) -> None:
        """All evaluations that are not done yet."""
        strategy = self.strategy
        if resume and is_there(self.checkpoint):
            state, _ = read_checkpoint(self.checkpoint, self.identity, "search", SearchError, _State)
            try:
                strategy.restore(state.rows)
            except BadRow as error:
                raise SearchError(f"not a checkpoint: {self.checkpoint}: {error}; start without resuming") from error
        task = bar.add_task(self.settings.method, total=strategy.total, completed=strategy.done)
        for _ in strategy.steps():
            write_checkpoint(self.checkpoint, self.identity, {"rows": strategy.rows}, {})
            bar.update(task, completed=strategy.done, description=f"{self.settings.method} {strategy.described()}")
            if on_evaluations is not None:
                on_evaluations(strategy.done)

    def write(self) -> CellSearchResult:
        """Genotype and history; the checkpoint is removed."""
        settings, wiring = self.settings, self.strategy.best()
        record = SearchRecord(
            method=settings.method,
            dataset=self.data.name,
            seed=settings.seed,
            settings={**settings.as_dict(), "cell": edge_operations(wiring), "history": "history.json"},
        )
        genotype = to_genotype(
            wiring,
            settings,
            self.data.input_spec,
            self.timesteps,
            self.data.num_classes,
            f"{self.data.name}-{settings.method}",
            record,
        )
        resolve(genotype)
        history = self._history()
        path = self.folder / "genotype.json"
        write_atomically(self.folder / "history.json", (json.dumps(history, indent=1) + "\n").encode(), HISTORY)
        written = save_genotype(genotype, None, path)
        self.checkpoint.unlink(missing_ok=True)
        return CellSearchResult(written, path, history)

    def _history(self) -> dict[str, Any]:
        wiring = self.strategy.best()
        return {
            "format": FORMAT,
            "version": VERSION,
            "method": self.settings.method,
            "dataset": self.data.name,
            "settings": self.settings.as_dict(),
            "input_shape": list(self.data.input_spec.shape),
            "timesteps": self.timesteps,
            "edges": list(edge_operations(wiring)),
            "evaluations": self.strategy.done,
            "rows": self.strategy.rows,
            "decoded": {
                "cell": edge_operations(wiring),
                "deployed": edge_operations(without_idle_nodes(wiring)),
                "notes": list(spiking_cells(wiring, self.settings)[0].notes),
            },
            "versions": versions(),
        }

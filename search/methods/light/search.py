"""A search without training as one run: data set in, genotype and history out, resumable after every group of evaluations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from litesnn.base.errors import SearchError
from litesnn.compiler.genotype import resolve
from litesnn.search.data import Dataset, given_dataset
from litesnn.search.methods.light.macro import check_size, spiking_cells, to_genotype
from litesnn.search.methods.light.method import CELL_METHODS
from litesnn.search.methods.light.remarks import score_remarks
from litesnn.search.methods.light.scoring import Scorer, training_samples
from litesnn.search.methods.light.settings import CellSearchSettings, Method
from litesnn.search.methods.light.strategies import BadRow, edge_operations, strategy_of
from litesnn.search.run.events import require_tensorboard
from litesnn.search.run.files import RunFiles
from litesnn.search.run.following import Follow, Tick, journal_of, silent
from litesnn.search.run.history import SearchResult, history_document, network_name, search_identity, search_record
from litesnn.search.run.machine import machine
from litesnn.search.run.output import CHECKPOINT_FILE, GENOTYPE, check_search_output
from litesnn.search.run.run import Run
from litesnn.search.run.session import run_session, set_threads, usable_device, versions
from litesnn.search.run.table import RunTable
from litesnn.search.spaces.four_nodes import without_idle_nodes


def search_cell(
    dataset: str | PathLike[str] | Dataset,
    out_dir: str | PathLike[str],
    settings: CellSearchSettings | Mapping[str, Any] | None = None,
    *,
    method: Method = "lightsnn",
    preset: str = "tiny",
    data_dir: str | PathLike[str] | None = None,
    device: str = "cpu",
    resume: bool = False,
    progress: bool = True,
    tensorboard: bool = False,
    only_expected: bool = False,
    on_evaluations: Callable[[int], None] | None = None,
) -> SearchResult:
    """Search a cell for a data set; writes `genotype.json` (untrained) and `history.json` into `out_dir`.

    No network is trained and no label is looked at. The same seed, settings and threads give the same files on one CPU.

    Parameters
    ----------
    dataset : a name of `litesnn.search.data.DATASETS`, a place of one's own data (`load_dataset`), or a data set
    settings : all of them, the method with them, or by name those that differ from the preset's, as `litesnn search METHOD --set`
        has them
    method : `lightsnn` or `snasnet`
    preset : `tiny`, minutes on a CPU, or the settings of the methods' programs
    data_dir : folder with the data set's files
    device : as torch names it
    resume : go on from `search.checkpoint` in `out_dir` where there is one
    progress : show a bar where somebody looks: a terminal, a notebook
    tensorboard : write event files into `out_dir/events`
    only_expected : raise `ExpectedTime` once the first evaluations said how long it takes; nothing is written
    on_evaluations : called with the number of evaluations so far, once their checkpoint is written

    Raises
    ------
    OutputError
        If `out_dir` cannot be written, or holds other files of these names.
    SearchError, DataError
        For settings or data that do not fit.
    """
    if not isinstance(settings, CellSearchSettings):
        if method not in CELL_METHODS:
            raise SearchError(f"method: found '{method}'; allowed: {', '.join(CELL_METHODS)}")
        settings = CELL_METHODS[method].settings(preset, settings or {})
    check_search_output(Path(out_dir))
    if tensorboard:
        require_tensorboard(SearchError)
    set_threads(settings.threads)
    data = given_dataset(dataset, data_dir)
    place = usable_device(device, SearchError)
    work = _Evaluations(data, settings, place)
    follow = Follow(
        RunFiles.of_search(Path(out_dir)),
        journal_of("search", settings.method, data, settings.as_dict(), "evaluations", work.total),
        machine(place),
        versions(),
        events=tensorboard,
        only_expected=only_expected,
        shown=progress,
    )
    identity = search_identity(data, settings.as_dict())
    run = Run("search", SearchError, Path(out_dir) / CHECKPOINT_FILE, identity=identity, follow=follow)
    with run_session(progress) as bar:
        run.go(work, bar, resume, on_evaluations)
    result = work.result(Path(out_dir))
    run.finish(result.write)
    return result


@dataclass(frozen=True)
class _State:
    """What a checkpoint's state is; the strategy knows what its rows hold."""

    rows: list[dict[str, Any]]


class _Evaluations:
    """The evaluations of one search; each step is a group of them, and reports how many there are so far."""

    state_type = _State

    def __init__(self, data: Dataset, settings: CellSearchSettings, device: torch.device) -> None:
        self.data, self.settings = data, settings
        check_size(settings, data.input_spec.shape, data.name)
        scorer = Scorer(training_samples(data, settings).x, data.input_spec.scale, settings, device)
        self.timesteps = scorer.skeleton.timesteps
        self.strategy = strategy_of(scorer, settings)
        self.title, self.total = str(settings.method), self.strategy.total
        self.tick: Tick = silent

    @property
    def done(self) -> int:
        """Evaluations so far."""
        return self.strategy.done

    def steps(self) -> Iterator[int]:
        """What is left to score."""
        for _ in self.strategy.steps():
            yield self.done

    def shown(self, report: int) -> str:
        """Where the search is."""
        return f"{self.title} {self.strategy.described()}"

    def state(self) -> Mapping[str, Any]:
        """The rows of the strategy."""
        return {"rows": self.strategy.rows}

    def tensors(self) -> Mapping[str, Tensor]:
        """None: weights and samples follow from the seed."""
        return {}

    def table(self) -> RunTable:
        """The evaluations so far, as the strategy tells them."""
        columns, rows = self.strategy.told()
        return RunTable.of(columns, rows, self.total)

    def restore(self, state: _State, tensors: Mapping[str, Tensor], path: Path) -> None:
        """Go on after these rows."""
        try:
            self.strategy.restore(state.rows)
        except BadRow as error:
            raise SearchError(f"not a checkpoint: {path}: {error}; start without resuming") from error

    def result(self, folder: Path) -> SearchResult:
        """Genotype and history, before they are written."""
        data, settings, wiring = self.data, self.settings, self.strategy.best()
        told = {**settings.as_dict(), "cell": edge_operations(wiring)}
        genotype = to_genotype(
            wiring,
            settings,
            data.input_spec,
            self.timesteps,
            data.num_classes,
            network_name(data, str(settings.method)),
            search_record(settings.method, data, settings.seed, told),
        )
        genotype = genotype.model_copy(update={"data": data.record})
        resolve(genotype)
        own = {
            "timesteps": self.timesteps,
            "edges": list(edge_operations(wiring)),
            "evaluations": self.strategy.done,
            "rows": self.strategy.rows,
            "decoded": {
                "cell": edge_operations(wiring),
                "deployed": edge_operations(without_idle_nodes(wiring)),
                "notes": [*spiking_cells(wiring, settings)[0].notes, *score_remarks(self.strategy.rows, settings)],
            },
        }
        history = history_document(settings.method, data, settings.as_dict(), own)
        return SearchResult(genotype, folder / GENOTYPE, history)

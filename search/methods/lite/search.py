"""The LitE-SNN search as one run: data set in, genotype and history out, resumable after every epoch."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress

from litesnn.compiler.analysis.shape_ranges import with_proved_bits
from litesnn.compiler.genotype import Genotype, SearchRecord, save_genotype
from litesnn.compiler.genotype.schema import MAX_CHANNELS
from litesnn.compiler.profile import load_profile, shipped_profiles
from litesnn.errors import SearchError
from litesnn.output import write_atomically
from litesnn.output_kinds import HISTORY
from litesnn.reading import is_there
from litesnn.search.data import Dataset, load_dataset
from litesnn.search.methods.lite.costs import make_cost
from litesnn.search.methods.lite.decode import decode, to_genotype
from litesnn.search.methods.lite.epoch import Halves, JointOptimization
from litesnn.search.methods.lite.history import METHOD, EpochRow, epoch_row, history_document
from litesnn.search.methods.lite.optimizers import Optimizers
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.stages import enter, stage_of
from litesnn.search.methods.lite.supernet import Supernet
from litesnn.search.run.checkpoint import (
    optimizer_tensors,
    read_checkpoint,
    restore_module,
    restore_optimizer,
    write_checkpoint,
)
from litesnn.search.run.output import check_search_output
from litesnn.search.run.ranks import Ranks, join_ranks
from litesnn.search.run.session import run_session, usable_device
from litesnn.search.run.synchronized_norm import synchronize_norms
from litesnn.search.settings.bounds import check_weights
from litesnn.search.spaces import SpikeDhsSpace
from litesnn.search.training.samples import quantized, stratified_split


@dataclass(frozen=True)
class SearchResult:
    """What a search produced: the untrained genotype, where it lies, and the document of history.json."""

    genotype: Genotype
    path: Path
    history: dict[str, Any]


def search_genotype(
    dataset: str | Dataset,
    out_dir: str | PathLike[str],
    settings: SearchSettings | None = None,
    *,
    data_dir: str | PathLike[str] | None = None,
    device: str = "cpu",
    resume: bool = False,
    progress: bool = True,
    on_epoch: Callable[[EpochRow], None] | None = None,
) -> SearchResult:
    """Search a network for a data set; writes `genotype.json` (untrained) and `history.json` into `out_dir`.

    The test set is not looked at. The same seed, settings and threads give the same files on one CPU. Several processes
    (`docs/training.md`) share every batch; the first one writes.

    Parameters
    ----------
    dataset : a name of `litesnn.search.data.DATASETS`, or a data set
    data_dir : folder with the data set's files
    device : as torch names it
    resume : go on from `search.checkpoint` in `out_dir`, written after every epoch, where there is one
    progress : show a bar, if standard error is a terminal
    on_epoch : called after every epoch, once its checkpoint is written; in the first process

    Raises
    ------
    OutputError
        If `out_dir` cannot be written, or holds other files of these names.
    SearchError, DataError
        For settings or data that do not fit, and for a loss that is not finite.
    """
    settings = settings or SearchSettings()
    check_search_output(Path(out_dir))
    if settings.threads:
        torch.set_num_threads(settings.threads)
    data = load_dataset(dataset, None if data_dir is None else Path(data_dir)) if isinstance(dataset, str) else dataset
    place = usable_device(device, SearchError)
    ranks = join_ranks(place)
    if settings.batch_size < ranks.count:
        raise SearchError(
            f"batch_size: found {settings.batch_size} for {ranks.count} processes; allowed: at least as many"
        )
    with run_session(progress, ranks, SearchError) as bar:
        run = _Run(data, Path(out_dir), settings, place, ranks, bar)
        run.search(resume, on_epoch)
        result = run.result()
        if ranks.first:
            run.write(result)
        ranks.wait()
    return result


class _Run:
    """One search: supernet, optimizers, data and the checkpoint it can go on from."""

    def __init__(
        self,
        data: Dataset,
        folder: Path,
        settings: SearchSettings,
        device: torch.device,
        ranks: Ranks,
        bar: Progress,
    ) -> None:
        self.data, self.folder, self.settings, self.ranks, self.bar = data, folder, settings, ranks, bar
        self.space = make_space(data, settings, settings.channels)
        self.deployed_space = make_space(data, settings, settings.deploy_channels)
        halves = split_halves(data, settings).to(device)
        self.supernet = Supernet(self.space, data.input_spec, settings).to(device)
        synchronize_norms(self.supernet, ranks)
        self.cost = make_cost(self.space, data.input_spec, settings, bar).to(device)
        self.optimizers = Optimizers.of(self.supernet, settings)
        self.optimization = JointOptimization(self.supernet, self.cost, self.optimizers, halves, settings, ranks)
        self.updates = -(-len(halves.weights.y) // settings.batch_size)
        self.rows: list[dict[str, Any]] = []
        self.checkpoint = folder / "search.checkpoint"
        self.identity = {
            "method": METHOD,
            "dataset": data.name,
            "train_shape": list(data.x_train.shape),
            **settings.as_dict(),
            **ranks.identity,
        }

    def search(self, resume: bool, on_epoch: Callable[[EpochRow], None] | None) -> None:
        """All epochs that are not done yet."""
        if resume and is_there(self.checkpoint):
            self._restore()
        task = self.bar.add_task("search", total=self.settings.epochs)
        self.bar.advance(task, len(self.rows))
        for epoch in range(len(self.rows), self.settings.epochs):
            row = self._epoch(epoch)
            if self.ranks.first:
                self._save()
            shown = f"{row.stage} {row.epoch}: accuracy {max(row.accuracy):.2%}, T = {row.decoded.timesteps}"
            self.bar.update(task, advance=1, description=shown)
            if on_epoch is not None and self.ranks.first:
                on_epoch(row)

    def result(self) -> SearchResult:
        """Genotype and history, before they are written."""
        decoded = decode(self.space, self.supernet.choices, self.settings, self.cost.tolls)
        history = history_document(self.data.name, self.space, self.data.input_spec, self.settings, self.rows, decoded)
        record = SearchRecord(
            method=METHOD,
            dataset=self.data.name,
            seed=self.settings.seed,
            settings={**self.settings.as_dict(), **self.ranks.identity, "history": "history.json"},
        )
        genotype = to_genotype(
            decoded, self.deployed_space, self.data.input_spec, self.settings, f"{self.data.name}-{METHOD}", record
        )
        ends = ("stem", "head") if self.settings.outer_bits is None else ()
        genotype = with_proved_bits(genotype, map(load_profile, shipped_profiles()), ends)
        return SearchResult(genotype, self.folder / "genotype.json", history)

    def write(self, result: SearchResult) -> None:
        """Both files; the checkpoint is removed."""
        write_atomically(self.folder / "history.json", (json.dumps(result.history, indent=1) + "\n").encode(), HISTORY)
        save_genotype(result.genotype, None, result.path)
        self.checkpoint.unlink(missing_ok=True)

    def _epoch(self, epoch: int) -> EpochRow:
        stage = stage_of(self.settings, epoch)
        enter(stage, self.supernet, self.settings, self.cost.tolls)
        self.ranks.align(self.supernet)
        means = self.optimization.run_epoch(epoch, stage)
        decoded = decode(self.space, self.supernet.choices, self.settings, self.cost.tolls)
        genotype = to_genotype(decoded, self.deployed_space, self.data.input_spec, self.settings, "decoded")
        row = epoch_row(epoch, stage, means, self.updates, self.supernet, decoded, genotype)
        self.rows.append(row.document())
        return row

    def _save(self) -> None:
        tensors = {f"supernet.{name}": value for name, value in self.supernet.state_dict().items()}
        for name, optimizer in self.optimizers.named():
            tensors |= optimizer_tensors(name, optimizer)
        write_checkpoint(self.checkpoint, self.identity, {"rows": self.rows}, tensors)

    def _restore(self) -> None:
        state, tensors = read_checkpoint(self.checkpoint, self.identity, "search", SearchError, _State)
        if len(state.rows) > self.settings.epochs or [row.epoch for row in state.rows] != list(
            range(1, len(state.rows) + 1)
        ):
            raise SearchError(
                f"not a checkpoint: {self.checkpoint}: found {len(state.rows)} epochs; allowed: those from 1 to up to "
                f"{self.settings.epochs}, in order; start without resuming"
            )
        choices = self.supernet.choices
        wanted = {
            "accuracy": (self.settings.timesteps,),
            "ops": tuple(choices.ops().shape),
            "bits": tuple(choices.bits().shape),
            "steps": tuple(choices.steps().shape),
        }
        for row in state.rows:
            for name, shape in wanted.items():
                if (found := _shape(getattr(row, name))) != shape:
                    raise SearchError(
                        f"not a checkpoint: {self.checkpoint}: epoch {row.epoch}: {name} of shape {found}; allowed: {shape}; "
                        "start without resuming"
                    )
        restore_module("supernet", self.supernet, tensors, SearchError)
        for name, optimizer in self.optimizers.named():
            restore_optimizer(name, optimizer, tensors, SearchError)
        self.rows = [row.document() for row in state.rows]


def _shape(values: Sequence[float] | Sequence[Sequence[float]]) -> tuple[int, ...] | None:
    """Of a list or a list of equally long lists; None of any other."""
    lengths = {len(value) if isinstance(value, Sequence) else 0 for value in values}
    if len(lengths) != 1:
        return None
    return (len(values), *filter(None, lengths))


@dataclass(frozen=True)
class _State:
    """What a checkpoint's state is."""

    rows: list[EpochRow]


def make_space(data: Dataset, settings: SearchSettings, channels: int) -> SpikeDhsSpace:
    """The space for a data set at a width; `SearchError` where its networks would be too large to be held."""
    space = SpikeDhsSpace(data.input_spec.shape, data.num_classes, settings.nodes, channels, settings.levels)
    widest = max(plan.channels * space.nodes for plan in space.cells())
    if widest > MAX_CHANNELS:
        raise SearchError(
            f"channels: found {channels}, which levels widen to {widest:.6g}; allowed: up to {MAX_CHANNELS} in a population"
        )
    check_weights(
        space.most_weights, f"channels {channels}, nodes {settings.nodes}, {len(settings.levels)} cells", SearchError
    )
    return space


def split_halves(data: Dataset, settings: SearchSettings) -> Halves:
    """The training set, or `settings.samples` of it, in two stratified halves; the same samples twice where nothing is held out."""
    samples = quantized(data.input_spec, data.x_train, data.y_train)
    if 0 < settings.samples < len(samples.y):
        _, samples = stratified_split(samples, settings.samples, settings.seed, data.name)
    if not settings.held_out:
        return Halves(samples, samples)
    return Halves(*stratified_split(samples, 0.5, settings.seed, data.name))

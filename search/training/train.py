"""Training a genotype: a float phase, then a phase in the chip's own arithmetic, then the files that the compiler reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress

from litesnn.compiler.genotype import (
    Genotype,
    LoadedGenotype,
    TrainingRecord,
    dump_genotype,
    load_genotype,
    save_genotype,
)
from litesnn.compiler.profile import Profile
from litesnn.errors import TrainingError
from litesnn.reading import is_there
from litesnn.search.data import Dataset, load_for
from litesnn.search.model.dead_channels import silence_dead_channels
from litesnn.search.model.export import export_document, export_tensors
from litesnn.search.model.membrane_units import choose_membrane_exps, lower_to_fit
from litesnn.search.model.registers import Tally
from litesnn.search.model.spiking_model import Evaluation, SpikingModel
from litesnn.search.run.checkpoint import check_tensors
from litesnn.search.run.output import check_training_output, training_checkpoint
from litesnn.search.run.ranks import Ranks, join_ranks
from litesnn.search.run.session import run_session, usable_device, versions
from litesnn.search.run.synchronized_norm import synchronize_norms
from litesnn.search.training.auxiliary import Trainee
from litesnn.search.training.checkpoint import TrainingState, load_checkpoint, restore, save_checkpoint
from litesnn.search.training.loop import evaluate, make_optimizer, train_epoch
from litesnn.search.training.preprocessing import recording_preprocessing, with_preprocessing
from litesnn.search.training.registers import LayerRegisters, Watch, by_layer, shares
from litesnn.search.training.samples import Parts, prepare
from litesnn.search.training.sequential import check_sequential, enter_stage
from litesnn.search.training.settings import EpochReport, TrainingSettings


@dataclass(frozen=True)
class TrainingResult:
    """What a training produced: the written genotype with its record, where it lies, and one report per epoch.

    `registers`: the layers whose weights allow sums beyond the accumulator of the profile (without one: beyond the 24-bit current)
    """

    genotype: Genotype
    path: Path
    record: TrainingRecord
    history: tuple[EpochReport, ...]
    registers: tuple[LayerRegisters, ...] = ()


def train_genotype(
    genotype_path: str | PathLike[str],
    dataset: str | Dataset,
    out_path: str | PathLike[str],
    settings: TrainingSettings | None = None,
    *,
    data_dir: str | PathLike[str] | None = None,
    preprocessing: Mapping[str, Any] | None = None,
    profile: Profile | None = None,
    device: str = "cpu",
    resume: bool = False,
    progress: bool = True,
    on_epoch: Callable[[EpochReport], None] | None = None,
) -> TrainingResult:
    """Train a genotype and write it, with its weights, to `out_path` (`.json`; the tensors lie beside it).

    The float phase trains quantized weights with snapped steps and the chip's rounded decay. Then every population's
    membrane_exp is chosen, and the fixed phase trains in the chip's arithmetic with steps, masks and statistics frozen.
    Kept are the weights that were best in `fixed` on a validation part of the training set; the test set is looked at once.
    A genotype with `quantizer.ends: float` has no fixed phase; its best weights in `float` are kept.
    The same seed gives the same result on one CPU. A genotype that has weights already is trained on from them. Several processes
    (`docs/training.md`) share every batch; the first one writes.

    Parameters
    ----------
    dataset : a name of `litesnn.search.data.DATASETS`, or a data set
    settings : epochs, batch size, learning rates, seed, ...
    data_dir : folder with the data set's files
    preprocessing : fields of `EventFrames` that replace the genotype's; `frames` replaces its timesteps too
    profile : the chip that is trained for: membrane units stay within its accumulator, and sums beyond it are counted
    device : as torch names it: `cpu`, `cuda`, `cuda:1`
    resume : go on from `<out_path>.checkpoint`, written after every epoch, where there is one; the result equals that of an
        uninterrupted training
    progress : show a bar, if standard error is a terminal
    on_epoch : called after every epoch, once its checkpoint is written; in the first process

    Raises
    ------
    RegisterError
        Where a current leaves its register by more than one wrap in the fixed phase; the checkpoint of the epoch before is there.
    OutputError
        If `out_path` cannot be written, or something else stands there.
    GenotypeError, DataError, TrainingError
        For files, data or settings that do not fit, and for a loss that is not finite.
    """
    settings = settings or TrainingSettings()
    target = Path(out_path)
    check_training_output(target)
    if settings.threads:
        torch.set_num_threads(settings.threads)
    loaded = with_preprocessing(load_genotype(genotype_path), preprocessing or {})
    data = load_for(loaded.spec, dataset, data_dir) if isinstance(dataset, str) else dataset
    loaded = recording_preprocessing(loaded, data)
    place = usable_device(device, TrainingError)
    ranks = join_ranks(place)
    if settings.batch_size < ranks.count:
        raise TrainingError(
            f"batch_size: found {settings.batch_size} for {ranks.count} processes; allowed: at least as many"
        )
    check_sequential(loaded.spec, loaded.topology, settings)
    parts = prepare(data, loaded.spec, settings.validation_fraction, settings.seed)
    parts = Parts(parts.train.to(place), parts.validation.to(place), parts.test.to(place))
    model = SpikingModel.from_genotype(loaded, settings.seed).to(place)
    watch = Watch(profile)
    identity = {**_identity(loaded, data, settings), **ranks.identity}
    if profile is not None:
        identity["accumulator"] = watch.limit
    run = _Run(model, parts, settings, training_checkpoint(target), identity, ranks, watch)
    with run_session(progress, ranks, TrainingError) as bar:
        history = run.train(resume, bar, on_epoch)
        record, registers = _record(model, parts, data, settings, ranks, watch)
        if ranks.first:
            save_genotype(export_document(model, record), export_tensors(model), target)
            run.checkpoint.unlink(missing_ok=True)
        ranks.wait()
    return TrainingResult(load_genotype(target).spec, target, record, history, registers)


class _Run:
    """One training: model, data, settings and the checkpoint it can go on from."""

    def __init__(
        self,
        model: SpikingModel,
        parts: Parts,
        settings: TrainingSettings,
        checkpoint: Path,
        identity: dict[str, Any],
        ranks: Ranks,
        watch: Watch,
    ) -> None:
        self.model = model
        self.watch = watch
        trainee = Trainee(
            model, settings.auxiliary, settings.seed, settings.precision, settings.loss, settings.tet_lambda
        )
        self.trainee = trainee.to(model.pool_exp.device)
        synchronize_norms(self.trainee, ranks)
        self.ranks = ranks
        self.parts = parts
        self.settings = settings
        self.checkpoint = checkpoint
        self.identity = identity
        self.state = TrainingState("float", 0, None, None, [])

    def train(
        self, resume: bool, bar: Progress, on_epoch: Callable[[EpochReport], None] | None
    ) -> tuple[EpochReport, ...]:
        """Run what is left of both phases, and leave the best weights in the model."""
        tensors = None
        if resume and is_there(self.checkpoint):
            self.state, tensors = load_checkpoint(self.checkpoint, self.identity)
            self._check_state()
        task = bar.add_task("training", total=self.settings.epochs + self.settings.fixed_epochs)
        bar.advance(task, len(self.state.history))
        phases = _phases(self.model)
        for evaluation in phases[phases.index(self.state.evaluation) :]:
            self.model.compress()
            optimizer = make_optimizer(self.trainee, self.settings, evaluation)
            if tensors is not None:
                restore(tensors, self.trainee, optimizer)
                tensors = None
            elif evaluation == "fixed":
                self.state.evaluation, self.state.epoch = "fixed", 0
                silence_dead_channels(self.model)
                choose_membrane_exps(self.model, self.watch.chosen_limit)
                self._keep_best(*evaluate(self.model, self.parts.validation, "fixed", self.ranks))
            for epoch in range(self.state.epoch, self.settings.phase(evaluation)[0]):
                report = self._epoch(optimizer, evaluation, epoch)
                if self.ranks.first:
                    save_checkpoint(self.checkpoint, self.identity, self.state, self.trainee, optimizer)
                bar.update(task, advance=1, description=_shown(report))
                if on_epoch is not None and self.ranks.first:
                    on_epoch(report)
        if self.state.best_weights is None:  # no fixed phase, and no epochs of the other
            self._keep_best(*evaluate(self.model, self.parts.validation, "float", self.ranks))
        assert self.state.best_weights is not None
        self.model.load_state_dict(self.state.best_weights)
        return tuple(EpochReport(**row) for row in self.state.history)

    def _check_state(self) -> None:
        """A checkpoint's state can be a state of this training."""
        state, phases = self.state, _phases(self.model)
        before = self.settings.epochs if state.evaluation == "fixed" else 0
        allowed = state.evaluation in phases and state.epoch <= self.settings.phase(state.evaluation)[0]
        if not allowed or len(state.history) != before + state.epoch:
            raise TrainingError(
                f"not a checkpoint: {self.checkpoint}: found epoch {state.epoch} of phase '{state.evaluation}' and a history of "
                f"{len(state.history)} epochs, which no epoch of this training leaves; start without resuming"
            )
        if state.best_weights is not None:
            check_tensors("best", state.best_weights, self.model.state_dict(), TrainingError)

    def _epoch(self, optimizer: torch.optim.Optimizer, evaluation: Evaluation, epoch: int) -> EpochReport:
        if self.settings.sequential and evaluation == "float":
            enter_stage(self.model, self.settings, epoch)
        self.ranks.align(self.trainee)
        tally = self.model.tally = self.watch.tally(self.model) if evaluation == "fixed" else None
        train_loss = train_epoch(
            self.trainee, optimizer, self.parts.train, self.settings, evaluation, epoch, self.ranks
        )
        if evaluation == "fixed":
            lower_to_fit(self.model, self.watch.chosen_limit)
        accuracy, loss = evaluate(self.model, self.parts.validation, evaluation, self.ranks)
        if evaluation == _phases(self.model)[-1]:
            self._keep_best(accuracy, loss)
        self.model.tally = None
        overflow, beyond = (None, None) if tally is None else shares(tally, self.ranks, self.model.pool_exp.device)
        report = EpochReport(evaluation, epoch + 1, train_loss, accuracy, loss, overflow, beyond)
        self.state.epoch = epoch + 1
        self.state.history.append(asdict(report))
        return report

    def _keep_best(self, accuracy: float, loss: float) -> None:
        best = self.state.best
        if best is None or (accuracy, -loss) > (best[0], -best[1]):
            self.state.best = (accuracy, loss)
            self.state.best_weights = deepcopy(self.model.state_dict())


def _phases(model: SpikingModel) -> tuple[Evaluation, ...]:
    """Float, then fixed; edges in floating point have no integers, and what they are part of is trained in float alone."""
    return ("float",) if any(edge.quantizer.floating for edge in model.edge_list()) else ("float", "fixed")


def _shown(report: EpochReport) -> str:
    """The progress line of an epoch."""
    text = f"{report.evaluation} {report.epoch}: validation {100 * report.validation_accuracy:.2f} %"
    if report.overflow is not None:
        text += f", {report.overflow:.2%} of sums overflow"
    if report.beyond is not None:
        text += f", {report.beyond:.2%} beyond the accumulator"
    return text


def _record(
    model: SpikingModel, parts: Parts, data: Dataset, settings: TrainingSettings, ranks: Ranks, watch: Watch
) -> tuple[TrainingRecord, tuple[LayerRegisters, ...]]:
    accuracy_float, _ = evaluate(model, parts.test, "float", ranks)
    accuracy_fixed, registers = None, tuple[LayerRegisters, ...]()
    if "fixed" in _phases(model):
        tally = model.tally = Tally(watch.limit, watch.on_host(model))
        accuracy_fixed = evaluate(model, parts.test, "fixed", ranks)[0]
        model.tally = None
        registers = by_layer(model, watch, tally, ranks)
    record = TrainingRecord(
        dataset=data.name,
        seed=settings.seed,
        epochs=settings.epochs + settings.fixed_epochs,
        test_samples=len(parts.test.y),
        accuracy_float=accuracy_float,
        accuracy_fixed=accuracy_fixed,
        settings={**settings.as_dict(), **ranks.identity},
        versions=versions(),
    )
    return record, registers


def _identity(loaded: LoadedGenotype, data: Dataset, settings: TrainingSettings) -> dict[str, Any]:
    document = hashlib.sha256(dump_genotype(loaded.spec)).hexdigest()
    shapes = {"dataset": data.name, "train_shape": list(data.x_train.shape), "test_shape": list(data.x_test.shape)}
    return {"genotype": document, **shapes, **settings.as_dict()}

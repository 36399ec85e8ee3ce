"""The two phases of a training, epoch by epoch: in floating point, then in the chip's integers, from the best of which weights are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from litesnn.base.errors import TrainingError
from litesnn.search.model.dead_channels import silence_dead_channels
from litesnn.search.model.evaluation import Evaluation
from litesnn.search.model.membrane_units import choose_membrane_exps, lower_to_fit
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.run.checkpoint import check_tensors
from litesnn.search.run.following import Tick, silent
from litesnn.search.run.ranks import Ranks
from litesnn.search.run.synchronized_norm import synchronize_norms
from litesnn.search.run.table import RunTable
from litesnn.search.training.auxiliary import Trainee
from litesnn.search.training.checkpoint import Standing, StoredStanding, restore
from litesnn.search.training.loop import evaluate, make_optimizer, train_epoch
from litesnn.search.training.losses import class_weights
from litesnn.search.training.registers import Watch, shares
from litesnn.search.training.samples import Parts
from litesnn.search.training.sequential import enter_stage
from litesnn.search.training.settings import EpochReport, TrainingSettings
from litesnn.search.training.teachers import NO_TEACHERS, Teachers


class Phases:
    """All epochs of one training; each step is an epoch, and reports it."""

    title = "training"
    state_type = StoredStanding

    def __init__(
        self,
        model: SpikingModel,
        parts: Parts,
        settings: TrainingSettings,
        ranks: Ranks,
        watch: Watch,
        teachers: Teachers = NO_TEACHERS,
    ) -> None:
        self.model, self.parts, self.settings, self.ranks, self.watch = model, parts, settings, ranks, watch
        trainee = Trainee(
            model=model,
            weight=settings.auxiliary,
            seed=settings.seed,
            precision=settings.precision,
            loss_name=settings.loss,
            tet_lambda=settings.tet_lambda,
            class_weights=class_weights(settings.class_weights, parts.train.y, model.genotype.head.classes),
            teachers=teachers,
        )
        self.trainee = trainee.to(model.pool_exp.device)
        synchronize_norms(self.trainee, ranks)
        self.total = settings.epochs + settings.fixed_epochs
        self.standing = Standing()
        self._optimizer: torch.optim.Optimizer | None = None
        self.tick: Tick = silent

    @property
    def done(self) -> int:
        """Epochs of both phases so far."""
        return len(self.standing.history)

    def steps(self) -> Iterator[EpochReport]:
        """What is left of both phases."""
        phases = phases_of(self.model)
        for evaluation in phases[phases.index(self.standing.evaluation) :]:
            if self._optimizer is None:
                self._begin(evaluation)
            for epoch in range(self.standing.epoch, self.settings.phase(evaluation)[0]):
                yield self._epoch(evaluation, epoch)
            self._optimizer = None

    def shown(self, report: EpochReport) -> str:
        """Validation accuracy, and what overflows."""
        text = f"{report.evaluation} {report.epoch}: validation {100 * report.validation_accuracy:.2f} %"
        if report.overflow is not None:
            text += f", {report.overflow:.2%} of sums overflow"
        if report.beyond is not None:
            text += f", {report.beyond:.2%} beyond the accumulator"
        return text

    def state(self) -> Mapping[str, Any]:
        """Where the training stands."""
        return self.standing.document()

    def tensors(self) -> Mapping[str, Tensor]:
        """Model, optimizer and best weights."""
        assert self._optimizer is not None, "a step belongs to a phase"
        return self.standing.tensors(self.trainee, self._optimizer)

    def table(self) -> RunTable:
        """The epochs of both phases."""
        columns = [field.name for field in fields(EpochReport)]
        rows = [[getattr(report, name) for name in columns] for report in self.standing.history]
        return RunTable.of(["phase", *columns[1:]], rows, self.total)

    def restore(self, state: StoredStanding, tensors: Mapping[str, Tensor], path: Path) -> None:
        """Go on in the phase of a checkpoint."""
        stored = dict(tensors)
        self.standing = state.standing(stored, path)
        self._check(path)
        self._enter(state.evaluation)
        assert self._optimizer is not None
        restore(stored, self.trainee, self._optimizer)

    def keep_best(self) -> tuple[EpochReport, ...]:
        """Leave the best weights in the model; returns the history."""
        if self.standing.best_weights is None:  # no fixed phase, and no epochs of the other
            self._compare(*self._evaluate("float"))
        assert self.standing.best_weights is not None
        self.model.load_state_dict(self.standing.best_weights)
        return self.standing.history

    def _ticked(self, share: float) -> None:
        """Batches are not all of an epoch: the evaluation after them takes about a third of a training, per sample."""
        evaluated = len(self.parts.validation.y) / (3 * len(self.parts.train.y))
        self.tick(share / (1 + evaluated))

    def _enter(self, evaluation: Evaluation) -> None:
        self.model.compress()
        self._optimizer = make_optimizer(self.trainee, self.settings, evaluation)

    def _begin(self, evaluation: Evaluation) -> None:
        self._enter(evaluation)
        if evaluation == "fixed":
            self.standing.evaluation, self.standing.epoch = "fixed", 0
            silence_dead_channels(self.model)
            choose_membrane_exps(self.model, self.watch.chosen_limit)
            self._compare(*self._evaluate("fixed"))

    def _check(self, path: Path) -> None:
        """The standing can be one of this training."""
        found = self.standing
        before = self.settings.epochs if found.evaluation == "fixed" else 0
        allowed = found.evaluation in phases_of(self.model) and found.epoch <= self.settings.phase(found.evaluation)[0]
        if not allowed or len(found.history) != before + found.epoch:
            raise TrainingError(
                f"not a checkpoint: {path}: found epoch {found.epoch} of phase '{found.evaluation}' and a history of "
                f"{len(found.history)} epochs, which no epoch of this training leaves; start without resuming"
            )
        if found.best_weights is not None:
            check_tensors("best", found.best_weights, self.model.state_dict(), TrainingError)

    def _epoch(self, evaluation: Evaluation, epoch: int) -> EpochReport:
        assert self._optimizer is not None
        if self.settings.sequential and evaluation == "float":
            enter_stage(self.model, self.settings, epoch)
        self.ranks.align(self.trainee)
        tally = self.model.tally = self.watch.tally(self.model) if evaluation == "fixed" else None
        train_loss = train_epoch(
            self.trainee,
            self._optimizer,
            self.parts.train,
            self.settings,
            evaluation,
            epoch,
            self.ranks,
            self._ticked,
        )
        if evaluation == "fixed":
            lower_to_fit(self.model, self.watch.chosen_limit)
        accuracy, loss = self._evaluate(evaluation)
        if evaluation == phases_of(self.model)[-1]:
            self._compare(accuracy, loss)
        self.model.tally = None
        overflow, beyond = (None, None) if tally is None else shares(tally, self.ranks, self.model.pool_exp.device)
        report = EpochReport(
            evaluation=evaluation,
            epoch=epoch + 1,
            train_loss=train_loss,
            validation_accuracy=accuracy,
            validation_loss=loss,
            overflow=overflow,
            beyond=beyond,
        )
        self.standing.epoch = epoch + 1
        self.standing.history += (report,)
        return report

    def _evaluate(self, evaluation: Evaluation) -> tuple[float, float]:
        """Accuracy and loss on the validation part, weighted as the loss of the training is."""
        return evaluate(self.model, self.parts.validation, evaluation, self.ranks, self.trainee.class_weights)

    def _compare(self, accuracy: float, loss: float) -> None:
        """Keep the weights as they are where they are the best so far."""
        best = self.standing.best
        if best is None or (accuracy, -loss) > (best[0], -best[1]):
            self.standing.best = (accuracy, loss)
            self.standing.best_weights = deepcopy(self.model.state_dict())


def phases_of(model: SpikingModel) -> tuple[Evaluation, ...]:
    """Float, then fixed; edges in floating point have no integers, and what they are part of is trained in float alone."""
    return ("float",) if any(edge.quantizer.floating for edge in model.edge_list()) else ("float", "fixed")

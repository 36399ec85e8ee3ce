"""Checkpoints of a training: the model, the optimizer of the phase under way, and the best weights so far."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Tensor

from litesnn.errors import TrainingError
from litesnn.search.model.spiking_model import Evaluation
from litesnn.search.run.checkpoint import (
    optimizer_tensors,
    read_checkpoint,
    restore_module,
    restore_optimizer,
    under,
    write_checkpoint,
)
from litesnn.search.training.settings import EpochReport


@dataclass
class TrainingState:
    """Where a training stands.

    Attributes
    ----------
    evaluation : the phase under way
    epoch : epochs of it that are done
    best : accuracy and loss on the validation part of the weights to keep, once there are any (fixed phase)
    best_weights : state dict of those weights
    history : one row per epoch, as `EpochReport`
    """

    evaluation: Evaluation
    epoch: int
    best: tuple[float, float] | None
    best_weights: dict[str, Tensor] | None
    history: list[dict[str, Any]]


def save_checkpoint(
    path: Path, identity: dict[str, Any], state: TrainingState, model: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    """Write a checkpoint whole; `identity` says which training it belongs to."""
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    tensors |= {f"best.{name}": value for name, value in (state.best_weights or {}).items()}
    tensors |= optimizer_tensors("optimizer", optimizer)
    document = {
        "evaluation": state.evaluation,
        "epoch": state.epoch,
        "best": state.best,
        "history": state.history,
    }
    write_checkpoint(path, identity, document, tensors)


def load_checkpoint(path: Path, identity: dict[str, Any]) -> tuple[TrainingState, dict[str, Tensor]]:
    """Read a checkpoint; returns the state and all its tensors by name.

    Raises
    ------
    TrainingError
        Where the file is not a checkpoint, or belongs to another training (what differs is named).
    """
    found, tensors = read_checkpoint(path, identity, "training", TrainingError, _Document)
    weights = under("best", tensors) or None
    if (found.best is None) != (weights is None) or (found.evaluation == "fixed" and weights is None):
        raise TrainingError(
            f"not a checkpoint: {path}: it lacks the best weights or their accuracy; start without resuming"
        )
    state = TrainingState(
        found.evaluation, found.epoch, found.best, weights, [asdict(report) for report in found.history]
    )
    return state, tensors


def restore(tensors: dict[str, Tensor], model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Put a checkpoint's tensors into a model and the optimizer of the same phase; `TrainingError` where they do not fit."""
    restore_module("model", model, tensors, TrainingError)
    restore_optimizer("optimizer", optimizer, tensors, TrainingError)


@dataclass(frozen=True)
class _Document:
    """The state as JSON holds it."""

    evaluation: Evaluation
    epoch: Annotated[int, Field(ge=0)]
    best: tuple[float, float] | None
    history: list[EpochReport]

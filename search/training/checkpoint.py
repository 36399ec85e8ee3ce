"""What a checkpoint of a training holds: where it stands, the model, the optimizer of the phase under way, and the best weights so far."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Tensor

from litesnn.base.errors import TrainingError
from litesnn.search.model.evaluation import Evaluation
from litesnn.search.run.checkpoint import optimizer_tensors, restore_module, restore_optimizer, under
from litesnn.search.training.settings import EpochReport


@dataclass
class Standing:
    """Where a training stands.

    Attributes
    ----------
    evaluation : the phase under way
    epoch : epochs of it that are done
    best : accuracy and loss on the validation part of the weights to keep, once there are any (fixed phase)
    best_weights : state dict of those weights
    history : one row per epoch, as `EpochReport`
    """

    evaluation: Evaluation = "float"
    epoch: int = 0
    best: tuple[float, float] | None = None
    best_weights: dict[str, Tensor] | None = None
    history: tuple[EpochReport, ...] = ()

    def document(self) -> dict[str, Any]:
        """As JSON holds it: a `StoredStanding`."""
        history = [asdict(report) for report in self.history]
        return {"evaluation": self.evaluation, "epoch": self.epoch, "best": self.best, "history": history}

    def tensors(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
        """`model.<name>`, `best.<name>`, and the optimizer's state."""
        tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
        tensors |= {f"best.{name}": value for name, value in (self.best_weights or {}).items()}
        return tensors | optimizer_tensors("optimizer", optimizer)


@dataclass(frozen=True)
class StoredStanding:
    """A standing as JSON holds it; its best weights are tensors of the file."""

    evaluation: Evaluation
    epoch: Annotated[int, Field(ge=0)]
    best: tuple[float, float] | None
    history: list[EpochReport]

    def standing(self, tensors: dict[str, Tensor], path: Path) -> Standing:
        """With its best weights.

        Raises
        ------
        TrainingError
            Where one of the best weights and their accuracy is there and the other is not.
        """
        weights = under("best", tensors) or None
        if (self.best is None) != (weights is None) or (self.evaluation == "fixed" and weights is None):
            raise TrainingError(
                f"not a checkpoint: {path}: it lacks the best weights or their accuracy; start without resuming"
            )
        return Standing(
            evaluation=self.evaluation,
            epoch=self.epoch,
            best=self.best,
            best_weights=weights,
            history=tuple(self.history),
        )


def restore(tensors: dict[str, Tensor], model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Put a checkpoint's tensors into a model and the optimizer of the same phase; `TrainingError` where they do not fit."""
    restore_module("model", model, tensors, TrainingError)
    restore_optimizer("optimizer", optimizer, tensors, TrainingError)

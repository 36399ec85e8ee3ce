"""How a training runs and what it reports."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from litesnn.errors import TrainingError
from litesnn.search.model.evaluation import Evaluation
from litesnn.search.run.precision import Precision
from litesnn.search.run.sequential import STAGES
from litesnn.search.settings.bounds import check_bounds
from litesnn.search.training.losses import LossName
from litesnn.search.training.samples import Augmentation


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of one training; all of them enter the training record.

    Attributes
    ----------
    epochs : of the float phase
    fixed_epochs : of the fixed phase, in the chip's arithmetic
    lr, fixed_lr : peak learning rate of each phase; both fall to 0 along a cosine
    optimizer : `sgd` (momentum 0.9, as LitE-SNN) or `adam`
    weight_decay : on weights and scores, not on normalization and biases
    clip_norm : largest gradient norm
    auxiliary : weight of the auxiliary head's loss in the float phase (LitE-SNN: 0.4); 0: no such head
    loss : `ce`, of the mean logits, or `tet`, of every step's
    tet_lambda : weight of TET's second term, which draws all outputs to 1
    sequential : compress the float phase's network one thing after the other, a quarter of the epochs each, beginning with so many
        steps (LitE-SNN's A + P + Q + T); 0: everything together
    shift, flip, cutout : as `Augmentation`
    validation_fraction : part of the training set held back to choose the weights that are kept
    precision : of the convolutions while the float phase trains: `32` or `bf16`; the fixed phase and all accuracies never depend on it
    threads : torch's CPU threads; sums round differently with another number, so repeating a training needs the same. 0 keeps
        torch's own choice
    """

    epochs: int = 100
    fixed_epochs: int = 10
    batch_size: int = 64
    lr: float = 0.025
    fixed_lr: float = 0.001
    optimizer: Literal["sgd", "adam"] = "sgd"
    weight_decay: float = 3e-4
    clip_norm: float = 5.0
    auxiliary: float = 0.0
    loss: LossName = "ce"
    tet_lambda: float = 1e-3
    sequential: int = 0
    shift: int = 0
    flip: bool = False
    cutout: int = 0
    validation_fraction: float = 0.1
    precision: Precision = "32"
    seed: int = 0
    threads: int = 0

    def __post_init__(self) -> None:
        check_bounds(self, TrainingError)
        for name, low in (
            ("epochs", 0),
            ("fixed_epochs", 0),
            ("batch_size", 2),
            ("sequential", 0),
            ("shift", 0),
            ("cutout", 0),
            ("seed", 0),
            ("threads", 0),
        ):
            if getattr(self, name) < low:
                raise TrainingError(f"{name}: found {getattr(self, name)}; allowed: a whole number >= {low}")
        if self.sequential and self.epochs < len(STAGES):
            raise TrainingError(
                f"epochs: found {self.epochs}; allowed for a sequential training: {len(STAGES)} or more"
            )
        for name in ("lr", "fixed_lr", "clip_norm"):
            if not getattr(self, name) > 0:
                raise TrainingError(f"{name}: found {getattr(self, name)}; allowed: a number > 0")
        for name in ("weight_decay", "auxiliary"):
            if not getattr(self, name) >= 0:
                raise TrainingError(f"{name}: found {getattr(self, name)}; allowed: a number >= 0")
        if not 0 < self.validation_fraction < 1:
            raise TrainingError(
                f"validation_fraction: found {self.validation_fraction}; allowed: between 0 and 1, both excluded"
            )
        if self.precision not in ("32", "bf16"):
            raise TrainingError(f"precision: found '{self.precision}'; allowed: 32, bf16")
        if not 0 <= self.tet_lambda <= 1:
            raise TrainingError(f"tet_lambda: found {self.tet_lambda}; allowed: 0 to 1")
        for name, allowed in (("optimizer", ("sgd", "adam")), ("loss", ("ce", "tet"))):
            if getattr(self, name) not in allowed:
                raise TrainingError(f"{name}: found '{getattr(self, name)}'; allowed: {', '.join(allowed)}")

    def as_dict(self) -> dict[str, Any]:
        """All settings by name."""
        return asdict(self)

    @property
    def augmentation(self) -> Augmentation:
        """What is done to training images."""
        return Augmentation(self.shift, self.flip, self.cutout)

    def phase(self, evaluation: Evaluation) -> tuple[int, float]:
        """Epochs and peak learning rate of a phase."""
        return (self.epochs, self.lr) if evaluation == "float" else (self.fixed_epochs, self.fixed_lr)


@dataclass(frozen=True)
class EpochReport:
    """One epoch: mean training loss, and accuracy (fraction) and loss on the validation part in the phase's evaluation.

    Attributes
    ----------
    overflow : of the fixed phase, the share of its synaptic sums, training and validation together, whose current wrapped or whose
        membrane was clipped
    beyond : the share beyond the accumulator of the profile that is trained for, where one is
    """

    evaluation: Evaluation
    epoch: int
    train_loss: float
    validation_accuracy: float
    validation_loss: float
    overflow: float | None = None
    beyond: float | None = None

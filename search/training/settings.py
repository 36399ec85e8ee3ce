"""How a training runs and what it reports."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from litesnn.base.errors import TrainingError
from litesnn.base.settings.bounds import check_settings
from litesnn.base.settings.setting import Setting
from litesnn.search.model.evaluation import Evaluation
from litesnn.search.run.sequential import STAGES
from litesnn.search.settings.bounds import MAX_SIDE
from litesnn.search.settings.shared import (
    RESET_HELP,
    ClassWeightsSetting,
    ClipNormSetting,
    NeuronReset,
    PrecisionSetting,
    SeedSetting,
    ThreadsSetting,
)
from litesnn.search.training.augmentation import Augmentation, CutoutSetting, FlipSetting, ShiftSetting

LossName = Literal["ce", "tet"]


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of one training; all of them enter the training record. What each one is stands with it."""

    epochs: Annotated[int, Setting("Epochs of the float phase.", low=0, option=True)] = 100
    fixed_epochs: Annotated[int, Setting("Epochs of the fixed-point phase.", low=0, option=True)] = 10
    batch_size: Annotated[int, Setting("Samples per step.", low=2, high=2**16, option=True)] = 64
    lr: Annotated[
        float, Setting("Peak learning rate of the float phase; falls to 0 along a cosine.", above=0, option=True)
    ] = 0.025
    fixed_lr: Annotated[float, Setting("Peak learning rate of the fixed phase.", above=0, option=True)] = 0.001
    optimizer: Annotated[Literal["sgd", "adam"], Setting("sgd has momentum 0.9.", option=True)] = "sgd"
    weight_decay: Annotated[
        float, Setting("On weights and scores, not on normalization and biases.", low=0, option=True)
    ] = 3e-4
    clip_norm: ClipNormSetting = 5.0
    auxiliary: Annotated[
        float,
        Setting(
            "Weight of an auxiliary head's loss in the float phase (LitE-SNN: 0.4); never deployed.", low=0, option=True
        ),
    ] = 0.0
    loss: Annotated[LossName, Setting("Cross-entropy of the mean logits, or TET: of every step's.", option=True)] = "ce"
    tet_lambda: Annotated[
        float, Setting("Weight of TET's second term, which draws all outputs to 1.", low=0, high=1, option=True)
    ] = 1e-3
    class_weights: ClassWeightsSetting = "none"
    distill_weight: Annotated[
        float, Setting("With teachers: what they say counts so much of the loss.", low=0, high=1, option=True)
    ] = 0.5
    distill_temperature: Annotated[
        float, Setting("With teachers: logits of both sides are divided by it.", above=0, high=1000, option=True)
    ] = 4.0
    sequential: Annotated[
        int,
        Setting(
            "Compress one thing after the other (full precision, pruning, quantization, T), a quarter of the epochs each, "
            "beginning with so many steps; 0: everything together.",
            low=0,
            high=MAX_SIDE,
            option=True,
        ),
    ] = 0
    reset: Annotated[NeuronReset | None, Setting(f"{RESET_HELP} none: as the genotype says.", option=True)] = None
    straight_through: Annotated[
        Literal["identity", "scaled", "clipped"] | None,
        Setting(
            "Gradient of a quantized weight: 1, 1 / gamma, or 1 up to gamma; none: as the genotype says.", option=True
        ),
    ] = None
    shift: ShiftSetting = 0
    flip: FlipSetting = False
    cutout: CutoutSetting = 0
    validation_fraction: Annotated[
        float,
        Setting(
            "Part of the training set held back to choose the weights that are kept.", above=0, below=1, option=True
        ),
    ] = 0.1
    precision: PrecisionSetting = "32"
    seed: SeedSetting = 0
    threads: ThreadsSetting = 0

    def __post_init__(self) -> None:
        check_settings(self, TrainingError)
        if self.sequential and self.epochs < len(STAGES):
            raise TrainingError(
                f"epochs: found {self.epochs}; allowed for a sequential training: {len(STAGES)} or more"
            )

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

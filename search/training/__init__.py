"""Training genotypes: `train_genotype` and its settings."""

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.search.training.presets import PRESETS, preset
    from litesnn.search.training.settings import EpochReport, TrainingSettings
    from litesnn.search.training.train import TrainingResult, train_genotype

__all__ = ["PRESETS", "EpochReport", "TrainingResult", "TrainingSettings", "preset", "train_genotype"]

__getattr__ = lazily(
    __name__,
    {
        **dict.fromkeys(("PRESETS", "preset"), "presets"),
        **dict.fromkeys(("EpochReport", "TrainingSettings"), "settings"),
        **dict.fromkeys(("TrainingResult", "train_genotype"), "train"),
    },
)

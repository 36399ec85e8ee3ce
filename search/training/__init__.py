"""Training genotypes: `train_genotype` and its settings."""

from litesnn.search.training.presets import PRESETS, preset
from litesnn.search.training.settings import EpochReport, TrainingSettings
from litesnn.search.training.train import TrainingResult, train_genotype

__all__ = ["PRESETS", "EpochReport", "TrainingResult", "TrainingSettings", "preset", "train_genotype"]

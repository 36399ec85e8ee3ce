"""The history of a training as JSON: every epoch, the settings and what came of it; the same bytes for the same training."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from litesnn.base.output import write_atomically
from litesnn.base.output_kinds import TRAINING
from litesnn.compiler.genotype import TrainingRecord
from litesnn.search.data import Dataset
from litesnn.search.training.settings import EpochReport

FORMAT, VERSION = "litesnn.training", 1


def write_history(path: Path, data: Dataset, record: TrainingRecord, epochs: Sequence[EpochReport]) -> None:
    """Write it whole."""
    result = {name: getattr(record, name) for name in ("accuracy_fixed", "accuracy_float", "test_samples")}
    document = {
        "format": FORMAT,
        "version": VERSION,
        "method": "train",
        "dataset": data.name,
        "settings": record.settings,
        "input_shape": list(data.input_spec.shape),
        "epochs": [asdict(report) for report in epochs],
        "result": result,
        "versions": record.versions,
    }
    write_atomically(path, (json.dumps(document, indent=1) + "\n").encode(), TRAINING)

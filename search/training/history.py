"""The history of a training as JSON: every epoch, the settings and what came of it; the same bytes for the same training."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from litesnn.base.output import write_atomically
from litesnn.base.output_kinds import TRAINING
from litesnn.compiler.genotype import Genotype, TrainingRecord
from litesnn.search.data import Dataset
from litesnn.search.training.settings import EpochReport

FORMAT, VERSION = "litesnn.training", 1


def write_history(
    path: Path, data: Dataset, record: TrainingRecord, epochs: Sequence[EpochReport], network: Genotype
) -> None:
    """Write it whole; `network` is what was trained, whose record may say what it takes of a chip."""
    result = {name: getattr(record, name) for name in ("accuracy_fixed", "accuracy_float", "test_samples")}
    result |= _taken(network)
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


def _taken(network: Genotype) -> dict[str, float]:
    """Cores as estimated by the last that counted them: a pruning, or a search within a chip's limits."""
    if network.pruning:
        cores = network.pruning[-1].cores
        return {"chip_cores": cores[1]} if cores is not None and cores[1] is not None else {}
    found = network.search.settings.get("estimate") if network.search is not None else None
    estimated = found.get("cores") if isinstance(found, dict) else None
    return {"chip_cores": estimated} if isinstance(estimated, int) else {}

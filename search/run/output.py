"""What searches and trainings write, looked at before they begin."""

from __future__ import annotations

from pathlib import Path

from litesnn.base.output import check_file
from litesnn.base.output_kinds import CHECKPOINT, PAGE
from litesnn.compiler.genotype import check_genotype_output
from litesnn.search.run.files import RunFiles

GENOTYPE, CHECKPOINT_FILE = "genotype.json", "search.checkpoint"
"""What a search writes into its folder, beside a page and what `RunFiles` has."""


def check_search_output(folder: Path) -> None:
    """Refuse a folder that cannot be written, or where other files have the names of those that a search writes (`OutputError`)."""
    check_genotype_output(folder / GENOTYPE, weights=False)
    for name, kind in (("report.html", PAGE), (CHECKPOINT_FILE, CHECKPOINT)):
        check_file(folder / name, kind)
    RunFiles.of_search(folder).check()


def training_checkpoint(path: Path) -> Path:
    """Where a training that writes `path` keeps its state between epochs."""
    return path.with_name(path.name + ".checkpoint")


def check_training_output(path: Path) -> None:
    """Refuse a place that a trained genotype, its tensors or its checkpoint cannot be written to (`OutputError`)."""
    check_genotype_output(path)
    check_file(training_checkpoint(path), CHECKPOINT)
    RunFiles.of_training(path).check()

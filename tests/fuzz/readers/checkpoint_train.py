"""Checkpoints of trainings (`train --resume`)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from bar_images import bar_genotype, bars
from interruptions import Interrupted, crash_after

from fuzz.case import Case
from fuzz.reader import Place, Reader
from fuzz.readers.checkpoints import MUTATORS, case_of, placed
from litesnn.compiler.genotype import InputSpec, load_genotype
from litesnn.search.data import Dataset
from litesnn.search.training import TrainingSettings, train_genotype

SETTINGS = TrainingSettings(epochs=1, fixed_epochs=1, batch_size=16, optimizer="adam", lr=0.02)


def _data() -> Dataset:
    spec = InputSpec(shape=(1, 6, 6), std=(16.0,), scale=0.0625, minimum=0, maximum=16)
    return Dataset("bars", *bars(32, 0), *bars(8, 1), num_classes=2, input_spec=spec)


def seeds(folder: Path) -> list[Case]:
    """Stopped between the phases, and after the last epoch."""
    cases = []
    for stop in (1, 2):
        with suppress(Interrupted):
            train_genotype(bar_genotype(folder), _data(), folder / "out.json", SETTINGS, on_epoch=crash_after(stop))
        cases.append(case_of(folder / "out.json.checkpoint"))
    return cases


def read(place: Place) -> Path:
    """Go on from it, to the end."""
    folder = placed(place, "out.json.checkpoint")
    return train_genotype(
        bar_genotype(folder), _data(), folder / "out.json", SETTINGS, resume=True, progress=False
    ).path


def use(found: Path, place: Place) -> None:
    """What was written can be read."""
    load_genotype(found)


READER = Reader(seeds, MUTATORS, read, use, costly=True)

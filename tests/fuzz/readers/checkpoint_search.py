"""Checkpoints of LitE-SNN's search (`search litesnn --resume`)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from bar_images import bars
from interruptions import Interrupted, crash_after

from fuzz.case import Case
from fuzz.reader import Place, Reader
from fuzz.readers.checkpoints import MUTATORS, case_of, placed
from litesnn.compiler.genotype import InputSpec, load_genotype
from litesnn.display.search_page import render_search
from litesnn.search.data import Dataset
from litesnn.search.methods.lite import SearchSettings, search_genotype
from litesnn.search.run.history import SearchResult

SETTINGS = SearchSettings(
    nodes=2, channels=4, deploy_channels=4, levels=(0,), timesteps=2, pool="none", epochs=2, warm_up=1, batch_size=16
)


def _data() -> Dataset:
    spec = InputSpec(shape=(1, 6, 6), std=(16.0,), scale=0.0625, minimum=0, maximum=16)
    return Dataset("bars", *bars(32, 0), *bars(8, 1), num_classes=2, input_spec=spec)


def seeds(folder: Path) -> list[Case]:
    """Stopped in the middle, and after the last epoch."""
    cases = []
    for stop in (1, 2):
        with suppress(Interrupted):
            search_genotype(_data(), folder / str(stop), SETTINGS, on_epoch=crash_after(stop))
        cases.append(case_of(folder / str(stop) / "search.checkpoint"))
    return cases


def read(place: Place) -> SearchResult:
    """Go on from it, to the end."""
    return search_genotype(_data(), placed(place, "search.checkpoint"), SETTINGS, resume=True, progress=False)


def use(found: SearchResult, place: Place) -> None:
    """What was written can be read and shown."""
    load_genotype(found.path)
    render_search(found.history)


READER = Reader(seeds, MUTATORS, read, use, costly=True)

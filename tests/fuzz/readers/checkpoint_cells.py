"""Checkpoints of the searches without training (`search lightsnn|snasnet --resume`)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from interruptions import Interrupted, crash_after

from fuzz.case import Case
from fuzz.reader import Place, Reader
from fuzz.readers.checkpoints import PLAIN, case_of, placed
from litesnn.compiler.genotype import InputSpec, load_genotype
from litesnn.display.cell_search_page import render_cell_search
from litesnn.search.data import Dataset
from litesnn.search.methods.light import preset, search_cell
from litesnn.search.run.history import SearchResult

SETTINGS = replace(preset("snasnet", "tiny"), channels=2, batch_size=4, repeats=1, timesteps=2, candidates=4, samples=0)


def _data() -> Dataset:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 17, (16, 1, 4, 4)).astype(np.uint8)
    y = (np.arange(16) % 2).astype(np.int64)
    spec = InputSpec(shape=(1, 4, 4), std=(16.0,), scale=1 / 16, minimum=0, maximum=16)
    return Dataset("noise", x, y, x[:4], y[:4], 2, spec)


def seeds(folder: Path) -> list[Case]:
    """Stopped after the first evaluations."""
    with suppress(Interrupted):
        search_cell(_data(), folder / "run", SETTINGS, on_evaluations=crash_after(1))
    return [case_of(folder / "run" / "search.checkpoint")]


def read(place: Place) -> SearchResult:
    """Go on from it, to the end."""
    return search_cell(_data(), placed(place, "search.checkpoint"), SETTINGS, resume=True, progress=False)


def use(found: SearchResult, place: Place) -> None:
    """What was written can be read and shown."""
    load_genotype(found.path)
    render_cell_search(found.history, found.genotype)


READER = Reader(seeds, PLAIN, read, use)

"""The loaded kernels, or why there are none."""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import POINTER, c_int32, c_int64
from functools import cache
from pathlib import Path

from litesnn.base.errors import BackendError
from litesnn.kernels.build import BuildError, built
from litesnn.kernels.chip import ChipNeurons
from litesnn.kernels.mixtures import Mixtures
from litesnn.kernels.neurons import LeakyNeurons
from litesnn.kernels.selection import Selection
from litesnn.kernels.structures import STRUCTURES, Counts, Population, Sent
from litesnn.kernels.weights import QuantizedWeights

SWITCH = "LITESNN_KERNELS"
"""Environment variable: `off` computes without kernels."""


class Library:
    """Functions of native/network.c, and `neurons`, `chip`, `weights`, `mixtures` and `selection`: those of the other files there.

    Attributes
    ----------
    vector_bytes : that the processor adds at once
    """

    def __init__(self, path: Path) -> None:
        loaded = ctypes.CDLL(str(path))
        self.neurons = LeakyNeurons(loaded)
        self.chip = ChipNeurons(loaded)
        self.weights = QuantizedWeights(loaded)
        self.mixtures = Mixtures(loaded)
        self.selection = Selection(loaded)
        self._run = loaded.litesnn_run
        parts = POINTER(Population), POINTER(c_int32), c_int32, POINTER(Sent)
        self._run.argtypes = (*parts, c_int64, c_int64, POINTER(Counts), c_int32)
        self._run.restype = c_int32
        sizes = (c_int64 * len(STRUCTURES))()
        loaded.litesnn_sizes(sizes)
        if list(sizes) != [ctypes.sizeof(structure) for structure in STRUCTURES]:
            raise BuildError("its structures differ from those of Python")
        if not loaded.litesnn_check():
            raise BuildError("what it computes differs from plain loops on this processor")
        self.vector_bytes = int(loaded.litesnn_vector_bytes())

    def run(
        self,
        populations: ctypes.Array[Population],
        sizes: ctypes.Array[c_int32],
        sents: ctypes.Array[Sent],
        lanes: int,
        steps: int,
        counts: ctypes.Array[Counts],
        timed: bool,
    ) -> None:
        """Compute components of `sizes` populations each for some lanes; Python's other threads go on meanwhile.

        Raises
        ------
        BackendError
            Where there is not enough memory.
        """
        if self._run(populations, sizes, len(sizes), sents, lanes, steps, counts, int(timed)) != 0:
            raise BackendError(
                "exact simulator: not enough memory for a batch (smaller batches, or fewer recorded populations)"
            )


@cache
def _loaded() -> Library | str:
    if os.environ.get(SWITCH, "").lower() in ("off", "0", "no"):
        return f"{SWITCH} is off"
    if sys.byteorder != "little":
        return "they are written for little-endian processors"
    try:
        return Library(built())
    except (BuildError, OSError, AttributeError) as error:
        return str(error)


def library() -> Library | None:
    """The kernels; None where there are none (see `missing`)."""
    found = _loaded()
    return found if isinstance(found, Library) else None


def missing() -> str | None:
    """Why there are no kernels; None where there are."""
    found = _loaded()
    return None if isinstance(found, Library) else found

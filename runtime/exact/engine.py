"""What computes a run: the interface of the two engines, and what they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from litesnn.runtime.exact.axis import Mode
from litesnn.runtime.exact.record import Recorder
from litesnn.runtime.exact.sums import Sent
from litesnn.runtime.exact.timing import RunTiming

Inputs = npt.NDArray[np.integer[Any]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """Samples to be computed.

    Attributes
    ----------
    inputs : (N, C, H, W), held, or (N, T, C, H, W)
    mode : how the steps of samples lie
    timesteps : per sample
    entering : source -> smallest and largest value of all inputs, or wider
    batch_size : samples at once at most; the engine's choice where None
    """

    inputs: Inputs
    mode: Mode
    timesteps: int
    entering: Mapping[str, Sent]
    batch_size: int | None = None


class Engine(Protocol):
    """Computes runs of the graph that it was made for."""

    def run(
        self, job: Job, recorder: Recorder, timing: RunTiming | None = None, progress: Progress | None = None
    ) -> None:
        """Compute all samples into the recorder's trace; `progress` is called with (samples done, samples)."""

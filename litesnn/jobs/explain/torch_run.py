"""PyTorch's `float` evaluation of a genotype on real-valued input."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from litesnn.compiler.genotype import LoadedGenotype
from litesnn.jobs.explain.parts import Behaviour
from litesnn.search.model.spiking_model import SpikingModel


class TorchRun:
    """See `subject.FloatRun`; the papers' model, as verification runs it."""

    def __init__(self, loaded: LoadedGenotype) -> None:
        self.model = SpikingModel.from_genotype(loaded)
        self.model.evaluation = "float"

    def __call__(self, values: npt.NDArray[np.float64]) -> Behaviour:
        """See `subject.FloatRun`."""
        kept: dict[str, npt.NDArray[np.bool_]] = {}

        def record(name: str, spikes: Tensor, membranes: Tensor) -> None:
            kept[name] = spikes.transpose(0, 1).numpy() > 0

        with torch.no_grad():
            scores = self.model.run(torch.from_numpy(values), record)
        return Behaviour(scores.double().numpy(), kept)

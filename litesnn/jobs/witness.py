"""An input that takes a register beyond what it holds: searched for where a proof leaves its range open, in PyTorch's own integers.

Extremes of the declared range first - all inputs at one end, one end per channel, every pixel at either end - then patches of the best
of these at either end, by how far the membrane got. A search that finds nothing proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import RegisterError

if TYPE_CHECKING:
    from torch import Tensor

    from litesnn.compiler.genotype import LoadedGenotype
    from litesnn.runtime.prove import Problem

Inputs = npt.NDArray[np.int16]
BATCH, ROUNDS = 24, 10
MOST_NEURON_STEPS = 2**22  # of a batch: of larger networks fewer samples and rounds are tried


@dataclass(frozen=True, eq=False)
class Witness:
    """An input (C, H, W), or spikes (T, C, H, W), and how many inputs had been tried with it."""

    values: Inputs
    tried: int


def find_witness(loaded: LoadedGenotype, problem: Problem) -> Witness | None:
    """An input with which PyTorch's `fixed` leaves the register that a problem names, or None if none was found."""
    from litesnn.search.model.registers import Tally
    from litesnn.search.model.spiking_model import SpikingModel

    spec, rng = loaded.spec, np.random.default_rng(0)
    low, high = (0, 1) if spec.input.encoding == "spikes" else (spec.input.minimum, spec.input.maximum)
    shape = (*((spec.timesteps,) if spec.input.encoding == "spikes" else ()), *spec.input.shape)
    neurons = sum(int(np.prod(node.shape)) for node in loaded.topology.nodes) * spec.timesteps
    count = int(np.clip(MOST_NEURON_STEPS // max(neurons, 1), 4, BATCH))
    model = SpikingModel.from_genotype(loaded)
    model.evaluation, model.exact = "fixed", True

    def leaves(inputs: Inputs) -> tuple[bool, npt.NDArray[np.float64]]:
        """Whether any sample leaves the register, and how far the membrane of each gets."""
        import torch

        reached = np.zeros(len(inputs))

        def record(name: str, spikes: Tensor, membranes: Tensor) -> None:
            if name == problem.population:
                reached[:] = membranes[:, :, problem.channel].abs().amax((0, 2, 3)).numpy()

        tally = model.tally = Tally(limit=problem.limit if problem.register == "accumulator" else None)
        with torch.no_grad():
            try:
                readout = model.run(torch.from_numpy(inputs.astype(np.int32)), record)
            except RegisterError:
                return True, reached
        if problem.population == "readout":
            reached[:] = readout[:, problem.channel].abs().numpy()
        counts = {"accumulator": tally.beyond, "current": tally.wrapped, "membrane": tally.clipped}[problem.register]
        return bool(counts.get(problem.population)), reached

    tried, batch = 0, _extremes(rng, low, high, shape, count)
    for _ in range(ROUNDS):
        found, reached = leaves(batch)
        if found:
            first = next(i for i, sample in enumerate(batch) if leaves(sample[None])[0])
            return Witness(batch[first], tried + first + 1)
        tried, batch = tried + len(batch), _varied(rng, batch[int(np.argmax(reached))], low, high, count)
    return None


def _extremes(rng: np.random.Generator, low: int, high: int, shape: tuple[int, ...], count: int) -> Inputs:
    """All inputs at one end, then one end per channel, then every value at either end."""
    *steps, channels, _, _ = shape
    ends = rng.choice([low, high], (count, *([1] * len(steps)), channels, 1, 1))
    batch = np.array(np.broadcast_to(ends, (count, *shape)), np.int16)
    batch[0], batch[1] = high, low
    batch[count // 2 :] = rng.choice([low, high], (count - count // 2, *shape))
    return batch


def _varied(rng: np.random.Generator, best: Inputs, low: int, high: int, count: int) -> Inputs:
    """An input, and copies of it of which a box is put to either end."""
    batch = np.repeat(best[None], count, 0)
    for sample in batch[1:]:
        size = [int(rng.integers(1, side + 1)) for side in best.shape]
        start = [int(rng.integers(0, side - part + 1)) for side, part in zip(best.shape, size, strict=True)]
        sample[tuple(slice(a, a + part) for a, part in zip(start, size, strict=True))] = rng.choice([low, high])
    return batch

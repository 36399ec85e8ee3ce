"""The PyTorch side of verification: spikes, membranes and integer parameters of a trained genotype.

Everything is computed by this package from the genotype and `docs/numbers.md`, in exact whole numbers held by float64; nothing
comes from the compiler's numerics.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import EdgePlan, LoadedGenotype, NeuronSpec, check_integers
from litesnn.search.model.evaluation import Evaluation
from litesnn.search.model.fixed_point import Folded
from litesnn.search.model.registers import DECAY_ONE, Tally, largest_sum, reach
from litesnn.search.model.signals import max_population
from litesnn.search.model.spiking_model import SpikingModel

Integers = npt.NDArray[np.int64]
_SUM_LIMIT = 2.0**46
"""Synaptic sums below it are exact in float64, 64 times as much in a current too."""


@dataclass(frozen=True)
class ReferenceTrace:
    """What the network did.

    Attributes
    ----------
    readout : (N, classes); int64 chip units v after the last step (`fixed`), or float logits
    spikes : population -> uint8 (N, T, C, H, W); every spiking population, `pool` and maxima included; empty unless recorded
    membranes : population -> (N, T, C, H, W) after the update and before the reset; int64 chip units v (`fixed`) or float32
    tally : what left its register (`fixed`)
    """

    readout: npt.NDArray[np.generic]
    spikes: dict[str, npt.NDArray[np.uint8]] = field(default_factory=dict)
    membranes: dict[str, npt.NDArray[np.generic]] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True)
class FixedPopulation:
    """The integers of one population (`docs/numbers.md`).

    Attributes
    ----------
    decay_mantissa : D; 4096 (no leak) for the readout
    reset : `zero` of maxima and the readout too
    threshold : (C,) in membrane units, above which a membrane spikes; None for the readout
    bias_mant, bias_exp : (C,)
    weights : edge name -> integer weight of `a`: (C_out, C_in, k, k), (C_out, C_in * H * W) for dense, and depthwise
        (C, 1, k_h, k_w) for the pool and maxima, whose edge is called `<population>.edge0`
    """

    decay_mantissa: int
    threshold: Integers | None
    bias_mant: Integers
    bias_exp: Integers
    weights: dict[str, Integers]
    reset: str = "zero"


def run_reference(
    loaded: LoadedGenotype,
    inputs: npt.NDArray[np.generic],
    evaluation: Evaluation,
    *,
    batch_size: int = 64,
    record: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> ReferenceTrace:
    """Run a trained genotype on quantized inputs.

    Parameters
    ----------
    inputs : whole numbers (N, C, H, W) for direct input (after `quantize_input`), or spikes (N, T, C, H, W)
    record : keep spikes and membranes of every population; costs 9 bytes per neuron, step and sample (`fixed`)
    progress : called with (samples done, samples in all) after each batch

    Raises
    ------
    GenotypeError
        Without weights, or with weights so large that float64 is not exact.
    RegisterError
        Where a current leaves its register by more than one wrap.
    DataError
        For inputs of the wrong shape, type or range.
    """
    loaded.trained  # noqa: B018 - refuses an untrained genotype
    checked = check_integers(loaded.spec.input, inputs)
    model = SpikingModel.from_genotype(loaded)
    model.evaluation = evaluation
    model.exact = True
    model.tally = Tally()
    if evaluation == "fixed":
        _check_exact(model)
    collected = _Collector(evaluation) if record else None
    readouts = []
    for start in range(0, len(checked), batch_size):
        batch = torch.from_numpy(checked[start : start + batch_size].astype(np.int32))
        with torch.no_grad():
            readouts.append(model.run(batch, collected))
        if progress is not None:
            progress(min(start + batch_size, len(checked)), len(checked))
    readout = torch.cat(readouts)
    if collected is None:
        return ReferenceTrace(_to_numpy(readout, evaluation), tally=model.tally)
    return ReferenceTrace(_to_numpy(readout, evaluation), collected.spikes(), collected.membranes(), model.tally)


def fixed_parameters(loaded: LoadedGenotype) -> dict[str, FixedPopulation]:
    """Integer parameters of every population, in the order of computation: maxima, nodes, `pool`, `readout`."""
    loaded.trained  # noqa: B018 - refuses an untrained genotype
    model = SpikingModel.from_genotype(loaded)
    neuron = loaded.spec.neuron
    result: dict[str, FixedPopulation] = {}
    with torch.no_grad():
        for node in model.node_list():
            folded = node.fold()
            weights = {}
            for edge, multiplier in zip(node.edge_list(), folded.multipliers, strict=True):
                codes = edge.codes()
                weights[edge.plan.name] = _integers(codes * multiplier.reshape(-1, *[1] * (codes.ndim - 1)))
                result |= _maxima(edge.plan, neuron.decay_mantissa)
            result[node.plan.name] = _population(folded, neuron, weights)
        if loaded.topology.pool is not None:
            folded = model.fold_pool()
            shape = (len(folded.unit), 1, *loaded.topology.pool.in_shape[1:])
            taps = folded.multipliers[0][:, None, None, None].expand(shape)
            result["pool"] = _population(folded, neuron, {"pool": _integers(taps)})
        folded = model.fold_readout()
        weights = {loaded.topology.readout.name: _integers(model.readout.codes())}
        bias_mant, bias_exp = _integers(folded.bias_mant), _integers(folded.bias_exp)
        result["readout"] = FixedPopulation(
            decay_mantissa=DECAY_ONE, threshold=None, bias_mant=bias_mant, bias_exp=bias_exp, weights=weights
        )
    return result


class _Collector:
    """Recorder that moves every batch to numpy as (N, T, C, H, W)."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._spikes: dict[str, list[npt.NDArray[np.uint8]]] = {}
        self._membranes: dict[str, list[npt.NDArray[np.generic]]] = {}

    def __call__(self, name: str, spikes: Tensor, membranes: Tensor) -> None:
        self._spikes.setdefault(name, []).append(spikes.transpose(0, 1).to(torch.uint8).numpy())
        self._membranes.setdefault(name, []).append(_to_numpy(membranes.transpose(0, 1), self._evaluation))

    def spikes(self) -> dict[str, npt.NDArray[np.uint8]]:
        return {name: np.concatenate(parts) for name, parts in self._spikes.items()}

    def membranes(self) -> dict[str, npt.NDArray[np.generic]]:
        return {name: np.concatenate(parts) for name, parts in self._membranes.items()}


def _maxima(plan: EdgePlan, decay: int) -> dict[str, FixedPopulation]:
    if plan.max_window is None:
        return {}
    result = {}
    for index, channels in enumerate(plan.source_channels):
        name = max_population(plan, index)
        zeros = np.zeros(channels, np.int64)
        taps = np.ones((channels, 1, plan.max_window[0], plan.max_window[0]), np.int64)
        result[name] = FixedPopulation(
            decay_mantissa=decay, threshold=zeros, bias_mant=zeros.copy(), bias_exp=zeros.copy(), weights={name: taps}
        )
    return result


def _population(folded: Folded, neuron: NeuronSpec, weights: dict[str, Integers]) -> FixedPopulation:
    return FixedPopulation(
        decay_mantissa=neuron.decay_mantissa,
        reset=neuron.reset_kind,
        threshold=_integers(folded.threshold),
        bias_mant=_integers(folded.bias_mant),
        bias_exp=_integers(folded.bias_exp),
        weights=weights,
    )


def _check_exact(model: SpikingModel) -> None:
    """Refuse weights whose sums float64 would not hold exactly."""
    with torch.no_grad():
        for node in model.node_list():
            edges, folded = node.edge_list(), node.fold()
            sums = [
                largest_sum(edge.codes(), lowest=edge.input_range[0], highest=edge.input_range[1]) for edge in edges
            ]
            largest = float(reach(sums, folded.multipliers).max())
            if largest >= _SUM_LIMIT:
                raise GenotypeError(
                    f"{node.plan.place}: synaptic sums can reach {largest:.3g}; allowed: below 2^46, up to which they are exact "
                    "(lower membrane_exp, or train with steps closer to one another)"
                )


def _integers(values: Tensor) -> Integers:
    integers: Integers = values.cpu().numpy().astype(np.int64)
    return integers


def _to_numpy(values: Tensor, evaluation: Evaluation) -> npt.NDArray[np.generic]:
    array: npt.NDArray[np.generic] = values.numpy()
    return array.astype(np.int64) if evaluation == "fixed" else array

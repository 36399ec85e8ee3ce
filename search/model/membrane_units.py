"""Choosing membrane_exp (S): how many accumulator units the smallest weight of a population is worth.

More units make thresholds and biases finer, and integer weights and sums larger. The choice is the smallest S that gives every
live channel a threshold of at least `VTH_WANTED`, as long as sums, thresholds, shifts and biases stay within the chip's fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from litesnn.search.model.fixed_point import BIAS_EXP_MAX, BIAS_MANT_MAX, Folded
from litesnn.search.model.registers import largest_sum, reach
from litesnn.search.model.spiking_model import SpikingModel

VTH_WANTED = 128
ACCUMULATOR_LIMIT = 2**15
SHIFT_LIMIT = 7
"""Largest power of two by which an edge's codes are shifted up, k_e + S."""


def choose_membrane_exps(model: SpikingModel, limit: int = ACCUMULATOR_LIMIT) -> dict[str, int]:
    """Set S of every node and of the pool from the weights as they are; returns population -> S.

    `limit` is what accumulators stay below. S = 0 is always allowed: where even it exceeds a limit, the range pass of the compiler says so.
    """
    with torch.no_grad():
        return {population.name: _choose(population) for population in _populations(model, limit)}


def lower_to_fit(model: SpikingModel, limit: int = ACCUMULATOR_LIMIT) -> None:
    """Lower S where weights that changed in training no longer fit the limits; called after each epoch of the fixed phase."""
    with torch.no_grad():
        for population in _populations(model, limit):
            while int(population.exp) > 0 and not population.fits():
                population.exp.fill_(int(population.exp) - 1)


@dataclass(frozen=True)
class _Population:
    """A node or the pool, seen alike: its S, how it folds, and the largest sum of codes times inputs per edge, (C,)."""

    name: str
    exp: Tensor
    fold: Callable[[], Folded]
    sums: Sequence[Tensor]
    shifted: bool
    limit: int

    def fits(self) -> bool:
        return _fits(self.fold(), self.sums, self.shifted, self.limit)


def _populations(model: SpikingModel, limit: int) -> Iterator[_Population]:
    shifted = model.genotype.norm == "node"
    for node in model.node_list():
        sums = [
            largest_sum(edge.codes(), lowest=edge.input_range[0], highest=edge.input_range[1])
            for edge in node.edge_list()
        ]
        yield _Population(
            name=node.plan.name, exp=node.membrane_exp, fold=node.fold, sums=sums, shifted=shifted, limit=limit
        )
    pool = model.topology.pool
    if pool is not None:
        channels, height, width = pool.in_shape
        pixels = torch.full((channels,), float(height * width), dtype=torch.float64, device=model.pool_exp.device)
        yield _Population(
            name="pool", exp=model.pool_exp, fold=model.fold_pool, sums=[pixels], shifted=True, limit=limit
        )


def _choose(population: _Population) -> int:
    for exp in range(SHIFT_LIMIT + 1):
        population.exp.fill_(exp)
        if exp > 0 and not population.fits():
            population.exp.fill_(exp - 1)
            break
        if _fine_enough(population.fold()):
            break
    return int(population.exp)


def _fine_enough(folded: Folded) -> bool:
    return not bool(folded.live.any()) or float(folded.threshold[folded.live].min()) >= 64 * VTH_WANTED


def _fits(folded: Folded, sums: Sequence[Tensor], shifted: bool, limit: int) -> bool:
    """Whether sums, shifts, thresholds and biases of the live channels stay within their fields."""
    live = folded.live
    if not bool(live.any()):
        return True
    accumulator = reach(sums, folded.multipliers)
    shift_fits = not shifted or max(float(m.abs().max()) for m in folded.multipliers) <= 2**SHIFT_LIMIT
    return (
        shift_fits
        and float(accumulator.max()) < limit
        and float(folded.threshold[live].max()) < folded.highest
        and float(folded.bias_exact[live].abs().max()) <= BIAS_MANT_MAX * 2**BIAS_EXP_MAX
    )

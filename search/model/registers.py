"""The registers of a neuron: a 24-bit current that wraps once, a 24-bit membrane that is clipped (`docs/numbers.md`, Registers).

Written from that page alone, as `fixed_point.py`. What the weights prove cannot happen is neither computed nor counted. Gradients
are 0 where a value wrapped, was clipped, or was reset by the readout's threshold: a slope there would only pull it further out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from litesnn.base.errors import RegisterError
from litesnn.search.model.fixed_point import MEMBRANE_MAX, VTH_MAX, Folded

REGISTER = 2**23
READOUT_MAX = 64 * VTH_MAX
"""Highest membrane of a readout: its threshold is the largest there is, and above it even a readout spikes and starts from 0."""
DECAY_ONE = 4096


@dataclass
class Tally:
    """How many sums and membranes left their registers, by population.

    Attributes
    ----------
    limit : largest magnitude of a narrower accumulator that is watched too (a profile's), None where there is none
    exempt : populations without that accumulator (computed on the host)
    sums : synaptic sums computed in all, one per neuron, step and sample
    wrapped, clipped : currents that wrapped, membranes that were clipped (of a readout: reset)
    beyond : sums beyond `limit`
    """

    limit: int | None = None
    exempt: frozenset[str] = frozenset()
    sums: int = 0
    wrapped: dict[str, int] = field(default_factory=dict)
    clipped: dict[str, int] = field(default_factory=dict)
    beyond: dict[str, int] = field(default_factory=dict)

    def overflows(self, name: str) -> int:
        """Currents that wrapped and membranes that were clipped of one population."""
        return self.wrapped.get(name, 0) + self.clipped.get(name, 0)


def largest_sum(codes: Tensor, *, lowest: int, highest: int) -> Tensor:
    """(C,) largest magnitude that codes (C, ...) times inputs from `lowest` <= 0 to `highest` >= 0 can add up to, float64."""
    flat = codes.detach().double().flatten(1)
    positive, negative = flat.clamp_min(0).sum(1), (-flat).clamp_min(0).sum(1)
    return torch.maximum(positive * highest - negative * lowest, negative * highest - positive * lowest)


def reach(sums: Sequence[Tensor], multipliers: Sequence[Tensor]) -> Tensor:
    """(C,) largest magnitude of the accumulator, from `largest_sum` of every edge and its multipliers."""
    total = torch.zeros_like(multipliers[0])
    for largest, multiplier in zip(sums, multipliers, strict=True):
        total = total + largest * multiplier.detach().abs()
    return total


@dataclass(frozen=True)
class Registers:
    """The registers of one population during one forward pass.

    Attributes
    ----------
    folded : the population's integers
    reach : largest magnitude of the accumulator that any input can cause
    bias : largest magnitude of the bias, membrane units
    decay : D, 4096 where nothing leaks
    timesteps : steps of a sample, which bound how far a membrane can get
    top : highest membrane of a readout; None where neurons spike and the clip alone holds
    late : largest threshold that an update takes from a membrane (reset `subtract_next`), 0 where none does
    """

    name: str
    folded: Folded
    reach: float
    bias: float
    decay: int
    timesteps: int
    tally: Tally | None = None
    top: int | None = None
    late: float = 0.0

    @classmethod
    def of(
        cls,
        name: str,
        folded: Folded,
        reach: Tensor,
        decay: int,
        timesteps: int,
        tally: Tally | None,
        top: int | None = None,
        reset: str = "zero",
    ) -> Registers:
        """Registers of a population of integers `folded` whose accumulators stay within `reach`, (C,)."""
        bounds = reach, folded.bias.detach().abs(), folded.threshold.detach()
        largest = torch.stack([bound.max() for bound in bounds]).tolist()
        return cls(
            name=name,
            folded=folded,
            reach=largest[0],
            bias=largest[1],
            decay=decay,
            timesteps=timesteps,
            tally=tally,
            top=top,
            late=largest[2] if reset == "subtract_next" else 0.0,
        )

    @property
    def clips(self) -> bool:
        """Whether some input can take a membrane to its clip, or a readout's to its threshold."""
        step = min(64 * self.reach, REGISTER) + self.bias
        membrane = 0.0
        for _ in range(self.timesteps):
            kept = self.decay / DECAY_ONE
            # What spikes is above the threshold: after the decay, at most the rest of the threshold is below 0.
            taken = min(self.late, membrane) * (1 - kept) + 1 if self.late else 0.0
            membrane = max(membrane * kept, taken) + step
            if membrane > (MEMBRANE_MAX if self.top is None else self.top):
                return True
        return False

    @property
    def left(self) -> bool:
        """Whether some input can make a current wrap, or take a membrane to its clip."""
        return 64 * self.reach >= REGISTER or self.clips

    def current(self, accumulator: Tensor, steps: int) -> Tensor:
        """u = 64 a in its register; `accumulator` is `a` of `steps` steps, or of one that holds for all of them.

        Raises
        ------
        RegisterError
            Where one wrap does not bring a current back.
        """
        current = 64 * accumulator
        held = self.count(accumulator, steps)
        if 64 * self.reach < REGISTER:
            return current
        above, below = current > REGISTER, current <= -REGISTER
        outside = above | below
        if not bool(outside.any()):
            return current
        wrapped = torch.where(above, current - 2 * REGISTER, current + 2 * REGISTER).detach()
        if bool(((wrapped > REGISTER) | (wrapped <= -REGISTER))[outside].any()):
            raise RegisterError(too_far(self.name, int(current.detach().abs().max())))
        if self.tally is not None:
            self._add(self.tally.wrapped, outside, held)
        return torch.where(outside, wrapped, current)

    def membrane(self, v: Tensor) -> Tensor:
        """v in its register."""
        clipped = v.clamp(-MEMBRANE_MAX, MEMBRANE_MAX)
        if self.tally is not None:
            self._add(self.tally.clipped, clipped.detach() != v.detach(), 1)
        return clipped

    def readout(self, v: Tensor) -> Tensor:
        """v of a readout in its register, and from 0 again above its threshold."""
        assert self.top is not None, "a readout"
        clipped, spiked = v.clamp(-MEMBRANE_MAX, MEMBRANE_MAX), v.detach() > self.top
        if self.tally is not None:
            self._add(self.tally.clipped, spiked | (v.detach() < -MEMBRANE_MAX), 1)
        return torch.where(spiked, torch.zeros_like(v), clipped)

    def read_out(self, steps: Tensor) -> Tensor:
        """What each step (T, N, classes) adds to a readout in its register, which starts from 0 again above its threshold."""
        v, added = torch.zeros_like(steps[0]), []
        for step in steps:
            after = self.readout(v + step)
            added.append(after - v)
            v = after
        return torch.stack(added)

    def count(self, accumulator: Tensor, steps: int) -> int:
        """Count the sums of `steps` steps, and those beyond a narrower accumulator; returns for how many steps each sum holds."""
        held = steps if len(accumulator) == 1 else 1
        if self.tally is not None:
            self.tally.sums += accumulator.numel() * held
            if self.tally.limit is not None and self.reach > self.tally.limit and self.name not in self.tally.exempt:
                self._add(self.tally.beyond, accumulator.detach().abs() > self.tally.limit, held)
        return held

    def _add(self, counts: dict[str, int], found: Tensor, held: int) -> None:
        number = int(torch.count_nonzero(found)) * held
        if number:
            counts[self.name] = counts.get(self.name, 0) + number


def too_far(name: str, found: int) -> str:
    """What a `RegisterError` says of a current that reached `found`."""
    return (
        f"'{name}': a current reached {found:,}; its 24-bit register wraps once, which brings back what stays within 3 * 2^23 = "
        f"{3 * REGISTER:,}; allowed: synaptic sums up to {3 * REGISTER // 64:,} (fewer bits, fewer inputs, a smaller input range, "
        "or a lower membrane_exp)"
    )

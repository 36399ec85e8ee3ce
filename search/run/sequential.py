"""Compressing a network one thing after the other, what the joint optimization is compared with: A + P + Q + T of LitE-SNN's Table 4."""

from __future__ import annotations

from litesnn.search.model.compression import Compression

IN_FORCE = {
    "architecture": Compression(pruning=False, learning_masks=False, quantizing=False),
    "pruning": Compression(pruning=True, learning_masks=True, quantizing=False),
    "quantization": Compression(pruning=True, learning_masks=False, quantizing=True),
    "timesteps": Compression(pruning=True, learning_masks=False, quantizing=True),
}
"""What each stage has in force, in a search and in a training."""
STAGES = tuple(IN_FORCE)
"""In their order; what one decides is final for the next."""


def stage_starts(epochs: int) -> tuple[int, ...]:
    """First epoch (from 0) of each stage: a quarter of the epochs each."""
    return tuple(epochs * place // len(STAGES) for place in range(len(STAGES)))


def stage_at(epoch: int, epochs: int) -> int:
    """Place in `STAGES` of an epoch (from 0)."""
    return max(place for place, start in enumerate(stage_starts(epochs)) if start <= epoch)

"""QP-SNN's residual network: a stem of 64 channels, three stages of 128, 256 and 512 channels, option-A shortcuts.

A block is Conv-BN-LIF, then Conv-BN plus the shortcut at one membrane. With three blocks per stage, ResNet20; the second and
third stage halve the map. Where channels or map change, the shortcut is strided and padded with zero channels.
"""

from __future__ import annotations

from litesnn.compiler.genotype import CellSpec, EdgeSpec, NodeSpec
from litesnn.search.networks.settings import NetworkSettings

STAGES = ((128, 1), (256, 2), (512, 2))
"""Channels and stride of each stage."""


def residual_cells(settings: NetworkSettings, blocks: int) -> tuple[CellSpec, ...]:
    """One cell per block, `blocks` in every stage."""
    return tuple(
        _block(settings, channels, stride if index == 0 else 1, first=index == 0)
        for channels, stride in STAGES
        for index in range(blocks)
    )


def _block(settings: NetworkSettings, channels: int, stride: int, *, first: bool) -> CellSpec:
    way_past = EdgeSpec(source="s1", op="shortcut" if first else "skip")
    return CellSpec(
        channels=settings.channels(channels),
        stride=stride,
        bits=settings.cell_bits,
        output="last",
        nodes=(
            NodeSpec(inputs=(EdgeSpec(source="s1", op="conv3x3"),)),
            NodeSpec(inputs=(EdgeSpec(source="n0", op="conv3x3"), way_past)),
        ),
    )

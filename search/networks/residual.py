"""QP-SNN's residual network: a stem of 64 channels, three stages of 128, 256 and 512 channels, option-A shortcuts.

A block is Conv-BN-LIF, then Conv-BN plus the shortcut at one membrane. With three blocks per stage, ResNet20; the second and
third stage halve the map; other channels, strides and numbers of stages are settings. Where channels or map change, the shortcut
is strided and padded with zero channels.
"""

from __future__ import annotations

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import CellSpec, EdgeSpec, NodeSpec
from litesnn.search.networks.settings import NetworkSettings

CHANNELS = (64, 128, 256, 512)
"""Of the stem and of each stage, as published."""
FIRST_STRIDE, LATER_STRIDE = 1, 2


def residual_parts(settings: NetworkSettings, blocks: int) -> tuple[int, tuple[CellSpec, ...]]:
    """Channels of the stem; one cell per block, `blocks` in every stage.

    Raises
    ------
    GenotypeError
        Where there are not as many strides as stages, or no stage.
    """
    stem, *channels = map(settings.channels, settings.stage_channels or CHANNELS)
    if not channels:
        raise GenotypeError(
            "channels: found those of a stem alone; allowed: of the stem and of one stage or more, 24,96,192"
        )
    strides = settings.stage_strides or (FIRST_STRIDE, *[LATER_STRIDE] * (len(channels) - 1))
    if len(strides) != len(channels):
        raise GenotypeError(f"strides: found {len(strides)} for {len(channels)} stages; allowed: one for each")
    return stem, tuple(
        _block(settings, count, stride if index == 0 else 1, first=index == 0)
        for count, stride in zip(channels, strides, strict=True)
        for index in range(blocks)
    )


def _block(settings: NetworkSettings, channels: int, stride: int, *, first: bool) -> CellSpec:
    way_past = EdgeSpec(source="s1", op="shortcut" if first else "skip")
    return CellSpec(
        channels=channels,
        stride=stride,
        bits=settings.cell_bits,
        output="last",
        nodes=(
            NodeSpec(inputs=(EdgeSpec(source="s1", op="conv3x3"),)),
            NodeSpec(inputs=(EdgeSpec(source="n0", op="conv3x3"), way_past)),
        ),
    )

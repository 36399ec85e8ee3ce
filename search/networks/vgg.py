"""Plain stacks of QP-SNN: VGG-16 for images, VGGSNN for event frames. The stem is the first of their convolutions.

`M` halves the map by the maximum over 2 x 2 spikes, which is a spike again and deploys; VGGSNN was published with average
pooling. The last pooling before the classifier is the head's spiked global average.
"""

from __future__ import annotations

from typing import Literal

from litesnn.compiler.genotype import CellSpec, EdgeSpec, NodeSpec
from litesnn.search.networks.settings import NetworkSettings

Layout = tuple[int | Literal["M"], ...]
VGG16: Layout = (64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512)
VGGSNN: Layout = (128, "M", 256, 256, "M", 512, 512, "M", 512, 512)


def vgg16_cells(settings: NetworkSettings) -> tuple[CellSpec, ...]:
    """The twelve convolutions behind the stem."""
    return _stack(settings, VGG16)


def vggsnn_cells(settings: NetworkSettings) -> tuple[CellSpec, ...]:
    """The seven convolutions behind the stem."""
    return _stack(settings, VGGSNN)


def _stack(settings: NetworkSettings, layout: Layout) -> tuple[CellSpec, ...]:
    cells, pool = [], None
    for item in layout:
        if item == "M":
            pool = 2
            continue
        # A node's stride counts from its pooled input.
        node = NodeSpec(inputs=(EdgeSpec(source="s1", op="conv3x3", pool=pool),), stride=1)
        channels = settings.channels(item)
        cells.append(CellSpec(channels=channels, bits=settings.cell_bits, output="last", nodes=(node,)))
        pool = None
    return tuple(cells)

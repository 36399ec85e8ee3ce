"""LitE-SNN's published networks, from the genotype its authors released, for the tests of counting."""

from __future__ import annotations

from dataclasses import replace

from litesnn.compiler.genotype import Genotype, InputSpec
from litesnn.search.methods.lite.decode import Decoded, to_genotype
from litesnn.search.methods.lite.presets import PAPER
from litesnn.search.spaces import CONV, SpikeDhsSpace

EDGES = {"large": (0, 1, 2, 4, 5, 7), "medium": (0, 1, 3, 4, 6, 7), "small": (0, 1, 2, 3, 5, 7)}
"""Released for the small network; for the others a choice of edges that gives the operations the paper prints."""
KEEP = {"large": 0.5, "medium": 0.2, "small": 0.1}
SMALL_BITS = (1, 4, 2, 2, 2, 2, 1, 4)
CIFAR10 = InputSpec(shape=(3, 32, 32), mean=(0.0,), std=(255.0,), scale=1 / 127, minimum=0, maximum=127)


def published(scale: str, bits: tuple[int, ...] = SMALL_BITS, timesteps: int = 6) -> Genotype:
    """A network of the paper at 144 channels, three nodes, all operations 3x3 convolutions."""
    settings = replace(PAPER, keep=KEEP[scale], norm="edge", skip_as_conv=True)
    space = SpikeDhsSpace((3, 32, 32), 10, settings.nodes, settings.deploy_channels, settings.levels)
    edges = tuple((edge, CONV) for edge in space.edges if edge.number in EDGES[scale])
    return to_genotype(Decoded(edges, bits, timesteps), space, CIFAR10, settings, "published")

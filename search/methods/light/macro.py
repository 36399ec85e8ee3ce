"""The whole network around a found cell, as a genotype: SNASNet's skeleton in spiking populations.

A stem's convolution enters x0 of the first cell, which is a node of that cell (so that a skip of x0 can be expanded); a
convolution doubles the width, its spikes are pooled into the second cell; then pooling, a dense hidden layer and the classes.
"""

from __future__ import annotations

from math import prod

from litesnn.base.errors import SearchError
from litesnn.compiler.analysis.shape_ranges import with_proved_bits
from litesnn.compiler.genotype import (
    CellSpec,
    EdgeSpec,
    Genotype,
    HeadSpec,
    InputSpec,
    NeuronSpec,
    NodeSpec,
    SearchRecord,
    StemSpec,
    resolve,
)
from litesnn.compiler.profile import load_profile, shipped_profiles
from litesnn.search.methods.light.decode import SpikingCell, to_populations
from litesnn.search.methods.light.layers import TAU, THRESHOLD
from litesnn.search.methods.light.network import REDUCTION
from litesnn.search.methods.light.settings import CellSearchSettings
from litesnn.search.settings.bounds import check_weights
from litesnn.search.spaces.four_nodes import CELL_EDGES, Wiring
from litesnn.search.spaces.operations import CONVOLUTIONS

WIDEST = 8
"""Bits of weights that nobody chose, as far as they are certain to fit."""
LARGEST_WINDOW = 9
"""Weights of a convolution per pair of channels: 3 x 3."""
NEURON = NeuronSpec(decay=1 - 1 / TAU, threshold=TAU * THRESHOLD, surrogate="arctangent", surrogate_temperature=2 / TAU)
"""The published neuron scales its input by 1 / tau; this one has a threshold tau times as high instead, and a slope tau times as low."""


def to_genotype(
    wiring: Wiring,
    settings: CellSearchSettings,
    input_spec: InputSpec,
    timesteps: int,
    classes: int,
    name: str,
    record: SearchRecord | None = None,
) -> Genotype:
    """The untrained genotype of a wiring, at the width it is deployed with."""
    channels, bits = settings.deployed_channels, settings.outer_bits or WIDEST
    first, second = spiking_cells(wiring, settings)
    genotype = Genotype(
        name=name,
        input=input_spec,
        timesteps=timesteps,
        neuron=NEURON.resetting(settings.reset),
        norm="node",
        stem=StemSpec(channels=channels, bits=bits, keep=settings.keep) if settings.stem_pool > 1 else None,
        cells=(
            _cell(first, channels, settings),
            _stack(NodeSpec(inputs=(EdgeSpec(source="s1", op="conv3x3"),)), REDUCTION * channels, settings),
            _cell(second, REDUCTION * channels, settings),
            *_classifier(settings),
        ),
        head=HeadSpec(classes=classes, pool="none", bits=bits, keep=settings.keep, bias=True),
        search=record,
    )
    return with_proved_bits(genotype, map(load_profile, shipped_profiles()), _not_chosen(settings, genotype))


def _not_chosen(settings: CellSearchSettings, genotype: Genotype) -> list[str]:
    """Places of the populations whose bits were left to be proved: the two searched cells, or what is around them."""
    searched = (0, 2)
    places = ["head"] if settings.outer_bits is None else []
    for node in resolve(genotype).nodes:
        inside = node.site.cell in searched and not any(edge.reads_input for edge in node.edges)
        if (settings.bits if inside else settings.outer_bits) is None:
            places.append(node.place)
    return places


def spiking_cells(wiring: Wiring, settings: CellSearchSettings) -> tuple[SpikingCell, SpikingCell]:
    """The two cells; they differ in what enters them."""
    stem = NodeSpec(inputs=(EdgeSpec(source="s1", op="conv3x3", bits=settings.outer_bits or WIDEST),), stride=1)
    before = stem if settings.stem_pool == 1 else _pooled(settings, settings.stem_pool)
    return (
        to_populations(wiring, before, settings.skips),
        to_populations(wiring, _pooled(settings, REDUCTION), settings.skips),
    )


def check_size(settings: CellSearchSettings, shape: tuple[int, int, int], name: str) -> None:
    """Refuse images that the skeleton's pooling does not divide.

    Raises
    ------
    SearchError
        Where pooling leaves nothing, or average pooling meets an odd map.
    """
    factor = settings.stem_pool * REDUCTION * settings.last_pool
    width, area = REDUCTION * max(settings.channels, settings.deployed_channels), prod(shape[1:]) // factor**2
    weights = (
        LARGEST_WINDOW
        * width**2
        * sum(operation in CONVOLUTIONS for operation in settings.operations)
        * 2
        * len(CELL_EDGES)
        + width * area * settings.hidden
    )
    check_weights(
        weights,
        f"channels {settings.channels}, deploy_channels {settings.deploy_channels}, hidden {settings.hidden}",
        SearchError,
    )
    if min(shape[1:]) < factor:
        raise SearchError(f"{name}: found maps of {shape[1:]}; allowed: at least {factor} pixels each way (last_pool)")
    if settings.pool == "average" and any(size % factor for size in shape[1:]):
        raise SearchError(
            f"{name}: found maps of {shape[1:]}; average pooling by {factor} in all needs sizes divisible by it (or pool=max, "
            "last_pool=1)"
        )


def _pooled(settings: CellSearchSettings, size: int) -> NodeSpec:
    """A population that reads pooled spikes of the cell before."""
    if settings.pool == "max":
        return NodeSpec(inputs=(EdgeSpec(source="s1", op="skip", pool=size),), stride=1)
    assert size == 2
    return NodeSpec(inputs=(EdgeSpec(source="s1", op="avgpool2x2"),), stride=2)


def _classifier(settings: CellSearchSettings) -> tuple[CellSpec, ...]:
    """Pooling and the hidden layer; with a maximum the hidden layer reads pooled spikes itself."""
    wide, size = REDUCTION * settings.deployed_channels, settings.last_pool
    pooling: tuple[CellSpec, ...] = ()
    of_edge = None
    if settings.pool == "average":
        pooling = (_stack(_pooled(settings, 2), wide, settings),) * (size.bit_length() - 1)
    elif size > 1 and settings.hidden:
        of_edge = size
    elif size > 1:
        pooling = (_stack(_pooled(settings, size), wide, settings),)
    if not settings.hidden:
        return pooling
    dense = NodeSpec(inputs=(EdgeSpec(source="s1", op="dense", pool=of_edge),))
    return (*pooling, _stack(dense, settings.hidden, settings))


def _cell(cell: SpikingCell, channels: int, settings: CellSearchSettings) -> CellSpec:
    return CellSpec(
        channels=channels,
        bits=settings.bits or WIDEST,
        keep=settings.keep,
        nodes=cell.nodes,
        backward=cell.backward,
        output="last",
    )


def _stack(node: NodeSpec, channels: int, settings: CellSearchSettings) -> CellSpec:
    return CellSpec(
        channels=channels, bits=settings.outer_bits or WIDEST, keep=settings.keep, nodes=(node,), output="last"
    )

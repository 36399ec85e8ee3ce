"""AutoSNN: a list of eight block names in the macro space AutoSNN_16/32/64/128 (`--channels`) -> genotype.

Blocks: SCB (two convolutions), SRB (two convolutions and a residual), skip_connect; three positions are max pools. A pool is
carried to the edges that read it. Source: the released AutoSNN code (docs/import-published.md).
"""

from __future__ import annotations

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import CellSpec, EdgeSpec, Genotype, HeadSpec, NodeSpec, StemSpec
from litesnn.compiler.genotype.schema import OpName
from litesnn.search.published.arrays import Arrays
from litesnn.search.published.autosnn_weights import autosnn_weights
from litesnn.search.published.kind import Kind
from litesnn.search.published.literals import Value
from litesnn.search.published.settings import COMMON, Settings

POOL = "max_pool_k2"
BLOCKS: dict[str, OpName | None] = {
    "skip_connect": None,
    "SCB_k3": "conv3x3",
    "SCB_k5": "conv5x5",
    "SRB_k3": "conv3x3",
    "SRB_k5": "conv5x5",
}
WIDTHS = (1, None, 2, 2, None, 4, 4, None)
"""Channels of each position over the stem's; None is a max pool."""
VOTES = 10
"""Spiking outputs per class, averaged."""


def recognizes(arrays: Arrays) -> bool:
    """A list of block names."""
    return any(_is_blocks(value) for value in arrays.values())


def build(arrays: Arrays, name: str, settings: Settings) -> tuple[Genotype, tuple[str, ...]]:
    """The genotype of a network of AutoSNN's space."""
    found = {key: value for key, value in arrays.items() if _is_blocks(value)}
    if len(found) != 1:
        said = ", ".join(found) or ", ".join(arrays) or "nothing"
        raise GenotypeError(
            f"AutoSNN: found {said}; wanted: one list of block names (--array NAME picks one of several)"
        )
    key, value = found.popitem()
    blocks, notes = _blocks(key or "blocks", value)
    cells, pool = [], 1
    channels = settings.channels
    for block, width in zip(blocks, WIDTHS, strict=True):
        if width is None:
            pool *= 2
            continue
        nodes = _nodes(block, channels == settings.channels * width, pool)
        channels = settings.channels * width
        if nodes:
            pool = 1
            cells.append(_cell(channels, nodes, settings))
    votes = NodeSpec(inputs=(EdgeSpec(source="s1", op="dense", pool=pool if pool > 1 else None),))
    cells.append(_cell(settings.classes * VOTES, (votes,), settings))
    genotype = Genotype(
        name=name,
        input=settings.input_spec(),
        timesteps=settings.timesteps,
        neuron=settings.neuron(),
        norm=settings.norm,
        stem=StemSpec(channels=settings.channels, bits=settings.bits, keep=settings.keep),
        cells=tuple(cells),
        head=HeadSpec(classes=settings.classes, pool="none", bits=settings.bits, keep=1.0),
    )
    return genotype, (
        *notes,
        f"the published weights are floating point: all are {settings.bits}-bit here (--bits)",
        f"the {VOTES} spiking outputs per class are a dense population; a readout takes the place of their average",
    )


def _is_blocks(value: Value) -> bool:
    known = {*BLOCKS, POOL}
    return isinstance(value, list) and bool(value) and any(isinstance(item, str) and item in known for item in value)


def _blocks(name: str, value: Value) -> tuple[list[str], tuple[str, ...]]:
    """The blocks with pools where the macro space has them, and the positions whose name it overrides."""
    assert isinstance(value, list)
    if len(value) != len(WIDTHS):
        raise GenotypeError(f"{name}: found {len(value)} blocks; allowed: {len(WIDTHS)}")
    blocks, replaced = [], []
    for position, (block, width) in enumerate(zip(value, WIDTHS, strict=True)):
        allowed = (*BLOCKS, POOL) if width is None else tuple(BLOCKS)
        if block not in allowed:
            raise GenotypeError(
                f"{name}[{position}] (block {position}): found {block!r}; allowed: {', '.join(allowed)}"
            )
        if width is None and block != POOL:
            replaced.append(f"{name}[{position}]: '{block}' stands where the macro space has {POOL}, which is used")
        blocks.append(POOL if width is None else str(block))
    return blocks, tuple(replaced)


def _cell(channels: int, nodes: tuple[NodeSpec, ...], settings: Settings) -> CellSpec:
    return CellSpec(channels=channels, bits=settings.bits, keep=settings.keep, output="last", nodes=nodes)


def _nodes(block: str, same_channels: bool, pool: int) -> tuple[NodeSpec, ...]:
    """Populations of a block; none where it is the identity (a pool before it is then carried on)."""
    window = pool if pool > 1 else None
    stride = 1 if window else None
    operation = BLOCKS[block]
    if operation is None:
        if same_channels:
            return ()
        return (NodeSpec(inputs=(EdgeSpec(source="s1", op="conv1x1", pool=window),), stride=stride),)
    second = [EdgeSpec(source="n0", op=operation)]
    if block.startswith("SRB"):
        second.append(EdgeSpec(source="s1", op="skip" if same_channels else "conv1x1", pool=window))
    return (
        NodeSpec(inputs=(EdgeSpec(source="s1", op=operation, pool=window),), stride=stride),
        NodeSpec(inputs=tuple(second), stride=stride),
    )


AUTOSNN = Kind(
    title="AutoSNN",
    names="a list of block names",
    defaults=Settings(channels=16, timesteps=8, decay=0.5, threshold=2.0),
    takes=COMMON | {"bits", "keep"},
    recognizes=recognizes,
    build=build,
    weights=autosnn_weights,
)

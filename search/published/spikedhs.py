"""SpikeDHS: `feature_genotype` (LitE-SNN's `cell_arch` with one operation more) -> genotype."""

from __future__ import annotations

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import Genotype, HeadSpec, StemSpec
from litesnn.search.published.arrays import Arrays, shape_of
from litesnn.search.published.dhs_cells import DEFAULT_PATH, build_cells, pick, read_edges, read_levels
from litesnn.search.published.dhs_weights import spikedhs_weights
from litesnn.search.published.kind import Kind
from litesnn.search.published.settings import COMMON, Settings

OPERATIONS = ("skip_connect", "snn_b3", "snn_b5")
CELLS = ("feature_genotype", "cell_arch_fea", "cell_arch", "")
PATHS = ("network_path_fea", "network_path")


def recognizes(arrays: Arrays) -> bool:
    """Pairs [edge, operation] under one of the names, and no bits."""
    found = pick(arrays, *CELLS)
    return found is not None and shape_of(found[1])[1:] == (2,) and "bits_arch" not in arrays


def build(arrays: Arrays, name: str, settings: Settings) -> tuple[Genotype, tuple[str, ...]]:
    """The genotype of SpikeDHS's retrained classification network."""
    cell_arch, path = pick(arrays, *CELLS), pick(arrays, *PATHS)
    if cell_arch is None:
        raise GenotypeError(f"SpikeDHS arrays: found {', '.join(arrays) or 'nothing'}; wanted: feature_genotype")
    picked = read_edges(cell_arch[0] or "feature_genotype", cell_arch[1], OPERATIONS)
    levels = read_levels(*(path or (PATHS[0], list(DEFAULT_PATH))))
    genotype = Genotype(
        name=name,
        input=settings.input_spec(),
        timesteps=settings.timesteps,
        neuron=settings.neuron(),
        norm=settings.norm,
        stem=StemSpec(channels=settings.channels * len(picked), bits=settings.bits, keep=settings.keep),
        cells=build_cells(levels, picked, (settings.bits,) * len(levels), settings),
        head=HeadSpec(classes=settings.classes, bits=settings.bits, keep=settings.keep, bias=True),
    )
    notes = [f"the published weights are floating point: all are {settings.bits}-bit here (--bits)"]
    if path is None:
        notes.append(f"network_path was not given: {list(DEFAULT_PATH)}, the released code's, is used")
    if settings.skip == "conv":
        notes.append(
            "skips are 3x3 convolutions, as in the released retraining code (--skip identity: as in the paper)"
        )
    notes.append(
        "snn_b5 differs from snn_b3 in its surrogate gradient alone, which the node's replaces: both are conv3x3"
    )
    return genotype, tuple(notes)


SPIKEDHS = Kind(
    title="SpikeDHS",
    names="feature_genotype (network_path_fea)",
    defaults=Settings(),
    takes=COMMON | {"bits", "keep", "skip", "downsample"},
    recognizes=recognizes,
    build=build,
    weights=spikedhs_weights,
)

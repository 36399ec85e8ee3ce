"""LitE-SNN: `network_path`, `cell_arch` and `bits_arch` (weight bits per cell) -> genotype."""

from __future__ import annotations

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import Genotype, HeadSpec, StemSpec
from litesnn.search.published.arrays import Arrays, shape_of, whole
from litesnn.search.published.dhs_cells import DEFAULT_PATH, build_cells, pick, read_edges, read_levels
from litesnn.search.published.dhs_weights import litesnn_weights
from litesnn.search.published.kind import Kind
from litesnn.search.published.literals import Value
from litesnn.search.published.settings import COMMON, Settings

OPERATIONS = ("skip_connect", "snn_b3")
BITS = (1, 2, 4)
FIXED_BITS = 4
"""Stem and classifier are not searched."""


def recognizes(arrays: Arrays) -> bool:
    """Only LitE-SNN has bits per cell."""
    return "bits_arch" in arrays


def build(arrays: Arrays, name: str, settings: Settings) -> tuple[Genotype, tuple[str, ...]]:
    """The genotype of LitE-SNN's retrained network."""
    cell_arch, bits_arch = pick(arrays, "cell_arch"), pick(arrays, "bits_arch")
    if cell_arch is None or bits_arch is None:
        found = ", ".join(arrays) or "nothing"
        raise GenotypeError(
            f"LitE-SNN arrays: found {found}; wanted: cell_arch and bits_arch (network_path may be left out)"
        )
    levels = read_levels(*(pick(arrays, "network_path") or ("network_path", list(DEFAULT_PATH))))
    picked = read_edges(*cell_arch, OPERATIONS)
    bits = _bits(*bits_arch, len(levels))
    genotype = Genotype(
        name=name,
        input=settings.input_spec(),
        timesteps=settings.timesteps,
        neuron=settings.neuron(),
        norm=settings.norm,
        stem=StemSpec(channels=settings.channels * len(picked), bits=FIXED_BITS, keep=settings.keep),
        cells=build_cells(levels, picked, bits, settings),
        head=HeadSpec(classes=settings.classes, bits=FIXED_BITS, keep=settings.keep),
    )
    return genotype, _notes("network_path" in arrays, settings)


def _bits(name: str, value: Value, cells: int) -> tuple[int, ...]:
    if shape_of(value) != (cells,) or not isinstance(value, list):
        raise GenotypeError(f"{name}: found {value!r}; allowed: one index per cell, {cells} of them (network_path)")
    named = ", ".join(f"{index} ({width} bit)" for index, width in enumerate(BITS))
    bits = []
    for cell, item in enumerate(value):
        index = whole(item, f"{name}[{cell}] (cell {cell})", named)
        if not 0 <= index < len(BITS):
            raise GenotypeError(f"{name}[{cell}] (cell {cell}): found {index}; allowed: {named}")
        bits.append(BITS[index])
    return tuple(bits)


def _notes(has_path: bool, settings: Settings) -> tuple[str, ...]:
    notes = [] if has_path else [f"network_path was not given: {list(DEFAULT_PATH)}, the released code's, is used"]
    if settings.skip == "conv":
        notes.append(
            "skips are 3x3 convolutions, as in the released retraining code (--skip identity: as in the paper)"
        )
    notes.append(
        "the classifier has no batch normalization of its own; that of a state dict is folded into its weights and bias"
    )
    return tuple(notes)


LITESNN = Kind(
    title="LitE-SNN",
    names="network_path, cell_arch, bits_arch",
    defaults=Settings(keep=0.2),
    takes=COMMON | {"keep", "skip", "downsample"},
    recognizes=recognizes,
    build=build,
    weights=litesnn_weights,
)

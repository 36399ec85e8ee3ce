"""From a name and settings to a genotype: the frame that all known networks share."""

from __future__ import annotations

from collections.abc import Callable

from litesnn.base.errors import GenotypeError
from litesnn.compiler.analysis.shape_ranges import with_proved_bits
from litesnn.compiler.genotype import CellSpec, Genotype, HeadSpec, NeuronSpec, QuantizerSpec, StemSpec, resolve
from litesnn.compiler.profile import load_profile, shipped_profiles
from litesnn.search.networks.residual import residual_parts
from litesnn.search.networks.settings import NetworkSettings
from litesnn.search.networks.vgg import vgg16_cells, vggsnn_cells

RESIDUAL = {"resnet8": 1, "resnet20": 3}
"""Name -> blocks of a stage."""
PLAIN: dict[str, Callable[[NetworkSettings], tuple[CellSpec, ...]]] = {"vgg16": vgg16_cells, "vggsnn": vggsnn_cells}
"""Name -> the cells behind a stem of 64 channels."""
NETWORKS = (*RESIDUAL, *PLAIN)
"""All names; all convolutions are 3 x 3."""

STEM_CHANNELS = 64
POOL_THRESHOLD = 0.125
"""Of the spiked average: the published networks average without neurons; few means of spikes reach their threshold of 1."""
QP_NEURON = NeuronSpec(decay=0.5, threshold=1.0, surrogate="triangle", surrogate_temperature=1.0)


def new_network(name: str, settings: NetworkSettings) -> Genotype:
    """The untrained genotype of a known network, Conv-BN-LIF throughout.

    Raises
    ------
    GenotypeError
        For an unknown name, stages of a network that has none, or an input that is too small for the network.
    """
    if name not in NETWORKS:
        raise GenotypeError(f"network: found '{name}'; allowed: {', '.join(NETWORKS)}")
    stem, cells = _parts(name, settings)
    genotype = Genotype(
        name=f"{name}-{settings.cell_bits}bit",
        input=settings.input,
        timesteps=settings.timesteps,
        neuron=QP_NEURON.resetting(settings.reset),
        norm=settings.norm,
        quantizer=_with_ends(settings),
        stem=StemSpec(channels=stem, bits=settings.end_bits),
        cells=cells,
        head=_head(settings),
    )
    return with_proved_bits(genotype, map(load_profile, shipped_profiles()), _not_chosen(settings, genotype))


def _parts(name: str, settings: NetworkSettings) -> tuple[int, tuple[CellSpec, ...]]:
    """Channels of the stem, and the cells."""
    if name in RESIDUAL:
        return residual_parts(settings, RESIDUAL[name])
    for option, given in (("channels", settings.stage_channels), ("strides", settings.stage_strides)):
        if given:
            raise GenotypeError(f"{option}: found with {name}, which has no stages; allowed with {', '.join(RESIDUAL)}")
    return settings.channels(STEM_CHANNELS), PLAIN[name](settings)


def _head(settings: NetworkSettings) -> HeadSpec:
    threshold = POOL_THRESHOLD if settings.pool == "global_average" else None
    return HeadSpec(
        classes=settings.classes, pool=settings.pool, bits=settings.end_bits, bias=True, threshold=threshold
    )


def _not_chosen(settings: NetworkSettings, genotype: Genotype) -> list[str]:
    """Places of the populations whose bits were left to be proved."""
    ends = ("stem", "head") if settings.first_last_bits == "proved" else ()
    cells = [node.place for node in resolve(genotype).nodes if node.name != "stem"] if settings.bits == "proved" else ()
    return [*ends, *cells]


def _with_ends(settings: NetworkSettings) -> QuantizerSpec | None:
    if settings.quantizer is None:
        return None
    ends = "float" if settings.first_last_bits is None else "quantized"
    return settings.quantizer.model_copy(update={"ends": ends})

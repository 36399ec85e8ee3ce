"""An untrained genotype of a known network, for a data set or for an input of a given shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import Genotype, QuantizerSpec
from litesnn.search.networks import NetworkSettings, new_network
from litesnn.search.networks.choices import NetworkChoices, QuantizerChoices
from litesnn.search.networks.input import DatasetInput, dataset_input, shaped_input
from litesnn.search.settings.overrides import chosen_settings
from litesnn.search.settings.own_data import EventChoices, OwnData, SoundChoices

if TYPE_CHECKING:
    from litesnn.search.data import Dataset


def new_genotype(
    network: str,
    dataset: str | PathLike[str] | Dataset | None = None,
    choices: NetworkChoices | Mapping[str, Any] | None = None,
    *,
    data_dir: str | PathLike[str] | None = None,
    own: OwnData | None = None,
    events: EventChoices | None = None,
    sounds: SoundChoices | None = None,
    input_shape: str | None = None,
    encoding: Literal["direct", "spikes"] = "direct",
    classes: int | None = None,
    bits: int | None = None,
    first_last: int | str = "proved",
    quantizer: QuantizerChoices | Mapping[str, Any] | None = None,
    on_data: Callable[[DatasetInput], None] | None = None,
) -> Genotype:
    """Make an untrained genotype of QP-SNN's ResNet20, VGG-16 or VGGSNN (resnet8: one block per stage); `save_genotype` writes it.

    Parameters
    ----------
    network : resnet8, resnet20, vgg16 or vggsnn
    dataset : input and classes are this data set's: a name, a place of one's own data (`load_dataset`), or a data set
    choices : of the network, or by name those that differ from the defaults: timesteps, width, stage_channels, stage_strides,
        pool, norm, reset
    data_dir : folder with the data set's files
    own, events, sounds : how one's own data are read, and how events become frames and sounds images
    input_shape : `CxHxW`, without a data set
    encoding : of an input given by its shape: graded values or binary spikes
    classes : how many, without a data set
    bits : of a weight; None: 4, or the fewer that no input can overflow
    first_last : bits of first layer and readout; proved: 8, or the fewer that no input can overflow on any shipped chip; float: as
        published, not to be deployed
    quantizer : or by name what differs from the defaults: method, scale, granularity, ...
    on_data : called with what the data set says of the network

    Raises
    ------
    GenotypeError, DataError
        For choices or data that do not fit.
    """
    chosen = chosen_settings(NetworkChoices(), choices)
    if dataset is not None and input_shape is None and classes is None:
        given = dataset_input(
            dataset,
            data_dir,
            chosen.timesteps,
            own or OwnData(),
            events or EventChoices(),
            sounds or SoundChoices(),
        )
    elif dataset is None and input_shape is not None and classes is not None:
        given = DatasetInput(shaped_input(input_shape, encoding), classes)
    else:
        raise GenotypeError("input: allowed: --dataset NAME, or --input-shape CxHxW with --classes N")
    if on_data is not None:
        on_data(given)
    settings = NetworkSettings(
        given.spec,
        given.classes,
        **asdict(chosen),
        bits="proved" if bits is None else bits,
        first_last_bits=_first_last_bits(str(first_last)),
        quantizer=QuantizerSpec(**asdict(chosen_settings(QuantizerChoices(), quantizer))),
    )
    return new_network(network, settings).model_copy(update={"data": given.record})


def _first_last_bits(text: str) -> int | Literal["proved"] | None:
    if text == "float":
        return None
    if text == "proved":
        return "proved"
    if not text.isdecimal():
        raise GenotypeError(f"--first-last: found '{text}'; allowed: 1 to 8, proved, or float")
    return int(text)

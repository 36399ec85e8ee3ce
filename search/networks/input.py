"""The input and the classes of a network, from a data set's name or from a shape."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike, fspath
from typing import Literal

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import DataRecord, EventFrames, InputSpec
from litesnn.compiler.genotype.schema import MAX_CHANNELS, MAX_SIDE, MAX_TIMESTEPS
from litesnn.search.data import Dataset, EventChoices, OwnData, SoundChoices, has_recordings, load_dataset
from litesnn.search.data.arrays import cifar_input
from litesnn.search.data.chosen import chosen_preprocessing
from litesnn.search.data.events import SENSORS, event_input

_CIFAR_CLASSES = {"cifar10": 10, "cifar100": 100}
_SCALE = 1 / 32
"""Of inputs given by their shape alone: normalized values -4 .. 4 become -128 .. 127."""


@dataclass(frozen=True)
class DatasetInput:
    """What a data set says of a network for it: its input, its classes, and what the genotype keeps of a user's own data."""

    spec: InputSpec
    classes: int
    record: DataRecord | None = None
    notes: tuple[str, ...] = ()


def dataset_input(
    dataset: str | PathLike[str] | Dataset,
    data_dir: str | PathLike[str] | None,
    timesteps: int,
    own: OwnData,
    events: EventChoices,
    sounds: SoundChoices,
) -> DatasetInput:
    """What a data set suggests; CIFAR's inputs and those of known events, a frame per step, are known without files."""
    if isinstance(dataset, Dataset):
        return _of_data(dataset, timesteps)
    name = fspath(dataset)
    if name in SENSORS:
        if not 1 <= timesteps <= MAX_TIMESTEPS:
            raise GenotypeError(f"timesteps: found {timesteps}; allowed: a whole number from 1 to {MAX_TIMESTEPS}")
        return DatasetInput(
            event_input(name, EventFrames(**{**events.given, "frames": timesteps})), SENSORS[name].classes
        )
    if name in _CIFAR_CLASSES:
        return DatasetInput(cifar_input(name, (3, 32, 32)), _CIFAR_CLASSES[name])
    how = chosen_preprocessing(events, sounds, timesteps if has_recordings(name) else None)
    return _of_data(load_dataset(name, data_dir, how, own), timesteps)


def _of_data(data: Dataset, timesteps: int) -> DatasetInput:
    if data.input_spec.encoding == "spikes" and data.x_train.shape[1] != timesteps:
        raise GenotypeError(
            f"timesteps: found {timesteps}; {data.name} has {data.x_train.shape[1]} steps a sample; allowed: as many (--timesteps)"
        )
    return DatasetInput(data.input_spec, data.num_classes, data.record, data.notes)


def shaped_input(shape: str, encoding: Literal["direct", "spikes"]) -> InputSpec:
    """An input from `CxHxW`.

    Raises
    ------
    GenotypeError
        Where the text is not three sizes.
    """
    parts = shape.lower().split("x")
    sizes = [int(part) if part.isdecimal() and len(part) < 10 else 0 for part in parts]
    if len(parts) != 3 or not all(
        1 <= n <= most for n, most in zip(sizes, (MAX_CHANNELS, MAX_SIDE, MAX_SIDE), strict=True)
    ):
        raise GenotypeError(
            f"input shape: found '{shape}'; allowed: CxHxW, e.g. 3x32x32, up to {MAX_CHANNELS}x{MAX_SIDE}x{MAX_SIDE}"
        )
    channels, height, width = sizes
    scale = _SCALE if encoding == "direct" else 1.0
    return InputSpec(shape=(channels, height, width), encoding=encoding, scale=scale)
